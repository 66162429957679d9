import { join } from "node:path";
import { crc32c } from "./crc32c.ts";
import { encodeId, fanOutOf } from "./encode-id.ts";

/** Where the parts of a store are. */
export interface StorePaths {
  readonly root: string;
  readonly store: string;
  readonly runs: string;
  readonly tombstones: string;
  readonly trash: string;
  readonly artifacts: string;
}

/** Where the parts of one run are. */
export interface RunPaths {
  readonly stateId: string;
  /** Seed of the run's checksums. */
  readonly seed: number;
  /** Directory of the run's directory. */
  readonly fanOut: string;
  readonly directory: string;
  readonly head: string;
  readonly lease: string;
  /** Directory of the messages; made by the first one. */
  readonly inbox: string;
  readonly tombstone: string;
}

/** The name of every run's inbox. */
export const inboxName = "inbox";

/** The paths of a store at `root`, which must be absolute. */
export function storePaths(root: string): StorePaths {
  return { root, store: join(root, "STORE"), runs: join(root, "runs"), tombstones: join(root, "tombstones"), trash: join(root, "trash"), artifacts: join(root, "artifacts") };
}

/** The paths of a run; whether it exists is another question. */
export function runPaths(store: StorePaths, stateId: string): RunPaths {
  const name = encodeId(stateId);
  const fanOut = join(store.runs, fanOutOf(stateId));
  const directory = join(fanOut, name);
  return {
    stateId,
    seed: crc32c(Buffer.from(stateId, "utf8")),
    fanOut,
    directory,
    head: join(directory, "head.json"),
    lease: join(directory, "lease.json"),
    inbox: join(directory, inboxName),
    tombstone: join(store.tombstones, name),
  };
}

/** The segment file of an epoch. */
export function segmentPath(run: RunPaths, epoch: number): string {
  return join(run.directory, `e-${String(epoch).padStart(8, "0")}.j`);
}

/** The epoch a file name stands for; undefined if it is no segment. */
export function epochOf(name: string): number | undefined {
  if (!name.startsWith("e-") || !name.endsWith(".j")) return undefined;
  const digits = name.slice(2, -2);
  return /^\d{8,10}$/.test(digits) ? Number(digits) : undefined;
}

/** The highest epoch among file names; 0 if there is none. */
export function newestEpoch(names: readonly string[]): number {
  return names.reduce((newest, name) => Math.max(newest, epochOf(name) ?? 0), 0);
}
