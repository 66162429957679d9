import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { StoreMissingError } from "./store-missing-error.ts";
import type { Store, StoreNeeds } from "./store.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** What the command line says of the store. */
export interface StoreOptions {
  readonly backend?: string;
  readonly config?: string;
}

const defaultDirectory = ".reprise";

/** `--backend`, then `--config`, then `REPRISE_BACKEND`, then the nearest `reprise.config.*`, then `.reprise` here. */
export async function openStore({ backend, config }: StoreOptions, terminal: Terminal, needs: StoreNeeds): Promise<Store> {
  const { directory } = terminal;
  if (backend !== undefined && config !== undefined) throw new UsageError("--backend and --config exclude each other");
  // What is not needed is not loaded: a command has to be there at once.
  const { openBackend } = await import("./open-backend.ts");
  if (backend !== undefined) return openBackend(backend, "--backend", directory, needs);
  const { findConfig, loadConfig } = await import("./load-config.ts");
  if (config !== undefined) return loadConfig(config, directory);
  const variable = terminal.environment("REPRISE_BACKEND");
  if (variable !== undefined) return openBackend(variable, "REPRISE_BACKEND", directory, needs);
  const found = findConfig(directory);
  if (found !== undefined) return loadConfig(relative(directory, found), directory);
  if (needs.create !== true && !existsSync(join(directory, defaultDirectory))) {
    throw new StoreMissingError(`no store: name one with --backend fs:DIRECTORY, --backend sqlite:FILE or REPRISE_BACKEND, or write a reprise.config.ts (there is no ${defaultDirectory} here either)`);
  }
  return openBackend(`fs:${defaultDirectory}`, "the default", directory, needs);
}
