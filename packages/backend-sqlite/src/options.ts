import { resolve } from "node:path";
import { checkOneOf, invalidOption, type Durability, type OptionNames } from "@reprise/core/spi";
import type { SqliteDriver } from "./driver.ts";
import { nodeSqlite } from "./node-sqlite.ts";
import { realFiles } from "./real-files.ts";
import { migrations } from "./schema.ts";
import { Store } from "./store.ts";
import { sqliteSystem, type SqliteSystem } from "./system.ts";

/** What both factories take: which file, and how it is used. */
export interface SqliteFileOptions {
  /** Where the store is, or will be: made at the first write, with the directories above it. On a local file system. */
  readonly file: string;
  /**
   * `power`: what was acknowledged survives a power cut (`synchronous = FULL`). `process`: it survives the death of the process;
   * a power cut may cost the last commits, and never damages the file (`NORMAL`). Default: `power`.
   */
  readonly durability?: Exclude<Durability, "none">;
  /** How long another process may keep the lock before a call is given up with `UNAVAILABLE`. Default: 30,000 ms. */
  readonly busyTimeoutMs?: number;
  /** SQLite, for fault injection or one of your own. Default: `node:sqlite`. */
  readonly driver?: SqliteDriver;
  /** Clock and timers, for tests. Default: the real ones. */
  readonly system?: SqliteSystem;
}

/** Names of the options that both factories take. */
export const fileOptionNames: OptionNames<SqliteFileOptions> = { file: true, durability: true, busyTimeoutMs: true, driver: true, system: true };

/** The store that the options name. Throws `INVALID_OPTION`, and `UNSUPPORTED` where there is no SQLite; I/O happens at the first use. */
export function storeOf(factory: string, options: SqliteFileOptions): Store {
  const { file, durability = "power", busyTimeoutMs = 30_000 } = options;
  const isPath = typeof file === "string" && file !== "" && !file.startsWith(":") && !/^file:/iu.test(file);
  if (!isPath) invalidOption("file", "the path of a file", file, factory);
  checkOneOf("durability", ["power", "process"], durability, factory);
  if (!(Number.isFinite(busyTimeoutMs) && busyTimeoutMs >= 0)) invalidOption("busyTimeoutMs", "a number of milliseconds from 0", busyTimeoutMs, factory);
  const { driver = nodeSqlite(), system = sqliteSystem() } = options;
  return new Store({ file: resolve(file), driver, files: realFiles(), system, level: durability === "power" ? "FULL" : "NORMAL", busyTimeoutMs, migrations });
}
