import type { Actor } from "../actors/actor.ts";
import type { CallPolicy } from "../actors/call-policy.ts";
import { PointNotReachedError } from "../errors/timeline-errors.ts";
import { Bus } from "../events/bus.ts";
import type { LogNotice } from "../events/execution-event.ts";
import type { CallNode } from "../history/call-node.ts";
import type { RunView } from "../history/fold.ts";
import type { Contents } from "../journal/contents.ts";
import type { AppendLevel } from "../journal/append-batch.ts";
import { Journal } from "../journal/journal.ts";
import type { HiddenRoot, JournalRecord, SessionRecord } from "../journal/journal-record.ts";
import type { RetryPolicy } from "../ports/retry.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import type { System } from "../system.ts";
import type { ValueCodec } from "../values/codec.ts";
import { AutoCheckpoint } from "./auto-checkpoint.ts";
import type { Call } from "./call.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { EngineSettings } from "./engine-settings.ts";
import type { ErrorOrigins } from "./failure.ts";
import type { ReplayPolicy } from "./replay-policy.ts";
import { dropAll } from "./drop-all.ts";
import { endTurn } from "./end-turn.ts";
import { Gate } from "./gate.ts";
import { Inbox } from "./inbox.ts";
import { Interruption } from "./interruption.ts";
import { LeaseWaits } from "./lease-waits.ts";
import type { Pass } from "./incremental.ts";
import { recordedWork } from "./recorded-time.ts";
import { Announcer } from "./announcer.ts";
import { RunTimers } from "./run-timers.ts";
import { acknowledgedEvents, republish } from "./republish.ts";
import { ReuseTally, type ReuseSummary } from "./reuse-tally.ts";
import type { EngineRules } from "./rules.ts";
import { libraryVersion } from "../version.ts";
import { RunningHandlers } from "./running-handlers.ts";
import { Scope } from "./scope.ts";
import { Suspension } from "./suspension.ts";
import { TopStorage } from "./top-storage.ts";
import { Validation } from "../validation/validation.ts";

/** One run in this process: what calls, scopes and groups share. */
export class Engine {
  readonly system: System;
  readonly values: ValueCodec;
  readonly view: RunView;
  readonly options: EngineOptions;
  readonly rules: EngineRules;
  readonly policy: ReplayPolicy;
  readonly pass: Pass | undefined;
  /** Set where recorded outcomes are compared. */
  readonly validation: Validation | undefined;
  readonly journal: Journal;
  readonly gate: Gate;
  readonly bus: Bus;
  /** The top of the run: the scope of calls that no actor makes. */
  readonly top: Scope;
  readonly storage: TopStorage;
  readonly hiddenRoot: HiddenRoot | undefined;
  /** The address that the run was to resume from, until a call with it is made. */
  resumeFrom: string | undefined;
  /** Waits and sleeps that have begun and have no outcome yet. */
  readonly pauses = new Set<Call>();
  /** Groups that may have branches to begin. */
  readonly groups = new Set<{ pump(): void }>();
  readonly inbox: Inbox;
  readonly handlers = new RunningHandlers();
  readonly suspension: Suspension;
  readonly interruption: Interruption;
  readonly origins: ErrorOrigins = new WeakMap<object, CallNode>();
  /** The latest scope of each call, where it had records to find: what it leaves is reported as unvisited. */
  readonly reporting = new Map<CallNode | undefined, Scope>();
  /** Calls recorded without it whose actor now says `repeatable: false` (rule R11). */
  readonly markedOnce = new Set<CallNode>();
  /** How calls of an actor are treated that say nothing themselves. */
  readonly policies = new Map<Actor<never, unknown>, CallPolicy>();
  /** Policies made of the recorded retry settings of the run. */
  readonly revived = new Map<unknown, RetryPolicy>();
  /** Where large values and artifacts go. */
  readonly contents: Contents;
  /** How code that waits for what it reads is told that the run has stopped. */
  readonly reads = new Set<(error: Error) => void>();
  readsBegun = 0;
  /** Told once, when nothing more is taken. */
  readonly endListeners = new Set<() => void>();
  readonly leases: LeaseWaits;
  readonly checkpoints: AutoCheckpoint | undefined;
  /** The scope whose code runs in this turn. */
  turn: Scope | undefined;
  /** Why the run makes no more calls: a refusal, a storage error, or the end of the handle. */
  stopped: Error | undefined;
  /** Where the calls at the top are told something else. */
  #stoppedAtTop: Error | undefined;
  readonly #timers: RunTimers;
  readonly #announcer: Announcer;
  /** S7: what the next append says of this process. */
  session: SessionRecord | undefined;
  /** Seq of the last record that was acknowledged. */
  acknowledged: number;
  /** Events up to here have been published again. */
  replayedTo = 0;
  #begun = false;
  readonly reuse = new ReuseTally();
  /** Seq of the last record there was when the run was opened. */
  readonly openedAt: number;

  constructor(settings: EngineSettings) {
    const { system, values, view, options, rules, records } = settings;
    this.system = system;
    this.values = values;
    this.view = view;
    this.options = options;
    this.rules = rules;
    this.hiddenRoot = settings.hiddenRoot;
    this.resumeFrom = settings.resumeFrom;
    this.policy = settings.policy;
    this.validation = settings.policy.compare ? new Validation({ live: settings.policy.inputs === "live", lastSeq: records.length }) : undefined;
    this.session = settings.session;
    this.#timers = new RunTimers(system);
    this.#announcer = new Announcer(this);
    this.inbox = new Inbox(this);
    this.suspension = new Suspension(this);
    this.interruption = new Interruption(this);
    this.acknowledged = records.length;
    this.openedAt = records.length;
    this.contents = settings.journal.contents;
    this.gate = new Gate(system.yield, () => endTurn(this));
    this.journal = new Journal(
      {
        ...settings.journal,
        view,
        turns: { more: () => this.gate.turning, yield: system.yield },
        onAcknowledged: (record, seq) => this.#onAcknowledged(record, seq),
        onFailure: (error) => {
          this.stop(error as Error);
          this.interruption.unstorable();
        },
        ...(!settings.policy.compare && { onWriter: (writer) => this.inbox.watch(writer) }),
      },
      records,
      settings.writer,
    );
    this.leases = new LeaseWaits(this.journal);
    const { autoCheckpoint } = options;
    this.checkpoints = autoCheckpoint && new AutoCheckpoint(this, autoCheckpoint, settings.journal.durability === "checkpoint");
    this.bus = new Bus({
      redactor: options.redactor,
      eventsFrom: (from, limit) => acknowledgedEvents(this, from, limit),
      log: (notice) => this.#announcer.notice(notice),
    });
    // The session record will be the next one: it is what opens a failed run again.
    const opening = settings.session?.opening === "recovery" ? records.length + 1 : view.opening;
    this.pass = settings.pass;
    this.storage = new TopStorage(view.storage, settings.pass);
    this.top = new Scope({
      engine: this,
      call: undefined,
      node: undefined,
      storage: this.storage.seen,
      visible: view.top,
      strict: opening > 0 && rules.strictReopened,
      knownCode: true,
      opening,
    });
    this.top.onEmpty = () => this.leases.tellIdle();
  }

  get stateId(): string {
    return this.view.stateId;
  }

  /** The place in the gate of what a call of this scope has come to, by the seq of its record. */
  placeOf(scope: Scope, seq: number): number {
    return this.validation === undefined ? seq : this.validation.placeOf(scope, seq);
  }

  now(): number {
    return this.system.now();
  }

  /** Calls back after a delay, unless the run stops before. Returns what cancels it. */
  after(delayMs: number, callback: () => void, options?: { readonly background: boolean }): () => void {
    return this.#timers.after(delayMs, callback, options);
  }

  /** Appends records as one unit; returns the seq of the last. */
  append(records: readonly JournalRecord[], level: AppendLevel, acknowledged: () => void, header?: HeaderPatch): number {
    const opened = this.#openSession(records[0]?.k === "checkpoint");
    const first = this.journal.append(records, level, acknowledged, opened || header ? { ...opened, ...header } : undefined);
    this.checkpoints?.follow(records);
    return first + records.length - 1;
  }

  /** Appends records that go with the next append; returns the seq of the last. */
  ride(records: readonly JournalRecord[]): number {
    const header = this.#openSession(false);
    // A run at rest takes its lease when a verb needs it, not for what can wait.
    if (header === undefined || this.journal.resting) this.journal.ride(records, header);
    else this.journal.append(records, "start", () => undefined, header);
    this.checkpoints?.count(records);
    return this.journal.lastSeq;
  }

  /** Gives a call its record. */
  bind(call: Call, seq: number): void {
    const node = this.view.calls.get(seq);
    if (node !== undefined) call.node = node;
  }

  /** S7: what a checkpoint says of the process that wrote it; nothing of one that began the run. */
  reuseSoFar(): { readonly reuse?: ReuseSummary } {
    return this.openedAt === 0 ? {} : { reuse: this.reuse.summary() };
  }

  /** Ends all activity: every verb rejects with the error, nothing is recorded after (rules A3, H6). The first reason stays. */
  stop(error: Error): void {
    if (this.stopped !== undefined) return;
    this.seal(error);
    dropAll(this.top, error);
    this.leases.tellIdle();
  }

  /** Begins nothing more and lets nothing more through; what is at work may end, and is recorded. */
  halt(error: Error, atTop = error): void {
    this.stopped = error;
    this.#stoppedAtTop = atTop;
    this.gate.shut();
    this.inbox.rest();
  }

  /** Takes nothing more either; what is open learns of it from whoever calls this. */
  seal(error: Error, atTop = error): void {
    this.halt(error, atTop);
    this.journal.seal();
    this.#timers.stopAll();
    for (const stopRead of this.reads) stopRead(error);
    for (const listener of this.endListeners) listener();
    this.endListeners.clear();
  }

  /** R9: why the run must not end as completed; undefined if it may. */
  unreached(): Error | undefined {
    return this.resumeFrom === undefined ? undefined : new PointNotReachedError(this.stateId, this.resumeFrom);
  }

  throwIfStopped(): void {
    const reason = this.stopReason(undefined);
    if (reason !== undefined) throw reason;
  }

  /** Why code makes no more calls; `node` is that of its scope, undefined at the top. */
  stopReason(node: CallNode | undefined): Error | undefined {
    return node === undefined ? this.#stoppedAtTop : this.stopped;
  }

  log(level: LogNotice["level"], code: string, message: string, facts: { readonly address?: string | undefined } = {}): void {
    this.#announcer.log(level, code, message, facts);
  }

  /** What a handler says through `context.log`. */
  actorLog(address: string, message: string, data: unknown): void {
    this.#announcer.actorLog(address, message, data);
  }

  /** A handler ended after its attempt was over. */
  late(call: Call): void {
    if (this.stopped === undefined) this.log("warn", "LATE_RESULT_DROPPED", "it ended after its attempt was over; what it gave is dropped", { address: call.node.address });
  }

  /** Announces an outcome that came from the record (rule R1). */
  recovered(call: Call): void {
    this.reuse.reused(recordedWork(call.node));
    this.#announcer.recovered(call);
  }

  /** The first verb is used: whoever wants to watch has had the time to say so. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (this.policy.publish === "all") republish(this);
  }

  /** S7: the first append after a load says who continues; so does the first one after a resting status, and the run is running again. */
  #openSession(checkpoint: boolean): HeaderPatch | undefined {
    if (this.policy.compare) return undefined;
    const resting = this.view.status !== "running" && this.journal.lastSeq > 0;
    const session = this.session ?? (resting && !checkpoint ? { k: "session" as const, lib: libraryVersion } : undefined);
    if (session === undefined) return undefined;
    this.session = undefined;
    this.journal.ride([{ ...session, at: this.now(), ...this.reuseSoFar() }]);
    return resting ? { status: "running", updatedAt: this.now() } : undefined;
  }

  #onAcknowledged(record: JournalRecord, seq: number): void {
    this.acknowledged = seq;
    this.suspension.judgeSoon();
    this.#announcer.acknowledged(record, seq);
  }
}
