import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, temporaryFolder } from "../../test/make-fixture.ts";
import { inspectFolder, installScripts } from "./inspect.ts";

test("size, licence and licence text are read from the disk", async () => {
  await using folder = await temporaryFolder();
  await makeProject(folder.path);
  const { signal } = new AbortController();
  await expect(inspectFolder(join(folder.path, "node_modules/plain"), signal)).resolves.toMatchObject({ licence: "MIT", licenceText: "MIT", licenceFile: "LICENSE", files: 3, installScripts: [] });
  await expect(inspectFolder(join(folder.path, "node_modules/wolf"), signal)).resolves.toMatchObject({ licence: "MIT", licenceText: "GPL-3.0" });
  await expect(inspectFolder(join(folder.path, "node_modules/old"), signal)).resolves.toMatchObject({ licence: "MIT", deprecated: "use new instead" });
});

test("packages nested in node_modules are not part of a package's size", async () => {
  await using folder = await temporaryFolder();
  await makeProject(folder.path);
  const { files } = await inspectFolder(join(folder.path, "node_modules/builder"), new AbortController().signal);
  expect(files).toBe(1);
});

test("install scripts are those npm runs, the implied build of a binding.gyp included", () => {
  expect(installScripts({ scripts: { postinstall: "node x.js", prepare: "tsc" } }, [])).toEqual(["postinstall: node x.js"]);
  expect(installScripts({}, ["binding.gyp"])).toEqual(["install: node-gyp rebuild (implied by binding.gyp)"]);
  expect(installScripts({ gypfile: false }, ["binding.gyp"])).toEqual([]);
});

test("an aborted inspection ends with the reason", async () => {
  await using folder = await temporaryFolder();
  await makeProject(folder.path);
  await expect(inspectFolder(join(folder.path, "node_modules/plain"), AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
});
