import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../test/make-fixture.ts";
import { openStateDirectory } from "./state-directory.ts";

test("a new folder is made and marked, and opened again later", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "deep/state");
  await openStateDirectory(path, { create: true });
  await expect(openStateDirectory(path, { create: false })).resolves.toMatchObject({ path, isDefault: false, runs: join(path, "runs") });
  await expect(readdir(path)).resolves.toEqual(["reprise-demo.json", "tally"]);
});

test("a folder with somebody's files is refused and left as it is", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "thesis.txt": "" });
  await expect(openStateDirectory(folder.path, { create: true })).rejects.toMatchObject({ code: "FOREIGN_DIRECTORY" });
  await expect(openStateDirectory(folder.path, { create: false })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(readdir(folder.path)).resolves.toEqual(["thesis.txt"]);
});

test("a marker of another kind is refused, a half-made one is not in the way", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "a/reprise-demo.json": "{}", "b/.reprise-demo.json.tmp": "{" });
  await expect(openStateDirectory(join(folder.path, "a"), { create: true })).rejects.toMatchObject({ code: "FOREIGN_DIRECTORY" });
  await expect(openStateDirectory(join(folder.path, "b"), { create: true })).resolves.toBeDefined();
});

test("what does not exist, is a file or cannot be written says so with the path", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { file: "" });
  await expect(openStateDirectory(join(folder.path, "none"), { create: false })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const below = join(folder.path, "file/state");
  await expect(openStateDirectory(below, { create: true })).rejects.toMatchObject({ code: "IO", message: expect.stringContaining(below) as string });
});

// Root may write everywhere.
test.runIf(process.getuid?.() !== 0)("a folder without write permission is refused", async () => {
  await using folder = await temporaryFolder();
  await openStateDirectory(folder.path, { create: true });
  await chmod(folder.path, 0o500);
  try {
    await expect(openStateDirectory(folder.path, { create: true })).rejects.toMatchObject({ code: "IO" });
  } finally {
    await chmod(folder.path, 0o700);
  }
});
