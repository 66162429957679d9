import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { SkippedError } from "../contestant.ts";

const installed = createRequire(new URL("../../peers/package.json", import.meta.url));

/**
 * A module of a peer, from the folder they are installed in. The caller says what it needs of it: peers are no dependency of the workspace, so
 * their types are not there when it is checked. Throws a `SkippedError` where it is not installed.
 */
export async function loadPeer<Module>(name: string): Promise<Module> {
  const found = pathOf(name);
  const module: unknown = await import(pathToFileURL(found).href);
  return module as Module;
}

function pathOf(name: string): string {
  try {
    return installed.resolve(name);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "MODULE_NOT_FOUND") throw new SkippedError(`${name} is not installed: run \`pnpm bench:peers\``);
    throw error;
  }
}
