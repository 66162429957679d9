import { ScopeClosedError, TimeoutError } from "../errors/call-errors.ts";
import type { CallNode } from "../history/call-node.ts";
import type { CancelledRecord, RestartedRecord, StartedRecord } from "../journal/journal-record.ts";
import { isError } from "../values/error-facts.ts";
import { AttemptTimer, isLimited, type Expiry } from "./attempt-timer.ts";
import type { AttemptOutcome, Call } from "./call.ts";
import type { Engine } from "./engine.ts";
import { closeScope } from "./close-scope.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { canonical } from "./match-queue.ts";
import { cancel, complete, fail, type Ending } from "./outcome.ts";
import { validated } from "./schema.ts";
import { Scope } from "./scope.ts";
import { StorageView } from "./storage-view.ts";

/**
 * Begins new code. An agent or group starts in the turn of its call, its record rides with the next append; a branch is
 * started by the engine, so through the gate, and not before its record is acknowledged (rule R2).
 */
export function beginCode(call: Call, record: StartedRecord): void {
  const { engine } = call;
  if (call.spec.type !== "branch") {
    engine.bind(call, engine.ride([record]));
    runCode(call);
    return;
  }
  const seq = engine.append([record], "start", () => startThroughGate(call, seq));
  engine.bind(call, seq);
}

/** Runs open code again, within its attempt (rule R3). */
export function enterCode(call: Call): void {
  const { node } = call;
  if (node.expired !== undefined) return endExpired(call, node.expired);
  const startedByEngine = call.spec.type === "branch" || node.opening !== node.id;
  if (startedByEngine) startThroughGate(call, node.opening);
  else runCode(call);
}

/** T5: the attempt had run out of time when the process died, so its code is not asked again. */
function endExpired(call: Call, { option, limitMs }: Expiry): void {
  const { node, engine, scope } = call;
  const before = openBelow(node).map(({ id }): CancelledRecord => ({ k: "cancelled", at: engine.now(), c: id, why: "its parent ran out of time" }));
  fail(call, new TimeoutError(node.address, option, limitMs), { storage: new StorageView(scope.storage), before });
}

function openBelow(node: CallNode): CallNode[] {
  return node.children.flatMap((child) => [...openBelow(child), ...(child.state === "open" || child.state === "retrying" ? [child] : [])]);
}

/** Opens ended code again: by a retry, where a failed run is recovered (rules R4, T7), or because what a group is asked for has changed. */
export function reopenCode(call: Call, because?: "changed", afresh = false): void {
  const { engine, node, scope, spec } = call;
  const opening = because ?? openingOf(node, scope);
  const reuse = !afresh && (opening !== "retry" || reusesChildren(call));
  const input = spec.type === "group" || because === "changed" || engine.pass !== undefined ? newInput(call) : {};
  // What an earlier pass left behind is not missed by a later one.
  call.askedFrom = node.openingKind === "changed" ? node.opening : 0;
  // A pass that only looks whether something below has changed is no attempt of its own: what tells attempts stays the same.
  const looks = engine.pass !== undefined && because === "changed" && !afresh;
  const record: RestartedRecord = { k: "restarted", at: engine.now(), c: node.id, n: looks ? node.attempt : node.attempt + 1, opening, reuse, ...input };
  const seq = engine.append([record], "start", () => startThroughGate(call, seq));
  if (scope === engine.top) engine.storage.withdraw(node);
}

/** What it is asked for, if that is not what is recorded: from here on it is. */
function newInput({ node, request: { input } }: Call): Pick<RestartedRecord, "i" | "iu"> {
  if (canonical(node.input) === canonical(input)) return {};
  return input === undefined ? { iu: 1 } : { i: input };
}

function openingOf(node: CallNode, scope: Scope): "retry" | "recovery" {
  if (node.state === "retrying") return "retry";
  return scope.node === undefined || scope.node.openingKind === "recovery" ? "recovery" : "retry";
}

/** T7: what completed is reused if the failure came from a child, and runs afresh if the agent failed by itself. */
function reusesChildren(call: Call): boolean {
  const { node, spec } = call;
  if (spec.type !== "agent_call") return true;
  // R11: a fresh start would run again what must not happen twice.
  if (hasUnrepeatable(call.engine, node)) return true;
  const wish = spec.actor?.retryChildren ?? "auto";
  return wish === "auto" ? node.failedThroughChild : wish === "reuse";
}

function hasUnrepeatable(engine: Engine, node: CallNode): boolean {
  return node.children.some((child) => child.once || engine.markedOnce.has(child) || hasUnrepeatable(engine, child));
}

function startThroughGate(call: Call, seq: number): void {
  const { engine } = call;
  if (!engine.rules.gatedStarts) return runCode(call);
  engine.gate.push(engine.placeOf(call.scope, seq), () => runCode(call));
}

function runCode(call: Call): void {
  if (call.state !== "open") return;
  if (call.abortReason !== undefined) return cancel(call, call.abortReason);
  new CodeAttempt(call).run();
}

/** One attempt of code, from its start to its outcome. */
class CodeAttempt {
  readonly #call: Call;
  readonly #scope: Scope;
  readonly #timer: AttemptTimer | undefined;
  #ended = false;
  /** What its outcome brings, while an asynchronous output schema is at work. */
  #ending: Ending | undefined;
  /** Its limit passed after its code had ended. */
  #late: Error | undefined;

  constructor(call: Call) {
    this.#call = call;
    this.#scope = openScope(call);
    this.#timer = isLimited(call) ? new AttemptTimer(call, (error, expiry) => this.#limitPassed(error, expiry)) : undefined;
  }

  /** Through the gate, behind all that is recorded: a limit that passes during a replay does not overtake the record. */
  #limitPassed(error: Error, expiry: Expiry): void {
    const { engine, scope } = this.#call;
    engine.gate.push(engine.placeOf(scope, engine.journal.lastSeq + 0.5), () => this.#expire(error, expiry));
  }

  run(): void {
    const { engine, spec, node } = this.#call;
    if (!this.#call.ran && node.id <= engine.openedAt) engine.reuse.reentered();
    this.#call.ran = true;
    this.#call.inner = this.#scope;
    this.#call.onAbort = (reason) => this.#abort(reason);
    this.#call.onDrop = () => this.#timer?.stop();
    // The limits of recorded code have passed or not: that is in the record.
    if (this.#call.beside === undefined) this.#timer?.start();
    const turnBefore = engine.turn;
    engine.turn = this.#scope;
    try {
      // A group's code is the engine's: it reads its items encoded.
      const input = spec.type === "group" ? undefined : this.#call.given?.decode();
      const given = validated(spec.actor?.inputSchema, input, node.address, "input");
      const result = Promise.resolve(given instanceof Promise ? given.then((checked) => this.#unlessOver(() => spec.code?.(checked, this.#scope))) : spec.code?.(given, this.#scope));
      void result.then((value) => this.#end({ value }), (error: unknown) => this.#end({ error }));
      engine.handlers.add(result);
    } catch (error) {
      this.#end({ error });
    } finally {
      engine.turn = turnBefore;
    }
  }

  /** An asynchronous schema may end after the attempt has. */
  #unlessOver(begin: () => unknown): unknown {
    if (this.#scope.closing) throw new ScopeClosedError(this.#call.node.address);
    return begin();
  }

  #expire(error: Error, { option, limitMs }: Expiry): void {
    const { engine, node, state } = this.#call;
    if (state !== "open") return;
    if (this.#ended) return this.#tooLate(error);
    engine.ride([{ k: "expired", at: engine.now(), c: node.id, option, limit: limitMs }]);
    this.#scope.abort(error);
    this.#end({ error });
  }

  /** Its code has ended: only an asynchronous output schema can be what takes too long (rule T5). */
  #tooLate(error: Error): void {
    this.#late = error;
    if (this.#ending !== undefined) fail(this.#call, error, this.#ending);
  }

  #complete(value: unknown, ending: Ending): void {
    const checking = complete(this.#call, value, ending);
    if (checking === undefined) return this.#timer?.stop();
    this.#ending = ending;
    void checking.then(() => {
      this.#ending = undefined;
      this.#timer?.stop();
    });
    if (this.#late !== undefined) this.#tooLate(this.#late);
  }

  #abort(reason: Error): void {
    this.#scope.closing = true;
    this.#scope.abort(reason);
    for (const call of this.#scope.open) call.abort(reason);
  }

  #end(outcome: AttemptOutcome): void {
    const call = this.#call;
    if (this.#ended || call.state !== "open") {
      if (this.#ended) call.engine.late(call);
      return;
    }
    // What code makes of the end of the run is no outcome: it is entered again.
    if (call.engine.stopped !== undefined) return;
    this.#ended = true;
    if ("error" in outcome) this.#timer?.stop();
    const reason = "error" in outcome && isError(outcome.error) ? (outcome.error as Error) : undefined;
    closeScope(this.#scope, reason, (cancelled) => {
      if (call.state !== "open") return;
      call.inner = undefined;
      call.onAbort = undefined;
      if (call.beside !== undefined) return call.beside(outcome, this.#scope.storage);
      const ending = { storage: this.#scope.storage, before: cancelled };
      const aborted = call.abortReason !== undefined && ("error" in outcome || this.#scope.disturbed);
      if (!aborted && "value" in outcome) return this.#complete(outcome.value, ending);
      this.#timer?.stop();
      if (aborted && call.abortReason) cancel(call, call.abortReason, cancelled);
      else if ("error" in outcome) fail(call, outcome.error, ending);
    });
  }
}

function openScope(call: Call): Scope {
  const { engine, node, spec, scope } = call;
  const reopened = node.openingKind !== "first";
  return new Scope({
    engine,
    call,
    node,
    storage: new StorageView(scope.storage),
    visible: node.children.filter((child) => child.id >= node.visibleFrom),
    strict: spec.type === "group" || (reopened && engine.rules.strictReopened),
    knownCode: spec.actor !== undefined && node.fingerprint !== undefined && node.fingerprint === fingerprintOf(spec.actor.handler, engine.system),
    opening: node.opening,
  });
}
