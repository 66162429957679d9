import type { Durability } from "@reprise/core/spi";
import type { InboxWatch } from "./inbox-watch.ts";
import type { LeaseJudge } from "./lease-judge.ts";
import type { Processes } from "./processes.ts";
import type { SqliteWriter } from "./sqlite-writer.ts";
import type { Store } from "./store.ts";
import type { SqliteSystem } from "./system.ts";

/** What the parts of one backend share. */
export interface SqliteContext {
  readonly store: Store;
  readonly system: SqliteSystem;
  readonly processes: Processes;
  readonly judge: LeaseJudge;
  readonly watch: InboxWatch;
  readonly durability: Durability;
  readonly maxRecordBytes: number;
  readonly ttlMs: number;
  /** Those not yet released. */
  readonly writers: Set<SqliteWriter>;
  /** Throws `CLOSED` after the backend was closed. */
  readonly checkOpen: () => void;
}
