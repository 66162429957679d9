import { FencedError, isRepriseError, RepriseError, type HeaderPatch } from "@reprise/core/spi";
import { Overtaken } from "./overtaken.ts";
import type { SegmentWriter, UnfinishedFrame } from "./segment-writer.ts";
import { isFull } from "./storage-error.ts";
import type { FsSystem } from "./system.ts";

/** One append, or a wish to have everything before it synced. */
export interface Commit {
  /** Undefined: nothing to write. */
  readonly frame: UnfinishedFrame | undefined;
  /** Acknowledge only what is durable. */
  readonly sync: boolean;
  /** Acknowledge only if nobody has taken over. */
  readonly fence: boolean;
  readonly header: HeaderPatch | undefined;
  /** Done when everything before is durable, while nothing else is under way. If it fails, so does the queue. */
  readonly work?: () => Promise<void>;
}

/** What the queue needs of its writer. */
export interface CommitQueueContext {
  readonly stateId: string;
  /** The segment that is written now. */
  readonly segment: () => SegmentWriter;
  readonly system: FsSystem;
  /** Seq of the last record in the segment. */
  readonly lastSeq: number;
  /** Called with the patches of an acknowledged group, in order; the acknowledgement waits for it. Must not reject. */
  readonly saveHeader: (patches: readonly HeaderPatch[]) => Promise<void>;
  /** Called once, when nothing can be acknowledged any more. */
  readonly onFailure: (error: RepriseError) => void;
}

interface Pending {
  readonly commit: Commit;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: RepriseError) => void;
}

/** Makes the error of one failure; `indeterminate` if the append concerned may have happened. */
export type Failure = (indeterminate: boolean) => RepriseError;

// Records acknowledged before they are durable become so after this long.
const backgroundSyncMs = 50;
// One write takes no more than this, so that a burst of appends does not need twice its size in memory.
const groupBytes = 8 * 2 ** 20;

/**
 * Group commit: while one group is written and synced the next one forms. There is no timer in the way: one caller pays one
 * sync, many callers share one. Acknowledgements are in call order, whatever each of them waits for.
 */
export class CommitQueue {
  readonly #context: CommitQueueContext;
  #waiting: Pending[] = [];
  #running: Promise<void> | undefined;
  #failure: Failure | undefined;
  #cancelBackgroundSync: (() => void) | undefined;
  /** Seq of the last record queued. */
  queuedSeq: number;
  /** Seq of the last record acknowledged. */
  acknowledgedSeq: number;
  /** Seq of the last record known to be durable. */
  syncedSeq: number;

  constructor(context: CommitQueueContext) {
    this.#context = context;
    this.queuedSeq = context.lastSeq;
    this.acknowledgedSeq = context.lastSeq;
    this.syncedSeq = context.lastSeq;
  }

  /** The error for anything that is asked of the queue after it failed. */
  get failure(): RepriseError | undefined {
    return this.#failure?.(false);
  }

  /** Queues a commit behind all others; resolves with the seq of its last record. */
  add(commit: Commit): Promise<number> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure(false));
    if (commit.frame !== undefined) this.queuedSeq = lastSeqOf(commit.frame);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
    this.#cancelBackgroundSync?.();
  }

  /** Ends the queue from outside: rejects what waits. */
  fail(failure: Failure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#cancelBackgroundSync?.();
    for (const pending of this.#waiting) pending.reject(failure(false));
    this.#waiting = [];
    this.#context.onFailure(failure(false));
  }

  async #run(): Promise<void> {
    // Appends of the same turn share a sync.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      try {
        await this.#commit(group);
      } catch (error) {
        this.#failGroup(group, error);
      }
    }
    this.#running = undefined;
  }

  #nextGroup(): readonly Pending[] {
    const waiting = this.#waiting;
    let bytes = 0;
    let end = 0;
    for (const { commit } of waiting) {
      bytes += commit.frame?.frame.length ?? 0;
      // A single append may be larger than a group, and work is one of its own.
      if (end > 0 && (commit.work !== undefined || bytes > groupBytes)) break;
      end += 1;
      if (commit.work !== undefined) break;
    }
    this.#waiting = waiting.slice(end);
    return end === waiting.length ? waiting : waiting.slice(0, end);
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    const segment = this.#context.segment();
    const frames = framesOf(group);
    if (frames.length > 0) await segment.write(frames);

    // The first that waits for a sync holds up all behind it.
    const firstSync = group.findIndex(({ commit }) => commit.sync);
    if (firstSync === -1) {
      this.#syncLater();
      return this.#acknowledge(group);
    }
    if (firstSync > 0) await this.#acknowledge(group.slice(0, firstSync));
    if (!segment.isSynced) await segment.sync();
    this.syncedSeq = lastSeqIn(frames) ?? this.acknowledgedSeq;
    const work = group[0]?.commit.work;
    if (work !== undefined) await work();
    await this.#acknowledge(firstSync === 0 ? group : group.slice(firstSync));
  }

  async #acknowledge(group: readonly Pending[]): Promise<void> {
    const { segment, saveHeader } = this.#context;
    if (group.some(isFenced)) {
      const fencedBy = await segment().fencedBy();
      if (fencedBy !== undefined) throw new Overtaken(fencedBy);
    }
    // Something else ended the queue while this group was under way.
    if (this.#failure !== undefined) throw this.#failure(true);
    this.acknowledgedSeq = lastSeqIn(framesOf(group)) ?? this.acknowledgedSeq;
    const patches = patchesOf(group);
    if (patches.length > 0) await saveHeader(patches);
    for (const { commit, resolve } of group) resolve(commit.frame === undefined ? this.acknowledgedSeq : lastSeqOf(commit.frame));
  }

  #syncLater(): void {
    if (this.#cancelBackgroundSync !== undefined || this.#context.segment().isSynced) return;
    const cancel = this.#context.system.setTimer(
      backgroundSyncMs,
      () => {
        this.#cancelBackgroundSync = undefined;
        // A failure ends the queue, and that is how it is reported.
        this.add({ frame: undefined, sync: true, fence: false, header: undefined }).catch(() => undefined);
      },
      { background: true },
    );
    this.#cancelBackgroundSync = () => {
      cancel();
      this.#cancelBackgroundSync = undefined;
    };
  }

  #failGroup(group: readonly Pending[], error: unknown): void {
    const failure = this.#failureOf(error);
    // Those already acknowledged stay so: settling twice does nothing.
    for (const pending of group) pending.reject(failure(pending.commit.frame !== undefined));
    this.fail(failure);
  }

  #failureOf(error: unknown): Failure {
    if (this.#failure !== undefined) return this.#failure;
    const { stateId, segment } = this.#context;
    if (error instanceof Overtaken) return (indeterminate) => new FencedError(stateId, error.message, { indeterminate });
    // What is damaged or newer was found before anything was done about it.
    if (isRepriseError(error)) return () => error;
    const message = error instanceof Error ? error.message : String(error);
    const details = { stateId, path: segment().path, cause: error };
    if (isFull(error)) {
      return (indeterminate) => new RepriseError("NO_SPACE", `run ${stateId}: no space to append (${message})`, { ...details, indeterminate });
    }
    return (indeterminate) =>
      new RepriseError("POISONED", `run ${stateId}: an append ended uncertainly, nothing more can be written (${message})`, { ...details, indeterminate });
  }
}

const isFenced = ({ commit }: Pending): boolean => commit.fence;

// Plain loops, as most groups are one append: what allocates here shows in what a step costs.
function framesOf(group: readonly Pending[]): UnfinishedFrame[] {
  const frames: UnfinishedFrame[] = [];
  for (const { commit } of group) if (commit.frame !== undefined) frames.push(commit.frame);
  return frames;
}

function patchesOf(group: readonly Pending[]): HeaderPatch[] {
  const patches: HeaderPatch[] = [];
  for (const { commit } of group) if (commit.header !== undefined) patches.push(commit.header);
  return patches;
}

function lastSeqIn(frames: readonly UnfinishedFrame[]): number | undefined {
  const last = frames.at(-1);
  return last === undefined ? undefined : lastSeqOf(last);
}

function lastSeqOf({ firstSeq, count }: UnfinishedFrame): number {
  return firstSeq + count - 1;
}
