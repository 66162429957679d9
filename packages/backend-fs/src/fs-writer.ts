import { FencedError, RepriseError, type AppendOptions, type Durability, type Message, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { CommitQueue, type Failure } from "./commit-queue.ts";
import { allocateFrame, longestPayload, mostRecords } from "./frame.ts";
import type { HeadKeeper } from "./head-keeper.ts";
import { InboxWatch } from "./inbox-watch.ts";
import { readMessages, removeMessage } from "./inbox.ts";
import type { Io } from "./io.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { RunPaths } from "./paths.ts";
import { framedRecords, longestLength } from "./record-payload.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { errnoOf, reportingBatches, reportingIo, storageError } from "./storage-error.ts";
import type { FsSystem } from "./system.ts";

/** What a writer is made of. All of it is the writer's alone. */
export interface FsWriterParts {
  readonly io: Io;
  readonly run: RunPaths;
  readonly segment: SegmentWriter;
  readonly lease: LeaseKeeper;
  readonly head: HeadKeeper;
  readonly system: FsSystem;
  /** The backend's strongest level. */
  readonly durability: Durability;
  readonly maxRecordBytes: number;
  readonly ttlMs: number;
  /** Seq of the last record that was there when the run was acquired. */
  readonly recoveredSeq: number;
  readonly recovered: (from: number) => AsyncIterable<readonly StoredRecord[]>;
  readonly onReleased: (writer: FsWriter) => void;
}

/** The exclusive right to extend one run: a segment of its own, a heartbeat, and a queue in front of both. */
export class FsWriter implements StateWriter {
  readonly stateId: string;
  readonly epoch: number;
  readonly #parts: FsWriterParts;
  readonly #queue: CommitQueue;
  readonly #controller = new AbortController();
  readonly #watch: InboxWatch;
  #cancelBeat: () => void = () => undefined;
  #beatenAt: number;
  #cleanup: Promise<void> | undefined;
  #released: Promise<void> | undefined;

  constructor(parts: FsWriterParts) {
    const { run, segment, system, head, recoveredSeq, io } = parts;
    this.#parts = parts;
    this.#watch = new InboxWatch(io, run, system);
    this.stateId = run.stateId;
    this.epoch = segment.epoch;
    this.#beatenAt = system.monotonic();
    this.#queue = new CommitQueue({
      stateId: run.stateId,
      segment,
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
    const refusal = this.#refusalOf(records, options);
    if (refusal !== undefined) return Promise.reject(refusal);
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

  #refusalOf(records: readonly Uint8Array[], options: AppendOptions): RepriseError | undefined {
    const { stateId } = this;
    if (this.#released !== undefined) return this.#closed();
    if (this.#queue.failure !== undefined) return this.#queue.failure;
    const limit = limitExceeded(records, this.#parts.maxRecordBytes);
    if (limit !== undefined) return new RepriseError("LIMIT", `run ${stateId}: ${limit}`, { stateId });
    const { queuedSeq } = this.#queue;
    if (options.expect === queuedSeq) return undefined;
    return new RepriseError("CONFLICT", `run ${stateId}: append expected seq ${options.expect} to be the last, but it is ${queuedSeq}`, { stateId });
  }

  #checkUsable(): void {
    if (this.#released !== undefined) throw this.#closed();
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
  }

  #closed(): RepriseError {
    return new RepriseError("CLOSED", `run ${this.stateId}: this writer was released`, { stateId: this.stateId });
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
    const { lease, segment } = this.#parts;
    await this.#queue.idle();
    // The failure was reported; what else goes wrong with a broken file would only hide it.
    await firstFailure([async () => this.#unlessFenced(() => lease.release()), () => segment.close()]);
  }

  async #release(): Promise<void> {
    this.#watch.close();
    await this.#queue.idle();
    this.#cancelBeat();
    const { lease, onReleased, run, segment } = this.#parts;
    try {
      if (this.#queue.failure === undefined) await this.#sealAndLetGo();
      await this.#cleanup;
      // What could not be said after a failure can perhaps be said now.
      if (this.#cleanup !== undefined) await firstFailure([async () => this.#unlessFenced(() => lease.release())]);
    } catch (error) {
      throw storageError(error, "release the run", { stateId: run.stateId, path: segment.path });
    } finally {
      onReleased(this);
    }
  }

  async #sealAndLetGo(): Promise<void> {
    const { segment, lease, head } = this.#parts;
    lease.forget();
    const failure = await firstFailure([
      async () => {
        // What waits in the page cache becomes durable first, so that the seal proves it.
        if (!segment.isSynced) await segment.sync();
        await segment.write([{ kind: "Z", firstSeq: 0, count: 0, frame: allocateFrame(0) }]);
        await segment.sync();
      },
      async () => this.#unlessFenced(() => head.save()),
      async () => this.#unlessFenced(() => lease.release()),
      () => segment.close(),
    ]);
    if (failure !== undefined) throw failure.error;
  }

  /** Files that a newer holder has made its own are left alone. */
  async #unlessFenced(work: () => Promise<void>): Promise<void> {
    if ((await this.#parts.segment.fencedBy()) === undefined) await work();
  }

  #scheduleBeat(): void {
    const { system, ttlMs } = this.#parts;
    this.#cancelBeat = system.setTimer(ttlMs / 3, () => void this.#beatInBackground(), { background: true });
  }

  async #beatInBackground(): Promise<void> {
    try {
      await this.#beat();
      await this.#parts.head.save();
    } catch (error) {
      // Tried again with the next beat, until others may think that nobody holds the run.
      const { system, ttlMs } = this.#parts;
      if (system.monotonic() - this.#beatenAt >= ttlMs) this.#queue.fail(this.#leaseLost(error));
    }
    if (this.#queue.failure === undefined && this.#released === undefined) this.#scheduleBeat();
  }

  async #beat(): Promise<void> {
    const { segment, lease, system } = this.#parts;
    const fencedBy = await segment.fencedBy();
    if (fencedBy !== undefined) {
      this.#queue.fail((indeterminate) => new FencedError(this.stateId, fencedBy, { indeterminate }));
      return;
    }
    await lease.beat();
    this.#beatenAt = system.monotonic();
  }

  #leaseLost(cause: unknown): Failure {
    const message = `run ${this.stateId}: the lease could not be renewed for ${this.#parts.ttlMs} ms (${errnoOf(cause) ?? String(cause)})`;
    return (indeterminate) => new RepriseError("LEASE_LOST", message, { stateId: this.stateId, indeterminate, cause });
  }
}

function limitExceeded(records: readonly Uint8Array[], maxRecordBytes: number): string | undefined {
  if (records.length === 0) return "append needs at least one record, got none";
  if (records.length > mostRecords) return `append takes at most ${mostRecords} records, got ${records.length}`;
  const tooLong = records.findIndex((bytes) => bytes.length > maxRecordBytes);
  if (tooLong !== -1) return `record ${tooLong} of this append has ${records[tooLong]?.length} bytes, the backend takes at most ${maxRecordBytes}`;
  // With room for the lengths in front of them.
  const bytes = records.reduce((sum, record) => sum + record.length + longestLength, 0);
  return bytes > longestPayload ? `append takes at most ${longestPayload} bytes, got ${bytes}` : undefined;
}

/** Takes every step, whatever becomes of the others; the first failure is the one to report. */
async function firstFailure(steps: readonly (() => Promise<void>)[]): Promise<{ readonly error: unknown } | undefined> {
  let first: { readonly error: unknown } | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      first ??= { error };
    }
  }
  return first;
}
