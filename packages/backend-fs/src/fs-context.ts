import type { Durability } from "@reprise/core/spi";
import type { FsWriter } from "./fs-writer.ts";
import type { Io } from "./io.ts";
import type { LeaseJudge } from "./lease-judge.ts";
import type { StorePaths } from "./paths.ts";
import type { Processes } from "./processes.ts";
import type { FsSystem } from "./system.ts";

/** What the parts of one backend share. */
export interface FsContext {
  readonly io: Io;
  readonly system: FsSystem;
  readonly processes: Processes;
  readonly paths: StorePaths;
  readonly judge: LeaseJudge;
  readonly durability: Durability;
  readonly maxRecordBytes: number;
  readonly ttlMs: number;
  /** A longer segment is followed by another one. */
  readonly segmentBytes: number;
  /** A run in more files is written into one when it is acquired, unless it is large. */
  readonly mostSegments: number;
  /** Those not yet released. */
  readonly writers: Set<FsWriter>;
  /** Throws `CLOSED` after the backend was closed. */
  readonly checkOpen: () => void;
  /** Whether there is a store. Throws if the directory is something else. */
  readonly storeExists: () => Promise<boolean>;
  /** Makes a store if there is none. */
  readonly ensureStore: () => Promise<void>;
}
