import type { RepriseError } from "../errors/reprise-error.ts";
import type { StateStatus } from "../events/event-type.ts";
import type { ArtifactBackend } from "./artifact-backend.ts";

/** What an acknowledged append survives. Ordered: `power` > `process` > `none`. */
export type Durability = "power" | "process" | "none";

/** What one instance of a backend really provides; checked against `requires` when a Reprise is created. */
export interface BackendCapabilities {
  /** The strongest level. */
  readonly durability: Durability;
  /** How far `acquire` excludes others: this process, every process of this host, or every host. */
  readonly exclusion: "process" | "host" | "cluster";
  /** Whether `watch` exists and wakes without polling by the caller. */
  readonly watch: boolean;
  /** A longer record is refused with `LIMIT` before any I/O. */
  readonly maxRecordBytes: number;
}

/** One record as it is stored. Backends move bytes; their meaning is core's. */
export interface StoredRecord {
  /** 1, 2, 3, … without gaps, per run. */
  readonly seq: number;
  /** The epoch of the writer that appended it. */
  readonly epoch: number;
  readonly bytes: Uint8Array;
}

/**
 * What `list` and `head` know of a run without reading its journal. Advisory: it is written after the append it rides
 * with and may lag behind after a crash; whoever loads the run puts it right.
 */
export interface StateHeader {
  readonly status: StateStatus;
  /** Milliseconds since the epoch. Never changes. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly pipelineName?: string;
  readonly tags: readonly string[];
  readonly parentStateId?: string;
  /** When the run wants to be resumed, in ms since the epoch. */
  readonly wakeAt?: number;
}

/** New values of some header fields; `null` removes an optional one. */
export type HeaderPatch = { readonly [K in keyof StateHeader]?: StateHeader[K] | (undefined extends StateHeader[K] ? null : never) };

/** Whether somebody can be extending the run: `stale` means a holder that is known to be gone or silent for too long. */
export type LeaseState = "live" | "stale" | "none";

/** A run as `list` and `head` show it. */
export interface StateHead extends StateHeader {
  readonly stateId: string;
  /** Seq of the last committed record; 0 if there is none. */
  readonly lastSeq: number;
  readonly epoch: number;
  readonly lease: LeaseState;
}

/** Something that was left for whoever extends a run: an answer. */
export interface Message {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Filters of `list`; every given one must hold. */
export interface ListQuery {
  /** All of these. */
  readonly tags?: readonly string[];
  /** At least one of these. */
  readonly anyTag?: readonly string[];
  /** One of these. */
  readonly status?: readonly StateStatus[];
  readonly pipelineName?: string;
  readonly parentStateId?: string;
  /** `wakeAt` at or before, ms since the epoch; also runs that have unread messages and have neither completed nor failed. */
  readonly dueBefore?: number;
  /** `createdAt` after, ms since the epoch. */
  readonly createdAfter?: number;
  /** At most this many rows. Default: 100. */
  readonly limit?: number;
  /** `next` of the previous page: continues exactly behind it, whatever was added or removed meanwhile. */
  readonly cursor?: string;
}

/**
 * One page of runs, newest `createdAt` first, ties by `stateId`. No journal is read, so `lastSeq` and `epoch` of a row may lag
 * behind like the header; those of `head` are exact.
 */
export interface ListPage {
  readonly rows: readonly StateHead[];
  /** Cursor of the next page; undefined on the last one. */
  readonly next?: string;
  /** Runs whose header could not be read: one damaged run never hides the others. */
  readonly damaged: readonly { readonly stateId: string; readonly error: Error }[];
}

/** How a run is acquired. */
export interface AcquireOptions {
  /** Named in other people's `LeaseHeldError`. */
  readonly owner: string;
  /** `may` (create if absent), `must` (`ALREADY_EXISTS` if present), `never` (`NOT_FOUND` if absent). */
  readonly create: "may" | "must" | "never";
  /** How long a silent holder on another host is waited for before it is taken over, in ms. Default: the backend's. */
  readonly ttlMs?: number;
  /** How long to wait for a live holder to let go, in ms. Default: 0. */
  readonly waitMs?: number;
  /** Ends the wait for another holder; `acquire` then rejects with its reason. Default: none. */
  readonly signal?: AbortSignal;
}

/** How records are appended. */
export interface AppendOptions {
  /** The caller's idea of the last seq, records queued before this call included. Anything else is `CONFLICT`. */
  readonly expect: number;
  /** What the acknowledgement is to mean. Default and maximum: the backend's strongest. */
  readonly durability?: Durability;
  /** `false` skips the check that nobody has taken over (G5 then does not hold for this append). Default: true. */
  readonly fence?: boolean;
  /** Written after the records; see {@link StateHeader}. What `checkHeaderPatch` refuses is `INVALID_OPTION`, and nothing is written. Default: it stays as it is. */
  readonly header?: HeaderPatch;
}

/**
 * Where journals live. One journal per run; one writer per journal; **the writer is the lease**.
 *
 * The guarantees, each with a case in `stateBackendSuite` of `@reprise/testing/vitest`:
 * - **G1 Atomic.** The records of one `append` are visible all or none, also after any crash.
 * - **G2 Order.** Per run a total order by `seq`, dense, from 1. Nothing is promised across runs.
 * - **G3 Acknowledged.** If `append` resolved at level L, every later `read` or `acquire` by anyone returns those bytes at
 *   those seqs, after any failure that L names.
 * - **G4 Nothing else.** What is recovered is everything acknowledged, then a prefix, in call order, of what was not. No
 *   gaps, duplicates, reordering or foreign bytes. A rejected append whose error is `indeterminate` may be in that prefix.
 * - **G5 Fencing.** Once `acquire` of epoch N has resolved, no append of an older epoch is acknowledged any more (those
 *   with `fence: false` excepted), and none that N did not see ever becomes visible.
 * - **G6 Compare and append.** `expect` other than the last seq plus what is queued: `CONFLICT`, nothing written.
 * - **G7 Durable recovery.** What a new holder is shown is durable before it is shown.
 * - **G8 Poison.** After a failed or uncertain sync the writer acknowledges nothing more; only a new `acquire` continues.
 * - **G9 Bytes.** Backends return exactly the bytes given; they never parse, change or alias them.
 * - **G10 Loud.** Damage in proven data is `CORRUPT` with its place; never skipped, never "not found".
 * - **G11 Compaction.** What `compact` leaves is the journal as it was or as it was asked for, after any crash; a reader that is at it
 *   meanwhile sees one of them, whole.
 * - **G13 Clocks** influence only how soon a takeover may happen. A wrong clock costs time, never data.
 * - **G14 Readers** without a lease see a prefix of the journal. It may end in records that are not acknowledged yet and
 *   that a power loss can still remove: for display, not for decisions.
 */
export interface StateBackend {
  readonly capabilities: BackendCapabilities;
  /**
   * Where artifacts and large values go unless `createReprise` is given another place: beside the journals, as durable as
   * they are. Closed with the backend. Optional: without it large values stay in the journal.
   */
  readonly artifacts?: ArtifactBackend;
  /**
   * The right to extend a run. Resolves only when every older epoch is fenced and everything `recovered()` will show is
   * durable. Throws `LeaseHeldError`, `ALREADY_EXISTS`, `NOT_FOUND`, `INVALID_ID`, `CORRUPT`, `INCOMPATIBLE`, `NO_SPACE`, `IO`.
   */
  acquire(stateId: string, options: AcquireOptions): Promise<StateWriter>;
  /** The committed records from `from` (default 1) to `to` (default: the last), in batches; no lease needed. `NOT_FOUND` for an unknown run. */
  read(stateId: string, options?: { readonly from?: number; readonly to?: number; readonly signal?: AbortSignal }): AsyncIterable<readonly StoredRecord[]>;
  /** The run's head; undefined if there is no such run. */
  head(stateId: string): Promise<StateHead | undefined>;
  /** Reads no journal. */
  list(query?: ListQuery): Promise<ListPage>;
  /** Removes a run for good. Epochs keep growing if the id is used again, so that an old writer stays fenced. */
  remove(stateId: string, authority: { readonly writer: StateWriter } | { readonly force: true }): Promise<void>;
  /**
   * Leaves a message for whoever extends the run, now or later; needs no lease. Once it has resolved, every `messages()` that is
   * called after gives the message, until it is acknowledged, after any failure that the backend's strongest level names. A
   * message whose id is waiting already is not left again. The id is 1 to 64 of `a-z 0-9 _ -`. Throws `NOT_FOUND`,
   * `INVALID_ID`, and `LIMIT` for more than `maxRecordBytes` or where 1,000 messages wait.
   */
  post(stateId: string, messageId: string, bytes: Uint8Array): Promise<void>;
  /**
   * Reads all that is stored of a run, without its lease, and gives every damage as a `CORRUPT` error: none iff `acquire`, `read` and
   * `messages` have nothing to refuse, and what is advisory is in order. Throws `NOT_FOUND`, `INCOMPATIBLE`, `IO`. Optional: `read` stops at the first.
   */
  verify?(stateId: string): Promise<readonly RepriseError[]>;
  /**
   * The records of a damaged run from the first one up to the first that cannot be read: as they were appended, without gaps. At
   * the end there may be some that nobody was told were stored. For rescue only; of an intact run it is what `read` gives. Throws
   * `NOT_FOUND`, `INCOMPATIBLE`, `IO`, never `CORRUPT`. Optional: `read` gives what comes before the first damage, or nothing.
   */
  salvage?(stateId: string): AsyncIterable<readonly StoredRecord[]>;
  /** Idempotent. Writers that are still open are released. */
  close(): Promise<void>;
}

/** The exclusive right to extend one run, until `release`, takeover or a fault. */
export interface StateWriter extends AsyncDisposable {
  readonly stateId: string;
  /** Grows with every `acquire` of the run, for ever: the fencing token. Of one writer it may grow, too. */
  readonly epoch: number;
  /** Seq of the last record that is acknowledged or was recovered. */
  readonly lastSeq: number;
  /** Aborted, with a RepriseError as reason, when this writer can acknowledge nothing more: `LEASE_LOST`, `FENCED`, `POISONED`, `NO_SPACE`. */
  readonly signal: AbortSignal;
  /** What was there when the run was acquired, from `from` (default 1), in batches. */
  recovered(from?: number): AsyncIterable<readonly StoredRecord[]>;
  /**
   * All records (at least one, else `LIMIT`) or none, at `expect + 1` and up; resolves with the seq of the last one. Concurrent calls commit in call
   * order, share one sync and are acknowledged in call order, whatever their durability. The caller may change
   * the bytes as soon as the call returns.
   */
  append(records: readonly Uint8Array[], options: AppendOptions): Promise<number>;
  /** What was posted and is not acknowledged, each once; in the order of posting, where one had resolved before the next was called. Ends with what is there. */
  messages(): AsyncIterable<Message>;
  /** The message is not given again; one that is not there is none. A power loss may bring it back. */
  acknowledge(messageId: string): Promise<void>;
  /**
   * Calls back soon after somebody posted a message, from any process, and possibly without one. Returns what ends it; so does
   * the end of the writer. Does not keep the process alive.
   */
  onMessage(callback: () => void): () => void;
  /** Everything appended so far is durable at the backend's strongest level when this resolves. */
  flush(): Promise<void>;
  /**
   * Stores the whole journal anew, with `filler` in the place of every record in `ranges` (first and last seq of each, rising), and gives
   * back the space of what was there before. All or nothing: whoever reads, now or after any crash, finds the journal as it was or as it is now,
   * and every other record byte for byte under its seq and epoch. The writer goes on, perhaps in a later epoch of its own; appends that wait are
   * in before. Gives how much shorter the journal has become, in bytes. Throws `INVALID_OPTION`, and as `append` does. Optional.
   */
  compact?(ranges: readonly (readonly [from: number, to: number])[], filler: Uint8Array): Promise<{ readonly bytes: number }>;
  /** Tells others that the holder is alive. Backends do this by themselves too. */
  renew(): Promise<void>;
  /** Waits for pending appends and lets the run go. Idempotent, never throws `FENCED`. */
  release(): Promise<void>;
}
