import type { Actor } from "../actors/actor.ts";
import type { RetrySettings } from "../actors/call-policy.ts";
import { checkKnown } from "../errors/check-known.ts";
import { checkOneOf, invalid } from "../errors/invalid.ts";
import type { Artifacts } from "../actors/artifacts.ts";
import type { Storage, Verbs } from "../actors/context.ts";
import { artifactsFacade } from "../engine/artifacts-facade.ts";
import { verbsOf } from "../engine/code-context.ts";
import type { Engine } from "../engine/engine.ts";
import { republish } from "../engine/republish.ts";
import { runRoot } from "../engine/root-call.ts";
import { storageFacade } from "../engine/storage-facade.ts";
import { throughGate } from "../engine/through-gate.ts";
import { isRepriseError, RepriseError } from "../errors/reprise-error.ts";
import type { EventFeed, StreamOptions } from "../events/event-stream.ts";
import type { StateStatus } from "../events/event-type.ts";
import { topics, type Topic, type Topics } from "../events/execution-event.ts";
import type { InterruptChecker, InterruptOptions, InterruptSignal } from "../events/interrupt-signal.ts";
import { deepFrozen } from "../history/deep-frozen.ts";
import type { RunView } from "../history/fold.ts";
import type { History } from "../history/history.ts";
import type { Lineage } from "../history/fold.ts";
import { RunHistory } from "../history/run-history.ts";
import { waitingCalls } from "../history/waiting-calls.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import type { RunFeed } from "../ports/subscriber.ts";
import { ValidationMismatchError } from "../validation/validation-mismatch-error.ts";
import type { ReuseSummary } from "../engine/reuse-tally.ts";
import type { ValidationReport } from "../validation/validation-report.ts";
import type { CheckpointOptions, ExecutionState, StateMetadata } from "./execution-state.ts";
import { AttachedSubscribers } from "./attached-subscribers.ts";
import { LiveEvents } from "./live-events.ts";
import { mergedMetadata } from "./metadata.ts";
import { saveCheckpoint } from "./save-checkpoint.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { makeSnapshot } from "../snapshots/make-snapshot.ts";
import type { StateSnapshot } from "../snapshots/state-snapshot.ts";
import type { ExecutionOutcome, OpenOptions } from "./reprise.ts";
import { tellClosed } from "./close-listeners.ts";
import { conclude } from "./conclude.ts";
import { interruptSignal } from "./check-interrupt.ts";
import { InterruptTriggers } from "./interrupt-triggers.ts";
import type { RepriseSettings } from "./settings.ts";
import { withReuse } from "./with-reuse.ts";

/** A run that is open in this process. */
export class RunState implements ExecutionState {
  readonly history: History;
  readonly storage: Storage;
  readonly artifacts: Artifacts;
  readonly run: Verbs["run"];
  readonly try: Verbs["try"];
  readonly map: Verbs["map"];
  readonly parallel: Verbs["parallel"];
  readonly sleep: Verbs["sleep"];
  readonly waitFor: Verbs["waitFor"];
  readonly now: Verbs["now"];
  readonly random: Verbs["random"];
  readonly uuid: Verbs["uuid"];
  readonly #live: LiveEvents;
  readonly #engine: Engine;
  readonly #kept: boolean;
  readonly #subscribers: AttachedSubscribers;
  readonly #triggers: InterruptTriggers;
  readonly #throwOnMismatch: boolean;
  #closed: Promise<void> | undefined;
  /** The code that drives the run has ended. */
  #ended = false;
  /** Called once the handle is closed. */
  onClosed: (() => void) | undefined;

  constructor(engine: Engine, settings: RepriseSettings, loaded: boolean, throwOnMismatch = false) {
    this.#engine = engine;
    this.#throwOnMismatch = throwOnMismatch;
    this.#kept = settings.options.backend !== undefined && !engine.policy.compare;
    this.#triggers = new InterruptTriggers(engine);
    this.history = new RunHistory(engine.view, engine.journal.records, settings.redactor);
    const verbs = verbsOf(engine.top);
    this.run = verbs.run;
    this.try = verbs.try;
    this.map = verbs.map;
    this.parallel = verbs.parallel;
    this.sleep = verbs.sleep;
    this.waitFor = verbs.waitFor;
    this.now = verbs.now;
    this.random = verbs.random;
    this.uuid = verbs.uuid;
    this.#live = new LiveEvents(engine, () => this.status);
    const owner = {
      values: engine.values,
      beforeWrite: () => engine.throwIfStopped(),
      onWrite: (write: StorageWrite) => {
        engine.storage.write(write);
        engine.ride([{ k: "storage", at: engine.now(), w: [write] }]);
      },
    };
    this.storage = storageFacade(engine.storage.shown, owner);
    this.artifacts = artifactsFacade(engine.storage.shown, { ...owner, contents: engine.contents, deliver: (read) => throughGate(engine, engine.top, read) });
    const feed: RunFeed = { stateId: this.stateId, origin: originOf(engine, this.history, loaded), on: (topic, handler) => this.on(topic, handler) };
    this.#subscribers = new AttachedSubscribers(engine, settings.options.subscribers ?? [], feed);
  }

  get stateId(): string {
    return this.#engine.stateId;
  }

  get status(): StateStatus {
    return this.#shown.status;
  }

  get createdAt(): number {
    return this.#engine.view.createdAt;
  }

  get retrySettings(): RetrySettings {
    return this.#engine.options.runRetry?.settings ?? deepFrozen(this.#engine.view.retry);
  }

  get lineage(): Lineage | null {
    return this.#engine.view.lineage ?? null;
  }

  get resumeFrom(): string | null {
    return this.#engine.resumeFrom ?? null;
  }

  get metadata(): StateMetadata {
    return mergedMetadata(this.#shown.metadata);
  }

  get interruption(): InterruptSignal | null {
    const { interruption, view } = this.#engine;
    return interruption.signal ?? view.interruption ?? null;
  }

  interrupt(options?: InterruptOptions): boolean {
    const signal = interruptSignal(options);
    return !this.#atRest && this.#engine.interruption.interrupt(signal);
  }

  pause(): boolean {
    return !this.#atRest && this.#engine.interruption.pause();
  }

  /** Nothing of the run is going on here, and perhaps elsewhere. */
  get #atRest(): boolean {
    return this.resting && this.idle;
  }

  setDeadline(deadlineMs: number | null, options: { readonly message?: string } = {}): void {
    checkKnown(options, { message: true });
    this.#triggers.setDeadline(deadlineMs, options.message);
  }

  setInterruptChecker(checker: InterruptChecker | null): void {
    this.#triggers.setChecker(checker);
  }

  /** Begins to be interruptible as its options say, once all who watch can see it. */
  arm({ signal, deadlineMs, interruptChecker }: Pick<OpenOptions, "signal" | "deadlineMs" | "interruptChecker">): void {
    if (signal !== undefined) this.#triggers.listen(signal);
    if (deadlineMs !== undefined) this.#triggers.setDeadline(deadlineMs);
    if (interruptChecker !== undefined) this.#triggers.setChecker(interruptChecker);
  }

  /** It has given its lease back: somebody else may have the run. */
  get resting(): boolean {
    return this.#engine.journal.resting;
  }

  /** Resolves when what ends the run from outside has been stored; undefined if nothing does. */
  get halted(): Promise<void> | undefined {
    return this.#engine.interruption.ended;
  }

  get reuse(): ReuseSummary {
    return this.#engine.reuse.summary();
  }

  republish(): void {
    this.#engine.throwIfStopped();
    republish(this.#engine);
  }

  get validation(): ValidationReport | undefined {
    return this.#engine.validation?.report(this.#engine, this.#ended);
  }

  /** What was not stored when the run stopped is not shown (rule H6). */
  get #shown(): Pick<RunView, "status" | "metadata"> {
    const { stopped, view, journal, acknowledged } = this.#engine;
    return stopped === undefined || acknowledged === journal.records.length ? view : foldVisible(this.stateId, journal.records.slice(0, acknowledged));
  }

  /** Has it neither open calls nor a reason not to be given away? */
  get idle(): boolean {
    const { top, leases, interruption } = this.#engine;
    return top.open.size === 0 && !leases.waiting && !interruption.holding;
  }

  /** Calls back whenever it may have become idle; returns what ends that. */
  onIdle(callback: () => void): () => void {
    const { idleListeners } = this.#engine.leases;
    idleListeners.add(callback);
    return () => void idleListeners.delete(callback);
  }

  on<T extends Topic>(topic: T, handler: (message: Topics[T]) => void | Promise<void>): () => void {
    checkOneOf("topic", topics, topic ?? null);
    if (typeof handler !== "function") invalid("handler", "a function", handler);
    return this.#engine.bus.on(topic, handler);
  }

  events(options?: StreamOptions): EventFeed {
    return this.#live.stream(options);
  }

  saveCheckpoint(options: CheckpointOptions = {}): Promise<number> {
    return saveCheckpoint(this.#engine, this, options);
  }

  snapshot(at?: number): StateSnapshot {
    return makeSnapshot(this.stateId, this.#engine.journal.records, at);
  }

  /** Keeps the run for the call of `execute` that comes next: nobody takes it over or ends it before that is recorded. */
  reserve(): void {
    this.#engine.interruption.hold();
  }

  /** Runs the actor that the run is about, to its end. Not part of the public interface: `execute` and `resume` use it. */
  async execute<Output>(actor: Actor<never, Output>, input: { readonly given: unknown } | undefined): Promise<ExecutionOutcome<Output>> {
    const ending = runRoot(this.#engine, actor, input);
    this.#engine.interruption.proceed();
    const ended = await ending;
    const unreached = ended.ok ? this.#engine.unreached() : undefined;
    const outcome = unreached === undefined ? ended : { ok: false as const, error: unreached };
    conclude(this.#engine, outcome.ok);
    this.#ended = true;
    const { stateId, validation, reuse } = this;
    const facts = validation && { validation };
    const { awaited } = this.#engine.suspension;
    const { signal } = this.#engine.interruption;
    if (!outcome.ok && signal !== undefined && isRepriseError(outcome.error, "EXECUTION_INTERRUPTED")) return withReuse({ status: "interrupted", stateId, signal, ...facts }, reuse);
    if (!outcome.ok && isRepriseError(outcome.error, "EXECUTION_PAUSED")) return withReuse({ status: "paused", stateId, ...facts }, reuse);
    if (awaited !== undefined && !outcome.ok && isRepriseError(outcome.error, "EXECUTION_AWAITING")) {
      return withReuse({ status: "awaiting", stateId, pending: awaited.pending, ...(awaited.wakeAt !== undefined && { wakeAt: awaited.wakeAt }), ...facts }, reuse);
    }
    return withReuse(outcome.ok ? { status: "completed", stateId, value: outcome.value as Output, ...facts } : { status: "failed", stateId, error: outcome.error, ...facts }, reuse);
  }

  /** Ends all activity of this handle: its verbs throw the error from now on. */
  end(error: Error): void {
    this.#engine.stop(error);
  }

  /** Gives the lease back; the next verb takes it again and finds out whether the run was extended elsewhere (rule S3). */
  async rest(): Promise<void> {
    // Without a backend there is no lease to take again.
    await (this.#kept ? this.#engine.journal.rest() : this.#engine.journal.settle());
    this.#live.rested();
  }

  close(): Promise<void> {
    tellClosed(this);
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const engine = this.#engine;
    await engine.interruption.close();
    const stopped = engine.stopped;
    engine.stop(new RepriseError("CLOSED", `run ${this.stateId} was closed in this process`, { stateId: this.stateId }));
    try {
      await engine.journal.rest();
    } catch (error) {
      // What had stopped the run was told when it did; what fails only now must not look like a success (rule H6).
      if (error !== stopped) throw error;
    } finally {
      await this.#subscribers.detach();
      this.onClosed?.();
    }
    this.#ended = true;
    const { validation } = this;
    if (this.#throwOnMismatch && validation?.ok === false) throw new ValidationMismatchError(validation);
  }
}

/** A validation waits for nothing: what was waited for is recorded. */
function originOf(engine: Engine, history: History, loaded: boolean): RunFeed["origin"] {
  if (!loaded) return { kind: "created" };
  const { view, journal, policy } = engine;
  const waiting = policy.compare ? [] : waitingCalls(view, history);
  return { kind: "loaded", lastSeq: journal.lastSeq, waiting, ...(view.interruption && { interruption: view.interruption }) };
}
