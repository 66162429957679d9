import { checkDropped, checkHeaderPatch, FencedError, RepriseError, type AppendOptions, type Message, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { limitExceeded } from "./append-limits.ts";
import { atOnce } from "./at-once.ts";
import { CommitQueue, type Failure } from "./commit-queue.ts";
import { firstFailure } from "./first-failure.ts";
import { sealSegment } from "./fill-segment.ts";
import { compactedJournal, type Dropped } from "./compact-segment.ts";
import type { FsWriterParts } from "./fs-writer-parts.ts";
import { InboxWatch } from "./inbox-watch.ts";
import { readMessages, removeMessage } from "./inbox.ts";
import { Overtaken } from "./overtaken.ts";
import { loadJournal, type Journal } from "./load-journal.ts";
import { nextSegment, removeSuperseded } from "./next-segment.ts";
import { namesIn } from "./replace-file.ts";
import { framedRecords } from "./record-payload.ts";
import { segmentFormat } from "./segment-header.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { errnoOf, reportingBatches, reportingIo, storageError } from "./storage-error.ts";

/** The exclusive right to extend one run: a segment of its own, a heartbeat, and a queue in front of both. */
export class FsWriter implements StateWriter {
  readonly stateId: string;
  readonly #parts: FsWriterParts;
  readonly #queue: CommitQueue;
  readonly #controller = new AbortController();
  readonly #watch: InboxWatch;
  #segment: SegmentWriter;
  #rolling = false;
  #cancelBeat: () => void = () => undefined;
  #beatenAt: number;
  #cleanup: Promise<void> | undefined;
  #released: Promise<void> | undefined;

  constructor(parts: FsWriterParts) {
    const { run, segment, system, head, recoveredSeq, io } = parts;
    this.#parts = parts;
    this.#watch = new InboxWatch(io, run, system);
    this.stateId = run.stateId;
    this.#segment = segment;
    this.#beatenAt = system.monotonic();
    this.#queue = new CommitQueue({
      stateId: run.stateId,
      segment: () => this.#segment,
      system,
      lastSeq: recoveredSeq,
      saveHeader: async (patches) => {
        head.patch(patches);
        // The records are stored: a header that cannot be written now is written with the next beat or at the release.
        await head.save().catch(() => undefined);
      },
      onFailure: (error) => this.#end(error),
    });
    this.#scheduleBeat();
  }

  get epoch(): number {
    return this.#segment.epoch;
  }

  get lastSeq(): number {
    return this.#queue.acknowledgedSeq;
  }

  /** Seq of the last record known to be durable. */
  get provenSeq(): number {
    return this.#queue.syncedSeq;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  recovered(from = 1): AsyncIterable<readonly StoredRecord[]> {
    return this.#parts.recovered(from);
  }

  append(records: readonly Uint8Array[], options: AppendOptions): Promise<number> {
    try {
      this.#checkAppend(records, options);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#rollIfFull();
    const { header, fence = true, durability = "power" } = options;
    return this.#queue.add({
      frame: { ...framedRecords(records), firstSeq: this.#queue.queuedSeq + 1, count: records.length },
      sync: durability === "power" && this.#parts.durability === "power",
      fence,
      // Plain data: a copy that the caller cannot reach.
      header: header === undefined ? undefined : structuredClone(header),
    });
  }

  messages(): AsyncIterable<Message> {
    const { io, run } = this.#parts;
    this.#checkUsable();
    return reportingBatches("read the inbox", { stateId: run.stateId, path: run.inbox }, readMessages(io, run));
  }

  async acknowledge(messageId: string): Promise<void> {
    const { io, run } = this.#parts;
    this.#checkUsable();
    await reportingIo("remove a message", { stateId: run.stateId, path: run.inbox }, () => removeMessage(io, run, messageId));
  }

  onMessage(callback: () => void): () => void {
    if (this.#released !== undefined || this.#queue.failure !== undefined) return () => undefined;
    return this.#watch.add(callback);
  }

  async flush(): Promise<void> {
    this.#checkUsable();
    await this.#queue.add({ frame: undefined, sync: true, fence: false, header: undefined });
  }

  async compact(ranges: Dropped["ranges"], filler: Uint8Array): Promise<{ readonly bytes: number }> {
    this.#checkUsable();
    const dropped = { ranges: checkDropped(ranges, this.#queue.queuedSeq), filler: new Uint8Array(filler) };
    let bytes = 0;
    const work = async (): Promise<void> => {
      bytes = await this.#continueWith((journal) => compactedJournal(this.stateId, journal, dropped));
    };
    await this.#queue.add({ frame: undefined, sync: true, fence: true, header: undefined, work });
    return { bytes };
  }

  async renew(): Promise<void> {
    this.#checkUsable();
    try {
      await this.#beat();
    } catch (error) {
      throw storageError(error, "renew the lease", { stateId: this.stateId });
    }
    this.#checkUsable();
  }

  release(): Promise<void> {
    return (this.#released ??= this.#release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** A file that is read in one piece must not grow for ever. What stands in the way of another one ends the queue, and this append with it. */
  #rollIfFull(): void {
    if (this.#rolling || this.#segment.length < this.#parts.segmentBytes) return;
    this.#rolling = true;
    const work = async (): Promise<void> => {
      const { epoch, length } = this.#segment;
      await this.#moveTo({ header: { format: segmentFormat, stateId: this.stateId, ...this.#parts.origin, previous: { epoch, length }, relogged: [] }, frames: [] });
      this.#rolling = false;
    };
    this.#queue.add({ frame: undefined, sync: true, fence: true, header: undefined, work }).catch(() => undefined);
  }

  async #moveTo(content: Parameters<typeof nextSegment>[1]): Promise<void> {
    const { io, run, lease, head } = this.#parts;
    const old = this.#segment;
    this.#segment = await nextSegment({ io, run, lease, current: old }, content);
    await old.close();
    await head.moveTo(this.epoch);
  }

  /** Goes on in a segment of its own that holds the whole journal; gives how many bytes shorter it is than those before. */
  async #continueWith(content: (journal: Journal) => Parameters<typeof nextSegment>[1]): Promise<number> {
    const { io, run } = this.#parts;
    const before = await loadJournal(io, run);
    if (before === undefined) throw new Overtaken(`epoch ${this.epoch} ended when the run was removed`);
    await this.#moveTo(content(before));
    const held = before.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    await removeSuperseded(io, run, this.epoch, await namesIn(io, run.directory));
    return held - this.#segment.length;
  }

  #checkAppend(records: readonly Uint8Array[], { expect, header }: AppendOptions): void {
    const { stateId } = this;
    this.#checkUsable();
    const limit = limitExceeded(records, this.#parts.maxRecordBytes);
    if (limit !== undefined) throw new RepriseError("LIMIT", `run ${stateId}: ${limit}`, { stateId });
    if (header !== undefined) checkHeaderPatch(stateId, header);
    const { queuedSeq } = this.#queue;
    if (expect !== queuedSeq) throw new RepriseError("CONFLICT", `run ${stateId}: append expected seq ${expect} to be the last, but it is ${queuedSeq}`, { stateId });
  }

  #checkUsable(): void {
    if (this.#released !== undefined) throw new RepriseError("CLOSED", `run ${this.stateId}: this writer was released`, { stateId: this.stateId });
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
  }

  /** Ends the writer after a failure: nothing more is acknowledged, and what it holds is given back. */
  #end(error: RepriseError): void {
    this.#cancelBeat();
    this.#watch.close();
    this.#parts.lease.forget();
    this.#controller.abort(error);
    this.#cleanup = this.#giveBack();
  }

  async #giveBack(): Promise<void> {
    const { lease } = this.#parts;
    await this.#queue.idle();
    // The failure was reported; what else goes wrong with a broken file would only hide it.
    await firstFailure([() => this.#unlessFenced(() => lease.release()), () => this.#segment.close()]);
  }

  async #release(): Promise<void> {
    this.#watch.close();
    await this.#queue.idle();
    this.#cancelBeat();
    const { lease, onReleased, run } = this.#parts;
    try {
      if (this.#queue.failure === undefined) await this.#sealAndLetGo();
      await this.#cleanup;
      // What could not be said after a failure can perhaps be said now.
      if (this.#cleanup !== undefined) await firstFailure([() => this.#unlessFenced(() => lease.release())]);
    } catch (error) {
      throw storageError(error, "release the run", { stateId: run.stateId, path: this.#segment.path });
    } finally {
      onReleased(this);
    }
  }

  async #sealAndLetGo(): Promise<void> {
    const { lease, head, durability } = this.#parts;
    const segment = this.#segment;
    lease.forget();
    const seal = async (): Promise<void> => {
      // What waits in the page cache becomes durable first, so that the seal proves it.
      if (!segment.isSynced) await segment.sync();
      await sealSegment(segment);
    };
    // Nobody is at the run any more who could say again when it is due.
    const saveHead = (): Promise<unknown> => this.#unlessFenced(() => head.save({ sync: durability === "power" }));
    const failure = await firstFailure([
      () => atOnce([seal, saveHead]),
      () => this.#unlessFenced(() => lease.release()),
      () => segment.close(),
    ]);
    if (failure !== undefined) throw failure.error;
  }

  /**
   * Works, unless a newer holder has made the files its own: then it says who. One that does so meanwhile removes what was about to
   * replace them; what fails because of that is no failure.
   */
  async #unlessFenced(work: () => Promise<void>): Promise<string | undefined> {
    const fencedBy = await this.#segment.fencedBy();
    if (fencedBy !== undefined) return fencedBy;
    try {
      await work();
      return undefined;
    } catch (error) {
      const overtakenBy = await this.#segment.fencedBy();
      if (overtakenBy === undefined) throw error;
      return overtakenBy;
    }
  }

  #scheduleBeat(): void {
    const { system, ttlMs } = this.#parts;
    this.#cancelBeat = system.setTimer(ttlMs / 3, () => void this.#beatInBackground(), { background: true });
  }

  async #beatInBackground(): Promise<void> {
    try {
      await this.#beat();
      await this.#whileHolding(() => this.#parts.head.save());
    } catch (error) {
      // Tried again with the next beat, until others may think that nobody holds the run.
      const { system, ttlMs } = this.#parts;
      if (system.monotonic() - this.#beatenAt >= ttlMs) this.#queue.fail(this.#leaseLost(error));
    }
    if (this.#queue.failure === undefined && this.#released === undefined) this.#scheduleBeat();
  }

  async #beat(): Promise<void> {
    const { lease, system } = this.#parts;
    await this.#whileHolding(async () => {
      await lease.beat();
      this.#beatenAt = system.monotonic();
    });
  }

  /** Works; if somebody has taken over, before or meanwhile, this writer ends as fenced. */
  async #whileHolding(work: () => Promise<void>): Promise<void> {
    const fencedBy = await this.#unlessFenced(work);
    if (fencedBy !== undefined) this.#queue.fail((indeterminate) => new FencedError(this.stateId, fencedBy, { indeterminate }));
  }

  #leaseLost(cause: unknown): Failure {
    const message = `run ${this.stateId}: the lease could not be renewed for ${this.#parts.ttlMs} ms (${errnoOf(cause) ?? String(cause)})`;
    return (indeterminate) => new RepriseError("LEASE_LOST", message, { stateId: this.stateId, indeterminate, cause });
  }
}
