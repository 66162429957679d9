import { expect, test } from "vitest";
import { makeProject, temporaryFolder, writeFiles } from "../../test/make-fixture.ts";
import { findInstalled } from "./find-installed.ts";

test("flat, scoped, nested and stored packages are found once each, sorted, with a path that exists", async () => {
  await using folder = await temporaryFolder();
  await makeProject(folder.path);
  const { packages } = await findInstalled(folder.path);
  expect(packages.map(({ id }) => id)).toEqual([
    "@scope/tool@2.0.0",
    "builder@3.1.0",
    "copyleft@1.0.0",
    "native@0.4.0",
    "nothing@0.0.1",
    "old@9.9.9",
    "plain@1.3.0",
    "stored@4.0.0",
    "twice@1.0.0",
    "twice@2.0.0",
    "wolf@1.0.0",
  ]);
  expect(packages.find(({ id }) => id === "stored@4.0.0")).toEqual({ id: "stored@4.0.0", name: "stored", version: "4.0.0", path: "node_modules/.pnpm/stored@4.0.0/node_modules/stored", copies: 1 });
  expect(packages.find(({ id }) => id === "twice@2.0.0")?.path).toBe("node_modules/builder/node_modules/twice");
});

test("the same version in two folders is one package with two copies", async () => {
  await using folder = await temporaryFolder();
  await makeProject(folder.path);
  const { packages } = await findInstalled(folder.path);
  expect(packages.find(({ name }) => name === "plain")).toMatchObject({ copies: 2, path: "node_modules/plain" });
});

test("folders that hold no readable package are reported with a reason, and links to the user's own code are not", async () => {
  await using folder = await temporaryFolder();
  await makeProject(folder.path);
  const { packages, broken } = await findInstalled(folder.path);
  expect(broken).toEqual([
    { path: "node_modules/broken", reason: "package.json is not JSON" },
    { path: "node_modules/empty", reason: "has no package.json" },
  ]);
  expect(packages.some(({ name }) => name === "mine")).toBe(false);
});

test("a manifest with fields of the wrong kind still counts, one without a version does not", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "node_modules/odd/package.json": JSON.stringify({ name: "odd", version: "1.0.0", license: 5, scripts: "none" }),
    "node_modules/nameless/package.json": JSON.stringify({ name: "nameless" }),
    "node_modules/marked/package.json": `\uFEFF${JSON.stringify({ name: "marked", version: "1.0.0" })}`,
  });
  const { packages, broken } = await findInstalled(folder.path);
  expect(packages.map(({ id }) => id)).toEqual(["marked@1.0.0", "odd@1.0.0"]);
  expect(broken).toEqual([{ path: "node_modules/nameless", reason: "package.json has no valid version" }]);
});

test("a folder without node_modules has no packages", async () => {
  await using folder = await temporaryFolder();
  await expect(findInstalled(folder.path)).resolves.toEqual({ packages: [], broken: [] });
});

test("the installed packages of this workspace are found", async () => {
  const { packages } = await findInstalled(new URL("../../../..", import.meta.url).pathname);
  expect(packages.length).toBeGreaterThan(50);
  expect(packages.some(({ name }) => name.startsWith("@reprise/"))).toBe(false);
});
