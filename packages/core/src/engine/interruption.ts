import { ExecutionInterruptedError, ExecutionPausedError } from "../errors/interrupt-errors.ts";
import type { InterruptNotice } from "../events/execution-event.ts";
import type { InterruptSignal } from "../events/interrupt-signal.ts";
import type { InterruptionRecord, JournalRecord } from "../journal/journal-record.ts";
import type { Call } from "./call.ts";
import type { Engine } from "./engine.ts";
import { interruptedRecords, openCalls } from "./open-calls.ts";
import { unwind } from "./unwind.ts";

/**
 * Ends the run from outside, before its code has ended: an interruption or a pause (rule I2). From then on every verb rejects, nothing
 * begins, and nothing reaches code; handlers of leaves that are at work may end, and what they give is recorded. Then what is
 * open is recorded as such, and code is told.
 */
export class Interruption {
  readonly #engine: Engine;
  /** What the run was interrupted with, in this process. */
  signal: InterruptSignal | undefined;
  /** Being paused, or paused. */
  paused = false;
  /** Resolves when all is stored and the lease is given back; undefined while nothing ends the run. */
  ended: Promise<void> | undefined;
  #resolve: () => void = () => undefined;
  /** Leaves whose handler is at work. */
  #busy: Set<Call> | undefined;
  #stopGrace: (() => void) | undefined;
  #finished = false;
  /** What comes before the call that the run is about has been made: then that would have no record to be resumed from. */
  #held: (() => void) | undefined;
  #holding = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The call that the run is about is yet to be made. */
  get holding(): boolean {
    return this.#holding;
  }

  /** Until `proceed`, the first interruption or pause waits. */
  hold(): void {
    this.#holding = true;
  }

  /** The call is made: what waited happens. */
  proceed(): void {
    this.#holding = false;
    this.#held?.();
    this.#held = undefined;
  }

  /** Aborts what is at work. True if this was what interrupted the run; false if it had ended, or was interrupted before. */
  interrupt(signal: InterruptSignal): boolean {
    const engine = this.#engine;
    if (this.#holding) return this.#keep(() => void this.interrupt(signal));
    if (this.#finished || this.signal !== undefined || (!this.paused && !this.#canEnd())) return false;
    const error = new ExecutionInterruptedError(engine.stateId, signal);
    this.signal = signal;
    this.paused = false;
    engine.log("info", "INTERRUPTING", error.message);
    this.#begin(error);
    for (const call of engine.top.open) call.abort(error);
    this.#stopGrace?.();
    this.#stopGrace = engine.system.setTimer(engine.options.graceMs, () => this.#finish());
    return true;
  }

  /** Lets what is at work end. True if this was what paused the run. */
  pause(): boolean {
    if (this.#holding) return this.#keep(() => void this.pause());
    if (this.paused || this.#finished || this.signal !== undefined || !this.#canEnd()) return false;
    this.paused = true;
    this.#begin(new ExecutionPausedError(this.#engine.stateId));
    return true;
  }

  /** The handler of a leaf has ended, and what it gave is recorded. */
  settled(call: Call): void {
    if (this.#busy?.delete(call) === true) this.#finishSoon();
  }

  /** Nothing more can be recorded, so there is nothing to wait for: whoever is at work is told (rule H6). */
  unstorable(): void {
    if (this.ended !== undefined) this.#finish();
  }

  /** The handle is closed: a pause, too, waits for no longer than the grace from now on. */
  async close(): Promise<void> {
    if (this.paused && !this.#finished) this.#stopGrace ??= this.#engine.system.setTimer(this.#engine.options.graceMs, () => this.#finish());
    await this.ended;
  }

  #keep(interruption: () => void): boolean {
    const isFirst = this.#held === undefined;
    this.#held ??= interruption;
    return isFirst;
  }

  /** A run that has completed or failed, and has not been asked for more, is not interrupted any more. */
  #canEnd(): boolean {
    const { stopped, view, top } = this.#engine;
    if (stopped !== undefined) return false;
    if (view.status !== "completed" && view.status !== "failed") return true;
    return [...top.open].some((call) => !call.outcomeRecorded);
  }

  #begin(error: Error): void {
    const engine = this.#engine;
    engine.halt(error);
    this.ended ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#busy ??= new Set(openCalls(engine.top).filter(({ atWork }) => atWork));
    this.#finishSoon();
  }

  /** In a macrotask of its own: what has been settled in this turn is a result, not an interrupted call. */
  #finishSoon(): void {
    this.#engine.system.yield(() => {
      if (this.#busy?.size === 0) this.#finish();
    });
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#stopGrace?.();
    void this.#end().then(this.#resolve);
  }

  async #end(): Promise<void> {
    const engine = this.#engine;
    const { signal } = this;
    const error = engine.stopped as Error;
    const records = engine.journal.resting ? [] : this.#records(error);
    const openCount = records.filter(({ k }) => k === "interrupted").length;
    let seq: number | undefined;
    const tell = (checkpoint: InterruptNotice["checkpoint"], failure?: unknown): void => {
      if (signal === undefined) return;
      const at = engine.now();
      const facts = { ...(checkpoint === "saved" && seq !== undefined && { seq }), ...(failure !== undefined && { error: engine.values.errorRecord(failure) }) };
      engine.bus.publish("interrupt", Object.freeze({ stateId: engine.stateId, at, signal, checkpoint, openCalls: openCount, ...facts }));
    };
    let stored = false;
    const status = signal === undefined ? "paused" : "interrupted";
    if (records.length > 0) {
      seq = engine.append(records, "firm", () => {
        stored = true;
        tell(this.#kindOfCheckpoint());
      }, { status, updatedAt: engine.now(), wakeAt: null });
    }
    await unwind(engine, error);
    if (!stored) tell(engine.journal.failure === undefined ? "not_asked_for" : "failed", engine.journal.failure);
  }

  #kindOfCheckpoint(): InterruptNotice["checkpoint"] {
    if (!this.#engine.options.kept) return "no_backend";
    return this.signal?.saveCheckpoint === false ? "not_asked_for" : "saved";
  }

  #records(error: Error): JournalRecord[] {
    const engine = this.#engine;
    const { signal } = this;
    const at = engine.now();
    const checkpoint = { k: "checkpoint", at, ...engine.reuseSoFar() } as const;
    if (signal === undefined) return [...interruptedRecords(engine.top, error.message, true), { ...checkpoint, status: "paused" }];
    const why = signal.message === undefined ? signal.reason : `${signal.reason}: ${signal.message}`;
    return [...interruptedRecords(engine.top, why, false), interruptionRecord(signal, at), ...(signal.saveCheckpoint ? [{ ...checkpoint, status: "interrupted" } as const] : [])];
  }
}

function interruptionRecord({ reason, message, triggeredBy, saveCheckpoint }: InterruptSignal, at: number): InterruptionRecord {
  return { k: "interruption", at, reason, ...(message !== undefined && { message }), ...(triggeredBy !== undefined && { by: triggeredBy }), ...(!saveCheckpoint && { saved: 0 }) };
}
