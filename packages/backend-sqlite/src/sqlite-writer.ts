import { checkDropped, checkHeaderPatch, FencedError, isRepriseError, patchHeader, RepriseError, type AppendOptions, type ErrorCode, type HeaderPatch, type Message, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { compactRecords } from "./compact-records.ts";
import type { Database } from "./database.ts";
import { readMessages, removeMessage } from "./inbox.ts";
import { moveEnd, readEnd, type JournalEnd } from "./journal-end.ts";
import { liveTokens } from "./lease-judge.ts";
import { beatLease, dropLease } from "./lease.ts";
import { addRecords, readRecords } from "./records.ts";
import { noteLastSeq, runNumbered, updateRun, type RunRow } from "./run-row.ts";
import type { SqliteContext } from "./sqlite-context.ts";
import { UncertainCommit } from "./sqlite-error.ts";
import type { StoreWrite } from "./store.ts";

// Whatever it was that failed in this way, a writer can do nothing more after it.
const lasting: ReadonlySet<ErrorCode> = new Set(["FENCED", "POISONED", "INCOMPATIBLE"]);

/** What a writer starts from. */
export interface AcquiredRun {
  readonly run: RunRow;
  /** Names the writer in its lease. */
  readonly token: string;
  readonly ttlMs: number;
}

/** The exclusive right to extend one run: its epoch is looked at in every transaction. */
export class SqliteWriter implements StateWriter {
  readonly stateId: string;
  readonly epoch: number;
  readonly #context: SqliteContext;
  readonly #acquired: AcquiredRun;
  readonly #controller = new AbortController();
  readonly #stopListening = new Set<() => void>();
  readonly #stopWatchingStore: () => void;
  #queuedSeq: number;
  #acknowledgedSeq: number;
  /** Something was committed that a power cut may still take. */
  #unsynced = false;
  #failure: RepriseError | undefined;
  #beatenAt: number;
  #cancelBeat: () => void = () => undefined;
  #released: Promise<void> | undefined;

  constructor(context: SqliteContext, acquired: AcquiredRun) {
    const { run, token } = acquired;
    this.#context = context;
    this.#acquired = acquired;
    this.stateId = run.stateId;
    this.epoch = run.epoch;
    this.#queuedSeq = run.lastSeq;
    this.#acknowledgedSeq = run.lastSeq;
    this.#beatenAt = context.system.monotonic();
    liveTokens().add(token);
    this.#stopWatchingStore = context.store.onLost(({ code, message, cause }) => this.#end(new RepriseError(code, `run ${this.stateId}: ${message}`, { stateId: this.stateId, cause })));
    this.#scheduleBeat();
  }

  get lastSeq(): number {
    return this.#acknowledgedSeq;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  recovered(from = 1): AsyncIterable<readonly StoredRecord[]> {
    const { run } = this.#acquired;
    return readRecords(this.#context.store, { run: run.run, stateId: run.stateId, from: Math.max(from, 1), to: run.lastSeq });
  }

  async append(records: readonly Uint8Array[], options: AppendOptions): Promise<number> {
    this.#checkAppend(records, options);
    const { stateId, epoch } = this;
    const firstSeq = this.#queuedSeq + 1;
    const lastSeq = this.#queuedSeq + records.length;
    // Copies that the caller cannot reach; small ones share memory, which spares the collector.
    const copies = records.map((bytes) => Buffer.from(bytes));
    const patch = options.header && structuredClone(options.header);
    this.#queuedSeq = lastSeq;
    return this.#commit({
      action: `append to run ${stateId}`,
      lane: this,
      level: options.durability === undefined || options.durability === "power" ? "FULL" : "NORMAL",
      fence: options.fence,
      bytes: copies.reduce((sum, bytes) => sum + bytes.length, 0),
      work: (database) => {
        const { run } = this.#acquired.run;
        const before = { epoch, lastSeq: firstSeq - 1 };
        // Moving the end is the check that this writer still is the one: the row of the run need not be read for it.
        if (database === undefined || !moveEnd(database, run, before, { epoch, lastSeq })) throw this.#displaced(database, before);
        addRecords(database, run, epoch, firstSeq, copies);
        if (patch !== undefined) this.#patchRow(database, lastSeq, patch);
        return lastSeq;
      },
      onCommitted: (_, level) => {
        this.#acknowledgedSeq = lastSeq;
        this.#unsynced = level === "NORMAL";
      },
      onFailed: (error) => this.#onAppendFailed(error),
    });
  }

  messages(): AsyncIterable<Message> {
    this.#checkUsable();
    const { run } = this.#acquired;
    return readMessages(this.#context.store, run.run, run.stateId);
  }

  async acknowledge(messageId: string): Promise<void> {
    this.#checkUsable();
    await this.#write({ action: `remove a message of run ${this.stateId}`, level: "NORMAL", work: (database, { run }) => removeMessage(database, run, messageId) });
  }

  onMessage(callback: () => void): () => void {
    if (this.#released !== undefined || this.#failure !== undefined) return () => undefined;
    const stop = this.#context.watch.add(this.#acquired.run.run, callback);
    this.#stopListening.add(stop);
    return () => {
      this.#stopListening.delete(stop);
      stop();
    };
  }

  async flush(): Promise<void> {
    this.#checkUsable();
    await this.#beat("FULL");
  }

  async compact(ranges: readonly (readonly [from: number, to: number])[], filler: Uint8Array): Promise<{ readonly bytes: number }> {
    this.#checkUsable();
    const dropped = checkDropped(ranges, this.#queuedSeq);
    const copy = new Uint8Array(filler);
    const work = (database: Database, { run }: RunRow): number => compactRecords(database, run, dropped, copy);
    return { bytes: await this.#write({ action: `compact run ${this.stateId}`, level: "FULL", work }) };
  }

  async renew(): Promise<void> {
    this.#checkUsable();
    await this.#beat("NORMAL");
  }

  release(): Promise<void> {
    return (this.#released ??= this.#release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #checkAppend(records: readonly Uint8Array[], { expect, header }: AppendOptions): void {
    const { stateId } = this;
    this.#checkUsable();
    if (records.length === 0) throw new RepriseError("LIMIT", `run ${stateId}: append needs at least one record, got none`, { stateId });
    const { maxRecordBytes } = this.#context;
    const tooLong = records.findIndex((bytes) => bytes.length > maxRecordBytes);
    if (tooLong !== -1) {
      const message = `record ${tooLong} of this append has ${records[tooLong]?.length} bytes, the backend takes at most ${maxRecordBytes}`;
      throw new RepriseError("LIMIT", `run ${stateId}: ${message}`, { stateId });
    }
    if (header !== undefined) checkHeaderPatch(stateId, header);
    if (expect !== this.#queuedSeq) throw new RepriseError("CONFLICT", `run ${stateId}: append expected seq ${expect} to be the last, but it is ${this.#queuedSeq}`, { stateId });
  }

  #checkUsable(): void {
    if (this.#released !== undefined) throw new RepriseError("CLOSED", `run ${this.stateId}: this writer was released`, { stateId: this.stateId });
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Commits something else that only the holder may do: in the same transaction it is certain that this writer still is. */
  #write<Result>({ work, ...write }: Omit<StoreWrite<Result>, "work"> & { readonly work: (database: Database, run: RunRow) => Result }): Promise<Result> {
    return this.#commit({ ...write, work: (database) => work(...this.#held(database)) });
  }

  /** The row of the run, if this writer still holds it. */
  #held(database: Database | undefined): [database: Database, run: RunRow] {
    const run = database && runNumbered(database, this.#acquired.run.run);
    if (database === undefined || run === undefined) throw this.#fencedBy("the run was removed");
    if (run.epoch !== this.epoch) throw this.#fencedBy(`epoch ${this.epoch} was taken over by epoch ${run.epoch}`);
    return [database, run];
  }

  /** Why the end of the journal is not where this writer left it. */
  #displaced(maybe: Database | undefined, { lastSeq }: JournalEnd): RepriseError {
    const [database, run] = this.#held(maybe);
    const end = readEnd(database, run);
    return this.#fencedBy(`its last record is ${end.lastSeq} of epoch ${end.epoch}, this writer's was ${lastSeq}`);
  }

  #patchRow(maybe: Database, lastSeq: number, patch: HeaderPatch): void {
    const [database, run] = this.#held(maybe);
    updateRun(database, run, { ...run, lastSeq, header: patchHeader(run.header, patch) });
  }

  #commit<Result>(write: StoreWrite<Result>): Promise<Result> {
    const { action, work } = write;
    return this.#context.store.write<Result>({
      ...write,
      stateId: this.stateId,
      work: (database) => {
        if (this.#failure !== undefined) throw this.#failure;
        return work(database);
      },
      reported: (error) => (error instanceof UncertainCommit ? this.#poisoned(error) : this.#context.store.reported(error, action, this.stateId)),
      onFailed: (error) => {
        if (isRepriseError(error) && lasting.has(error.code)) this.#end(error);
        else write.onFailed?.(error);
      },
    });
  }

  #onAppendFailed(error: unknown): void {
    // Nothing was written, and those who waited behind it are refused with it: the writer can go on.
    if (isRepriseError(error, "UNAVAILABLE")) this.#queuedSeq = this.#acknowledgedSeq;
    else this.#end(isRepriseError(error) ? error : new RepriseError("POISONED", `run ${this.stateId}: ${String(error)}`, { stateId: this.stateId, cause: error }));
  }

  #fencedBy(reason: string): FencedError {
    return new FencedError(this.stateId, reason, { indeterminate: false });
  }

  #poisoned({ message, cause }: UncertainCommit): RepriseError {
    const { stateId } = this;
    return new RepriseError("POISONED", `run ${stateId}: ${message}; nothing more can be written through this handle`, { stateId, path: this.#context.store.file, indeterminate: true, cause });
  }

  /** Nothing more is acknowledged. What comes later is refused for certain, even if this was uncertain. */
  #end(error: RepriseError): void {
    if (this.#failure !== undefined) return;
    const { code, message, cause, path, stateId = this.stateId } = error;
    const details = { stateId, cause, ...(path === undefined ? {} : { path }) };
    this.#failure = code === "FENCED" ? new FencedError(stateId, message.replace(`run ${stateId}: `, ""), { ...details, indeterminate: false }) : new RepriseError(code, message, details);
    this.#letGo();
    this.#controller.abort(this.#failure);
  }

  #letGo(): void {
    this.#cancelBeat();
    this.#stopWatchingStore();
    for (const stop of this.#stopListening) stop();
    liveTokens().delete(this.#acquired.token);
  }

  async #release(): Promise<void> {
    const { store, writers } = this.#context;
    this.#cancelBeat();
    for (const stop of this.#stopListening) stop();
    try {
      await store.write({
        action: `release run ${this.stateId}`,
        stateId: this.stateId,
        // What was not synced is, with this.
        level: this.#unsynced || this.#queuedSeq !== this.#acknowledgedSeq ? "FULL" : "NORMAL",
        work: (database) => database && this.#letGoIn(database),
      });
    } finally {
      this.#letGo();
      writers.delete(this);
    }
  }

  #letGoIn(database: Database): void {
    const { run, token } = this.#acquired;
    dropLease(database, run.run, token);
    noteLastSeq(database, run.run, { epoch: this.epoch, lastSeq: this.#acknowledgedSeq });
  }

  #scheduleBeat(): void {
    const { system } = this.#context;
    this.#cancelBeat = system.setTimer(this.#acquired.ttlMs / 3, () => void this.#beatInBackground(), { background: true });
  }

  async #beatInBackground(): Promise<void> {
    const { system } = this.#context;
    const { ttlMs } = this.#acquired;
    try {
      await this.#beat("NORMAL");
    } catch (error) {
      // Tried again with the next beat, until others may think that nobody holds the run.
      const message = `run ${this.stateId}: the lease could not be renewed for ${ttlMs} ms`;
      if (system.monotonic() - this.#beatenAt >= ttlMs) this.#end(new RepriseError("LEASE_LOST", message, { stateId: this.stateId, cause: error }));
    }
    if (this.#failure === undefined && this.#released === undefined) this.#scheduleBeat();
  }

  async #beat(level: "FULL" | "NORMAL"): Promise<void> {
    await this.#write({
      action: `renew the lease of run ${this.stateId}`,
      level,
      work: (database, { run }) => beatLease(database, run, this.#acquired.token),
      onCommitted: (_, done) => {
        if (done === "FULL") this.#unsynced = false;
      },
    });
    this.#beatenAt = this.#context.system.monotonic();
  }
}
