import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Actor, Reprise } from "@reprise/core";
import { StoreMissingError } from "./store-missing-error.ts";
import type { Store } from "./store.ts";
import { UsageError } from "./usage-error.ts";

const names = ["reprise.config.ts", "reprise.config.mts", "reprise.config.js", "reprise.config.mjs"];

/** The configuration file of a directory, or of the nearest one above it. */
export function findConfig(directory: string): string | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * What a configuration file exports: a Reprise, as its default or as `reprise`, and the actors that runs are resumed with, as a list or
 * by any names, as `actors`. Throws `UsageError` for a file that cannot be loaded or exports something else.
 */
export async function loadConfig(path: string, directory: string): Promise<Store> {
  const file = resolve(directory, path);
  if (!existsSync(file)) throw new StoreMissingError(`there is no configuration at ${path}`);
  const exported = await importFile(file, path);
  const reprise = exported["reprise"] ?? exported["default"];
  if (!isReprise(reprise)) throw new UsageError(`${path} must export what createReprise(…) gives, as its default or as "reprise"`);
  const actors = actorsIn(exported["actors"] ?? [], path);
  return { name: path, actors, list: (query) => reprise.list(query), reprise: async () => reprise, close: () => reprise.close() };
}

async function importFile(file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    // A module may throw anything.
    const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) };
    const hint = code === "ERR_UNKNOWN_FILE_EXTENSION" ? "this Node does not run TypeScript: use Node 22.18 or newer, or a configuration in JavaScript" : message;
    throw new UsageError(`${path} could not be loaded: ${hint}`, { cause: error });
  }
}

function isReprise(value: unknown): value is Reprise {
  if (typeof value !== "object" || value === null) return false;
  return ["list", "history", "resume", "close"].every((verb) => typeof (value as Readonly<Record<string, unknown>>)[verb] === "function");
}

function actorsIn(value: unknown, path: string): readonly Actor<never, unknown>[] {
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : typeof value === "object" && value !== null ? Object.values(value) : undefined;
  const wrong = list?.find((item) => !isActor(item));
  if (list === undefined || wrong !== undefined) throw new UsageError(`${path}: "actors" must be actors, as a list or by any names`);
  return list as readonly Actor<never, unknown>[];
}

function isActor(value: unknown): boolean {
  return typeof value === "object" && value !== null && "name" in value && "type" in value && "handler" in value;
}
