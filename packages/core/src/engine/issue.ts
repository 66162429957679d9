import { branchPath, childPath, formatAddress } from "../address/address.ts";
import { NotRepeatableError, OutcomeUnknownError, VersionChangedError } from "../errors/replay-errors.ts";
import { ScopeClosedError } from "../errors/call-errors.ts";
import { isLeaf, isPause, type CallNode } from "../history/call-node.ts";
import type { StartedRecord } from "../journal/journal-record.ts";
import { passedDeadline } from "./attempt-timer.ts";
import { backOff } from "./backoff.ts";
import { hasChanged } from "./branch-work.ts";
import { Call, type CallRequest } from "./call.ts";
import { beginCode, enterCode, reopenCode } from "./code-attempt.ts";
import type { Engine } from "./engine.ts";
import { decodeFailure } from "./failure.ts";
import { fingerprintOf, hashOf } from "./fingerprint.ts";
import { remake } from "./incremental.ts";
import { beginLeaf, restartLeaf } from "./leaf-attempt.ts";
import { canonical } from "./match-queue.ts";
import type { Match, MatchRequest } from "./matcher.ts";
import { cancel, failForGood } from "./outcome.ts";
import { beginPause, enterPause, restartPause } from "./pause.ts";
import { beginPinned, repeatPinned } from "./pinned-call.ts";
import { checkSecrets } from "./reveal-input.ts";
import { release } from "./release.ts";
import { reviveRetries } from "./retry-decision.ts";
import type { Scope } from "./scope.ts";
import { admitExtra, validateCall } from "../validation/validate-call.ts";
import { verdict, type Verdict } from "./verdict.ts";

/**
 * A call is made: finds its record and does what the verdict says, or starts a new call. Everything the caller is told
 * comes through `request.onValue` and `request.onError`.
 */
export function issue(scope: Scope, request: CallRequest): Call | undefined {
  const { engine } = scope;
  engine.begin();
  if (scope.closing) scope.disturbed = true;
  const closed = engine.stopReason(scope.node) ?? (scope.closing ? new ScopeClosedError(scope.node?.address ?? `run ${engine.stateId}`) : undefined);
  if (closed !== undefined) {
    request.onError(closed, undefined);
    return undefined;
  }
  const call = new Call(scope, request);
  const outer = isOuterContext(scope, request);
  try {
    const match = findRecord(call);
    if (match.node !== undefined) call.node = match.node;
    if (match.node?.once === false && call.spec.actor?.repeatable === false) engine.markedOnce.add(match.node);
    if (match.node === undefined || !isValidated(engine, match.node)) reviveRetries(call);
    scope.open.add(call);
    const begins = match.node === undefined || match.node.state === "unstarted";
    if (scope === engine.top) engine.storage.catchUp(begins ? undefined : match.node);
    if (match.node === undefined || match.node.state === "unstarted") start(call, match);
    else resume(call, match.node, match.inputChanged);
    if (engine.resumeFrom === call.node?.address) engine.resumeFrom = undefined;
    if (outer) warnOfOuterContext(scope, call.node.address);
    return call;
  } catch (refusal) {
    // A3: a refusal never becomes a recorded failure that code could catch and a replay would repeat.
    scope.open.delete(call);
    engine.stop(refusal as Error);
    request.onError(refusal as Error, undefined);
    return undefined;
  }
}

function findRecord(call: Call): Match {
  const { request, spec, scope, engine } = call;
  // Where nothing is recorded there is nothing to look for.
  if (scope.matcher.empty) return scope.matcher.fresh(spec.name, request.key);
  // A validation reports what it finds; it refuses nothing.
  const { onInputChange, onVersionChange } = engine.policy.compare ? engine.policy : request.policy;
  const looking: MatchRequest = {
    type: spec.type,
    name: spec.name,
    key: request.key,
    input: request.input,
    version: spec.actor?.version,
    onInputChange,
    // In a pass code is entered again, whatever its version.
    rerunVersions: onVersionChange === "rerun" && (engine.pass === undefined || isLeaf(spec.type)),
    once: spec.actor?.repeatable === false && !engine.policy.compare,
    mayRepeat: engine.pass && ((recorded) => engine.options.allowRepeat.has(recorded)),
    address: () => addressOf(call, 1),
  };
  if (request.branch) return scope.matcher.takeBranch(looking, request.branch.keyed);
  if (spec.type === "group") return scope.matcher.takeGroup(looking);
  const match = scope.matcher.take(looking);
  if (match.node === undefined || match.node.state === "unstarted" || match.node.version === looking.version) return match;
  if (onVersionChange === "fail") {
    throw new VersionChangedError(match.node.address, { recorded: match.node.version, current: looking.version });
  }
  call.versionChanged = true;
  return match;
}

function start(call: Call, match: Match): void {
  const { engine, spec, request, scope } = call;
  const address = match.node === undefined ? addressOf(call, match.number) : match.node.address;
  if (match.inputChanged && engine.policy.agents === "reuse") engine.log("warn", "INPUT_CHANGED", "no record of its name has this input: it runs as a new call", { address });
  checkSecrets(call, request.input);
  const { actor } = spec;
  // Field by field: spreading what is mostly absent costs more than the record. The order is that in the journal.
  const record: { -readonly [Field in keyof StartedRecord]: StartedRecord[Field] } =
    match.node === undefined ? { k: "started", at: engine.now(), a: address } : { k: "started", at: engine.now(), c: match.node.id, a: address };
  if (scope.node !== undefined) record.p = scope.node.id;
  putInput(record, call);
  if (actor?.version !== undefined) record.ver = actor.version;
  const fingerprint = startedFingerprint(call);
  if (fingerprint !== undefined) record.fp = fingerprint;
  if (request.root === true) record.root = 1;
  if (actor?.repeatable === false) record.once = 1;
  if (spec.workers !== undefined) record.workers = spec.workers;
  // A3: records that earlier calls were given by name or key are no more the only ones of their name.
  if (match.node === undefined && match.given.length > 0) record.given = match.given.map(({ node, input }) => [node.id, hashOf(input, engine.system)]);
  if (engine.validation !== undefined && !admitExtra(call, record, engine.validation)) return;
  const pin = engine.view.pins.get(address);
  if (pin !== undefined) beginPinned(call, record, pin);
  else if (isLeaf(spec.type)) beginLeaf(call, record);
  else if (isPause(spec.type)) beginPause(call, record);
  else beginCode(call, record);
  engine.validation?.addExtra(call.node);
}

/** What an extra agent calls is tried like in a run of its own, also when the agent is tried again (rule R5). */
function isValidated({ validation }: Engine, node: CallNode): boolean {
  return validation?.isRecorded(node) === true;
}

function startedFingerprint({ spec, engine }: Call): string | undefined {
  if (spec.type === "branch" && spec.tasks?.[0]) return spec.tasks[0].fingerprint;
  return spec.type === "agent_call" && spec.actor ? fingerprintOf(spec.actor.handler, engine.system) : undefined;
}

function putInput(record: { -readonly [Field in "i" | "ip" | "ix"]?: StartedRecord[Field] }, { request, scope }: Call): void {
  const { input, branch } = request;
  if (branch?.recordedPosition !== undefined) record.ix = branch.recordedPosition;
  else if (input === scope.node?.input && input !== undefined) record.ip = 1;
  else if (input !== undefined) record.i = input;
}

function resume(call: Call, node: Call["node"], inputChanged: boolean): void {
  const { engine, scope, spec } = call;
  call.inputChanged = inputChanged && spec.type !== "group";
  if (engine.validation !== undefined && isValidated(engine, node)) return validateCall(call, engine.validation);
  const decided = verdict(node, scope.opening);
  const pin = engine.view.pins.get(node.address);
  if (engine.pass !== undefined && pin === undefined && remake(call, engine.pass, decided)) return;
  if (call.inputChanged) engine.log("warn", "INPUT_CHANGED", "the recorded outcome belongs to another input", { address: node.address });
  if (call.versionChanged) engine.log("warn", "VERSION_CHANGED", `recorded with version ${node.version ?? "none"}`, { address: node.address });
  if (pin !== undefined && decided !== "reuse" && decided !== "replay") return repeatPinned(call, pin);
  refuseRepetition(call, decided);
  if (decided !== "reuse" && decided !== "replay") checkSecrets(call, call.given);
  switch (decided) {
    case "reuse":
    case "replay":
      if (hasChanged(call)) return reopenCode(call, "changed");
      call.replayed = true;
      return release(call);
    case "continue":
      return backOff(call);
    case "lost":
      return lostLeaf(call);
    case "reenter":
      if (isPause(node.type)) return enterPause(call);
      // Which items a group has is in its record: what resumes it next pairs it by them.
      return spec.type === "group" && canonical(node.input) !== canonical(call.request.input) ? reopenCode(call, "changed") : enterCode(call);
    case "begin":
      return;
    case "execute":
      if (isPause(node.type)) return restartPause(call);
      return isLeaf(node.type) ? restartLeaf(call) : reopenCode(call);
  }
}

/** R11: what must not happen twice runs again only where the address was named. */
function refuseRepetition(call: Call, decided: Verdict): void {
  const { node, engine, request, spec } = call;
  const once = node.once || spec.actor?.repeatable === false;
  // Where it had not begun when the run was interrupted, there is nothing to repeat.
  if (!once || (decided === "lost" && node.interrupted === "idle") || engine.options.allowRepeat.has(node.address) || engine.view.mayRepeat.has(node.address)) return;
  if (decided === "lost" && request.policy.onUnknownOutcome !== "fail") throw unknownOutcome(call);
  if (decided === "execute" || decided === "continue") {
    const cause = node.error && decodeFailure(node.error, engine.values);
    throw new NotRepeatableError(node.address, "it is not repeatable, and its last attempt did not complete", { cause });
  }
}

function unknownOutcome({ node: { address }, engine }: Call): OutcomeUnknownError {
  const { allowRepeat } = engine.options;
  const named = allowRepeat.size === 0 ? "" : `, which names ${[...allowRepeat].join(", ")}`;
  return new OutcomeUnknownError(address, `it started and its outcome is not known; find out whether it happened, and if it may run again name the address in allowRepeat${named}`);
}

/** R3: lost attempts are counted apart from failed ones; one that an interruption has ended is known not to be lost (rule I2). */
function lostLeaf(call: Call): void {
  const { node, request, engine } = call;
  if (node.interrupted === "idle") return restartLeaf(call);
  const { maxLost } = engine.options;
  if (request.policy.onUnknownOutcome === "ask" && !engine.options.allowRepeat.has(node.address)) throw unknownOutcome(call);
  if (request.policy.onUnknownOutcome === "fail") return failForGood(call, new OutcomeUnknownError(node.address, "it started and its outcome is not known"));
  const inARow = node.lost + 1;
  if (node.interrupted === undefined && inARow >= maxLost) {
    return failForGood(call, new OutcomeUnknownError(node.address, `its last ${inARow} attempts left no outcome (maxLost is ${maxLost})`));
  }
  const passed = passedDeadline(call);
  if (passed === undefined) return restartLeaf(call);
  // As a timer, like the one that would have ended it: what is recorded and asked for comes first.
  const stopTimer = engine.after(0, () => failForGood(call, passed));
  call.onAbort = (reason) => {
    stopTimer();
    cancel(call, reason);
  };
}

function addressOf(call: Call, number: number): string {
  const { spec, request, scope } = call;
  const path = request.branch
    ? branchPath(scope.path ?? "", request.key ?? "", number)
    : childPath(scope.path, { name: spec.name, key: request.key, number });
  return formatAddress(path, spec.type);
}

/** A4: inside a branch, an unkeyed call on the outer context gets its number by chance. */
function isOuterContext(scope: Scope, request: CallRequest): boolean {
  const { turn } = scope.engine;
  return turn !== undefined && turn !== scope && request.key === undefined && !scope.warnedOuter && turn.isBranchWithin(scope);
}

function warnOfOuterContext(scope: Scope, address: string): void {
  scope.warnedOuter = true;
  scope.engine.log("warn", "OUTER_CONTEXT_IN_BRANCH", "it was called on the outer context from inside a branch; the branch's own context was probably meant", { address });
}
