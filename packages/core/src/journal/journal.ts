import { fold, type RunView } from "../history/fold.ts";
import type { Durability, HeaderPatch, StateWriter } from "../ports/state-backend.ts";
import { appendEnds } from "./append-ends.ts";
import { levelOrder as order, strengths, type AppendLevel, type Batch } from "./append-batch.ts";
import type { Contents } from "./contents.ts";
import { endOfTurn, FlushTurns, type FlushTurnsSettings } from "./flush-turns.ts";
import type { JournalRecord } from "./journal-record.ts";
import { InFlight } from "./in-flight.ts";
import { Lease } from "./lease.ts";
import { recordContents, type RecordContents } from "./offload.ts";
import type { RecordCodec } from "./record-codec.ts";

/** What a journal needs to know of its run. */
export interface JournalSettings {
  readonly view: RunView;
  readonly codec: RecordCodec;
  /** What records name beside themselves. */
  readonly contents: Contents;
  /** The run's durability; `checkpoint` keeps records in memory until a firm append. */
  readonly durability: Durability | "checkpoint";
  /** Takes the run again after its lease was given back. */
  readonly acquire: () => Promise<StateWriter>;
  /** Which turns share an append. */
  readonly turns: Omit<FlushTurnsSettings, "flush">;
  /** Called for each record once it is acknowledged, in order. */
  readonly onAcknowledged: (record: JournalRecord, seq: number) => void;
  /** Called with each writer that the journal gets. */
  readonly onWriter?: (writer: StateWriter) => void;
  /** Called once, with the error of the first write that failed (rule H6). */
  readonly onFailure: (error: unknown) => void;
}

const nothing: readonly Promise<void>[] = [];

/**
 * The one way into a run's history. A record gets its seq and is folded in the turn it is appended; all records of one
 * turn, or of some that follow one another, go to the backend together, and acknowledgements come back in journal order. After
 * a failed write nothing is acknowledged any more.
 */
export class Journal {
  readonly records: JournalRecord[];
  readonly #settings: JournalSettings;
  readonly #lease: Lease;
  /** Seq of the last record handed to a writer. */
  #written: number;
  #batch: Batch | undefined;
  readonly #turns: FlushTurns;
  /** The last batch that is not handed over yet because a content is not stored yet. */
  #handing: Promise<unknown> | undefined;
  /** Batches that were flushed and not acknowledged. */
  readonly #inFlight: InFlight;
  /** What the records that are being encoded name. */
  readonly #named = new Set<string>();
  readonly #ofRecords: RecordContents;
  readonly #strengths: ReturnType<typeof strengths>;
  #failed = false;
  #failure: unknown;
  #sealed = false;

  /** `records` are those already in the backend, folded into the view. */
  constructor(settings: JournalSettings, records: JournalRecord[], writer: StateWriter | undefined) {
    this.#settings = settings;
    this.#ofRecords = recordContents(settings.contents, this.#named);
    this.#inFlight = new InFlight({ onArrived: (batch) => this.#tell(batch), onFailed: (error) => this.#fail(error) });
    this.#turns = new FlushTurns({ ...settings.turns, flush: () => this.#flush() });
    this.#strengths = strengths(settings.durability);
    this.records = records;
    this.#written = records.length;
    this.#lease = new Lease({ acquire: settings.acquire, onWriter: settings.onWriter, onLost: (error) => this.#fail(error) }, writer);
  }

  /** The lease was given back: somebody else may have the run, and may have extended it. */
  get resting(): boolean {
    return this.#lease.resting && !this.#failed;
  }

  /**
   * Takes the lease of a resting run again. Throws what `acquire` throws (`LeaseHeldError`, …) and stays at rest, or
   * `FencedError` if the run was extended elsewhere: that is a failure.
   */
  async wake(): Promise<void> {
    if (!this.resting) return;
    await this.#lease.wake(this.#written);
  }

  /** What made a write fail; undefined if none has. */
  get failure(): unknown {
    return this.#failed ? this.#failure : undefined;
  }

  get lastSeq(): number {
    return this.records.length;
  }

  /** Has something been appended that is not acknowledged? What rides does not count: nobody waits for it. */
  get busy(): boolean {
    return this.#turns.asked || !this.#inFlight.empty;
  }

  /** The writer; taken again if the run rests. */
  writer(): Promise<StateWriter> {
    return this.#lease.taken(this.#written);
  }

  /** Appends records as one unit, all or none; none means what was appended before. Returns the seq of the first; `acknowledged` is called in journal order. */
  append(records: readonly JournalRecord[], level: AppendLevel, acknowledged?: () => void, header?: HeaderPatch): number {
    const first = this.#add(records, level, header);
    const batch = this.#batch;
    if (acknowledged && !this.#sealed && batch !== undefined) {
      if (batch.acknowledged === undefined) batch.acknowledged = [acknowledged];
      else batch.acknowledged.push(acknowledged);
    }
    this.#turns.ask();
    return first;
  }

  /** Appends records that nobody waits for: they go with the next append, or with `settle`. */
  ride(records: readonly JournalRecord[], header?: HeaderPatch): number {
    return this.#add(records, "ride", header);
  }

  /** Writes what is buffered and resolves when everything appended so far is acknowledged or has failed. */
  async settle(): Promise<void> {
    if (this.#batch !== undefined) {
      if (order[this.#batch.level] < order.outcome) this.#batch.level = "outcome";
      this.#turns.made();
      this.#flush();
    }
    await this.#inFlight.settled();
  }

  /** Writes what is buffered and gives the lease back; the next append takes it again. Throws what made a write fail. */
  async rest(): Promise<void> {
    if (this.#batch !== undefined && !this.#failed) {
      this.#batch.level = "firm";
      this.#turns.made();
      this.#flush();
    }
    try {
      await this.#lease.rest(() => this.#inFlight.settled());
    } catch (error) {
      // What had failed before is the one to report.
      if (!this.#failed) throw error;
    }
    if (this.#failed) throw this.#failure;
  }

  /** Takes nothing more; what was appended before is still written. */
  seal(): void {
    this.#sealed = true;
  }

  #add(records: readonly JournalRecord[], level: Batch["level"], header: HeaderPatch | undefined): number {
    const first = this.records.length + 1;
    if (this.#failed || this.#sealed) return first;
    const batch = (this.#batch ??= { first, last: first - 1, units: undefined, level, header: undefined, acknowledged: undefined, told: first - 1 });
    if (order[level] > order[batch.level]) batch.level = level;
    if (header) batch.header = { ...batch.header, ...header };
    if (batch.last >= batch.first && records.length > 0) (batch.units ??= [batch.last - batch.first + 1]).push(records.length);
    for (const record of records) {
      batch.last = this.records.push(record);
      fold(this.#settings.view, record, batch.last);
    }
    return first;
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch === undefined || this.#failed) return;
    if (this.#settings.durability === "checkpoint" && batch.level !== "firm") {
      // Buffered counts as appended: the records stay in the batch, only who waits is told.
      this.#inFlight.add(batch, endOfTurn);
      return;
    }
    this.#batch = undefined;
    this.#inFlight.add(batch, this.#send(batch));
  }

  #tell(batch: Batch): void {
    while (batch.told < batch.last && !this.#failed) {
      batch.told += 1;
      this.#settings.onAcknowledged(this.records[batch.told - 1] as JournalRecord, batch.told);
    }
    if (this.#failed) return;
    const waiting = batch.acknowledged;
    batch.acknowledged = undefined;
    if (waiting !== undefined) for (const callback of waiting) callback();
  }

  /** Not awaited one by one: appends keep their order, and share a sync. */
  #send(batch: Batch): Promise<unknown> {
    this.#written = batch.last;
    try {
      const bytes = this.#encode(batch);
      // G12: what a record names is stored before the record is.
      const stored = this.#named.size === 0 ? nothing : [...this.#named].flatMap((id) => this.#settings.contents.pending(id) ?? []);
      const { writer } = this.#lease;
      if (writer !== undefined && stored.length === 0 && this.#handing === undefined) return this.#handOver(writer, batch, bytes);
      return this.#handOverLater(this.#lease.taken(batch.first - 1), stored, (late) => this.#handOver(late, batch, bytes));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #encode({ first, last }: Batch): Uint8Array[] {
    const { codec } = this.#settings;
    this.#named.clear();
    if (first === last) return [codec.encode(this.records[first - 1] as JournalRecord, this.#ofRecords)];
    const bytes: Uint8Array[] = [];
    for (let seq = first; seq <= last; seq += 1) bytes.push(codec.encode(this.records[seq - 1] as JournalRecord, this.#ofRecords));
    return bytes;
  }

  #handOver(writer: StateWriter, { first, units, level, header }: Batch, bytes: readonly Uint8Array[]): Promise<unknown> {
    const strength = this.#strengths[level];
    const last = header === undefined ? strength : { ...strength, header };
    const ends = units === undefined ? undefined : appendEnds(bytes, units);
    if (ends === undefined || ends.length === 1) return bytes.length === 0 ? endOfTurn : writer.append(bytes, { expect: first - 1, ...last });
    return Promise.all(
      ends.map((end, index) => {
        const from = ends[index - 1] ?? 0;
        return writer.append(bytes.slice(from, end), { expect: first - 1 + from, ...(end === bytes.length ? last : strength) });
      }),
    );
  }

  /** Hands a batch over once its contents are stored, and not before an earlier one that waits for its own. */
  async #handOverLater(ready: Promise<StateWriter>, stored: readonly Promise<void>[], handOver: (writer: StateWriter) => Promise<unknown>): Promise<void> {
    // In an object: whoever is next waits for the call, not for its acknowledgement.
    const handing = Promise.all([ready, this.#handing, ...stored]).then(([writer]) => ({ appended: handOver(writer) }));
    this.#handing = handing;
    const { appended } = await handing;
    if (this.#handing === handing) this.#handing = undefined;
    await appended;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#failure = error;
    this.#batch = undefined;
    this.#settings.onFailure(error);
  }
}
