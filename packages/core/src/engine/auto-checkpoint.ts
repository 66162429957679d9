import type { EventType } from "../events/event-type.ts";
import type { CheckpointRecord, JournalRecord } from "../journal/journal-record.ts";
import type { Engine } from "./engine.ts";

/** When a run writes checkpoints by itself (rule S3); each condition by itself is enough. */
export interface AutoCheckpointOptions {
  /** After the end of a call of one of these kinds, however it ended. Default: after none. */
  readonly after?: readonly EventType[];
  /** After so many events, counted from the checkpoint before. Default: events are not counted. */
  readonly everyEvents?: number;
  /** At the latest so long after the first event that no checkpoint follows yet, in ms. Default: time does not count. */
  readonly everyMs?: number;
  /** Only the last so many are listed; the others stay in the journal. Default: all. */
  readonly keep?: number;
}

const noEvents: ReadonlySet<JournalRecord["k"]> = new Set(["run", "session", "checkpoint", "cut", "storage", "now", "expired"]);

/**
 * Writes checkpoints with the status running. They go with the append they follow, and cost no sync of their own; at the
 * durability `"checkpoint"` they are what makes progress durable.
 */
export class AutoCheckpoint {
  readonly #engine: Engine;
  readonly #options: AutoCheckpointOptions;
  readonly #durable: boolean;
  /** Since the last checkpoint. */
  #events = 0;
  #stopTimer: (() => void) | undefined;

  constructor(engine: Engine, options: AutoCheckpointOptions, durable: boolean) {
    this.#engine = engine;
    this.#options = options;
    this.#durable = durable;
  }

  /** These were appended: what is due follows them. */
  follow(records: readonly JournalRecord[]): void {
    this.count(records);
    const { after, everyEvents = Infinity } = this.#options;
    if (this.#events >= everyEvents || (this.#events > 0 && after !== undefined && this.#hasEnded(records, after))) this.#write();
  }

  /** These go with the next append. */
  count(records: readonly JournalRecord[]): void {
    for (const { k } of records) {
      if (k === "checkpoint") this.#reset();
      else if (!noEvents.has(k)) this.#events += 1;
    }
    const { everyMs } = this.#options;
    if (everyMs !== undefined && this.#events > 0) this.#stopTimer ??= this.#engine.after(everyMs, () => this.#write(), { background: true });
  }

  #hasEnded(records: readonly JournalRecord[], types: readonly EventType[]): boolean {
    return records.some((record) => {
      if (record.k !== "completed" && record.k !== "failed" && record.k !== "cancelled") return false;
      const node = this.#engine.view.calls.get(record.c);
      return node !== undefined && node.state !== "retrying" && types.includes(node.type);
    });
  }

  #write(): void {
    const { journal, stopped, system } = this.#engine;
    // The lease is not taken for a checkpoint: it is due again with what is appended next.
    if (journal.resting) return this.#stopTiming();
    this.#reset();
    if (stopped !== undefined) return;
    const { keep } = this.#options;
    const record: CheckpointRecord = { k: "checkpoint", at: system.now(), status: "running", auto: 1, ...this.#engine.reuseSoFar(), ...(keep !== undefined && { keep }) };
    journal.append([record], this.#durable ? "firm" : "start");
  }

  #reset(): void {
    this.#events = 0;
    this.#stopTiming();
  }

  #stopTiming(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
