import type { Io } from "./io.ts";
import type { RunPaths } from "./paths.ts";
import type { ProcessIdentity } from "./processes.ts";
import { readIfPresent } from "./replace-file.ts";

/**
 * The content of `lease.json`: who holds a run. It only decides how soon somebody else may try to take the run over; that a
 * former holder can do no harm is the segments' business.
 */
export interface Lease {
  readonly format: 1;
  readonly epoch: number;
  /** Names the writer inside its process. */
  readonly token: string;
  readonly owner: string;
  /** Milliseconds since the epoch: for people. */
  readonly since: number;
  readonly process: ProcessIdentity;
  /** A holder whose beat has not changed for this long may be taken over. */
  readonly ttlMs: number;
  /** Grows while the holder lives. */
  readonly beat: number;
  readonly released: boolean;
  /** The epoch was given up before its segment counted. */
  readonly failed: boolean;
}

/** Reads `lease.json`; undefined if there is none, or nothing that makes sense (after a power loss). */
export async function readLease(io: Io, run: Pick<RunPaths, "lease">): Promise<Lease | undefined> {
  const bytes = await readIfPresent(io, run.lease);
  if (bytes === undefined) return undefined;
  let lease: Partial<Lease>;
  try {
    lease = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Lease>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const complete =
    typeof lease === "object" &&
    lease !== null &&
    typeof lease.epoch === "number" &&
    typeof lease.token === "string" &&
    typeof lease.owner === "string" &&
    typeof lease.since === "number" &&
    typeof lease.ttlMs === "number" &&
    typeof lease.beat === "number" &&
    typeof lease.process?.pid === "number";
  return complete ? (lease as Lease) : undefined;
}
