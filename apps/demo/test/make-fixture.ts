import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const mitText = `MIT License

Copyright (c) 2026 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in it without
restriction, provided that the above copyright notice and this permission notice shall be included in all copies.`;
const gplText = "GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007";

/** A folder below the OS temp dir that is gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "reprise-demo-test-")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Writes files below a folder: `{ "a/b.txt": "text" }`. */
export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

function manifest(name: string, version: string, more: Readonly<Record<string, unknown>> = { license: "MIT" }): string {
  return JSON.stringify({ name, version, ...more });
}

/** A project with eleven installed packages of every kind the audit knows, and two folders it has to leave out. */
export async function makeProject(root: string): Promise<void> {
  await writeFiles(root, {
    "package.json": manifest("project", "1.0.0"),
    // npm: flat, scoped, nested
    "node_modules/plain/package.json": manifest("plain", "1.3.0"),
    "node_modules/plain/LICENSE": mitText,
    "node_modules/plain/index.js": "x".repeat(5000),
    "node_modules/@scope/tool/package.json": manifest("@scope/tool", "2.0.0", { license: "Apache-2.0" }),
    "node_modules/builder/package.json": manifest("builder", "3.1.0", { license: "MIT", scripts: { postinstall: "node build.js", test: "true" } }),
    "node_modules/builder/node_modules/twice/package.json": manifest("twice", "2.0.0"),
    "node_modules/twice/package.json": manifest("twice", "1.0.0"),
    "node_modules/native/package.json": manifest("native", "0.4.0", { license: "ISC" }),
    "node_modules/native/binding.gyp": "{}",
    "node_modules/copyleft/package.json": manifest("copyleft", "1.0.0", { license: "GPL-3.0-only" }),
    "node_modules/copyleft/COPYING": gplText,
    "node_modules/wolf/package.json": manifest("wolf", "1.0.0"),
    "node_modules/wolf/LICENSE.md": gplText,
    "node_modules/nothing/package.json": manifest("nothing", "0.0.1", {}),
    "node_modules/old/package.json": manifest("old", "9.9.9", { licenses: [{ type: "MIT" }], deprecated: "use new instead" }),
    // pnpm: the store, and a link to it
    "node_modules/.pnpm/stored@4.0.0/node_modules/stored/package.json": manifest("stored", "4.0.0"),
    "node_modules/.bin/plain": "#!/bin/sh",
    // Not packages
    "node_modules/broken/package.json": "{ not json",
    "node_modules/empty/readme.txt": "",
    // A workspace member is the user's own code; what is installed in it is not.
    "packages/mine/package.json": manifest("mine", "1.0.0"),
    "packages/mine/node_modules/plain/package.json": manifest("plain", "1.3.0"),
  });
  await symlink(".pnpm/stored@4.0.0/node_modules/stored", join(root, "node_modules/stored"), "dir");
  await symlink("../packages/mine", join(root, "node_modules/mine"), "dir");
  await symlink("nowhere", join(root, "node_modules/dangling"), "dir");
}
