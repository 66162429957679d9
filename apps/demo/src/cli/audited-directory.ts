import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./usage-error.ts";

// From src/cli as from dist/cli.
const workspace = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/u, "");

/** The absolute path of the folder to audit: what was typed, or the workspace the demo is part of. */
export async function auditedDirectory(typed: string | undefined): Promise<string> {
  const directory = typed === undefined ? workspace : resolve(typed);
  if (!(await isFolder(directory))) throw new UsageError(`--dir must be a folder, got "${typed ?? directory}"`);
  if (!(await isFolder(join(directory, "node_modules")))) throw new UsageError(`"${typed ?? directory}" has no node_modules: install its packages first`);
  return directory;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}
