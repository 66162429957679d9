import type { Artifacts } from "../actors/artifacts.ts";
import type { AgentContext, CallOptions, SleepOptions, TryResult, Verbs, WaitOptions } from "../actors/context.ts";
import type { Actor } from "../actors/actor.ts";
import type { GroupOptions, MapOptions, ParallelOutcome, ParallelResults, ParallelTasks, StreamedOutcome } from "../actors/groups.ts";
import { checkName, encodeKey } from "../address/address.ts";
import { ActorFailedError, ScopeClosedError } from "../errors/call-errors.ts";
import { checkActor, checkCallOptions, checkSleep, checkWaitOptions } from "../actors/check.ts";
import { codecKey } from "../values/codec-of.ts";
import type { Call, CallRequest, PauseSpec } from "./call.ts";
import { artifactsFacade } from "./artifacts-facade.ts";
import { actorSpec } from "./actor-spec.ts";
import type { Work } from "./branch-spec.ts";
import { mapRequest, parallelRequest } from "./group-verbs.ts";
import { noOptions, policyFor } from "./policy.ts";
import { promised, promisedGroup } from "./promised.ts";
import { executionTime, recordedWork } from "./recorded-time.ts";
import type { Scope } from "./scope.ts";
import { ScopeValues } from "./scope-values.ts";
import { storageFacade } from "./storage-facade.ts";
import { throughGate } from "./through-gate.ts";

/** The context of an agent's or branch's code: its verbs, bound to its scope. */
export function agentContext(scope: Scope): AgentContext {
  const { engine, node } = scope;
  const address = node?.address ?? "";
  const beforeWrite = (): void => {
    if (scope.closing) throw new ScopeClosedError(address);
  };
  const storage = storageFacade(scope.storage, { values: engine.values, beforeWrite });
  let artifacts: Artifacts | undefined;
  return Object.freeze({
    ...verbsOf(scope),
    storage,
    get artifacts() {
      const { values, contents } = engine;
      return (artifacts ??= artifactsFacade(scope.storage, { values, contents, beforeWrite, deliver: (read) => throughGate(engine, scope, read) }));
    },
    address,
    attempt: node?.attempt ?? 1,
    log: (message: string, data?: unknown) => engine.actorLog(address, message, data),
    get signal() {
      return scope.signal;
    },
    get [codecKey]() {
      return engine.values;
    },
  });
}

/** The verbs on a scope. */
export function verbsOf(scope: Scope): Omit<Verbs, "storage" | "artifacts"> {
  const values = new ScopeValues(scope);
  return {
    sleep: (duration, options = {}) => promised<void>(scope, (resolve, reject) => requestSleep(scope, duration, options, resolve, reject)),
    waitFor: <Answer, Output, Default>(name: string, options?: WaitOptions<Answer, Output, Default>) =>
      promised<Output | Default>(scope, (resolve, reject) => ({ ...waitRequest(scope, name, options ?? {}), onValue: (value) => resolve(value as Output), onError: reject })),
    now: () => values.now(),
    random: () => values.random(),
    uuid: () => values.uuid(),
    run: (actor, ...[input, options]) => promised(scope, (resolve, reject) => requestCall(scope, actor, input, options, resolve, reject)),
    try: <Output>(actor: Actor<never, Output>, ...[input, options]: [input?: unknown, options?: CallOptions]) =>
      promised<TryResult<Output>>(scope, (resolve, reject) =>
        requestCall(
          scope,
          actor,
          input,
          options,
          (value: Output, call) => resolve({ ok: true, value, ...factsOf(call) }),
          (error, call) => (call !== undefined && error instanceof ActorFailedError ? resolve({ ok: false, error, ...factsOf(call) }) : reject(error)),
        ),
      ),
    map: <Item, Output>(name: string, items: readonly Item[], work: Work, options: MapOptions<Item> = {}) =>
      promisedGroup<Output[], StreamedOutcome<Output>>(scope, () => mapRequest(scope, name, items, work, options)),
    parallel: <Tasks extends ParallelTasks>(name: string, tasks: Tasks, options: GroupOptions = {}) =>
      promisedGroup<ParallelResults<Tasks>, ParallelOutcome<Tasks>>(scope, () => parallelRequest(scope, name, tasks, options)),
  };
}

function waitRequest(scope: Scope, name: string, options: WaitOptions<unknown, unknown, unknown>): Omit<CallRequest, "onValue" | "onError"> {
  const { engine } = scope;
  checkWaitOptions(options);
  const { schema, prompt, timeoutMs } = options;
  const fallback = "default" in options ? { encoded: options.default === undefined ? undefined : engine.values.encode(options.default, "default").encoded } : undefined;
  const pause: PauseSpec = {
    ...(timeoutMs !== undefined && { delayMs: timeoutMs }),
    ...(prompt !== undefined && { prompt: engine.values.encode(prompt, "prompt").encoded }),
    ...(fallback && { fallback: { ...fallback, live: fallback.encoded?.decode() } }),
  };
  return {
    spec: { type: "wait_call", name: checkName("wait", name), actor: undefined, outputSchema: schema, code: undefined, pause },
    // Whom it asks and how it checks is no part of what a wait is matched by: its name is.
    input: undefined,
    policy: {},
    key: options.key === undefined ? undefined : encodeKey(options.key, engine.system.sha256),
  };
}

// A date is no part of what a sleep is matched by: it often comes from a clock, and the recorded one is kept.
function requestSleep(scope: Scope, duration: number | Date, options: SleepOptions, resolve: () => void, reject: (error: Error) => void): CallRequest {
  const { engine } = scope;
  const pause = checkSleep(duration, options);
  return {
    spec: { type: "sleep_call", name: "sleep", actor: undefined, outputSchema: undefined, code: undefined, pause },
    input: "delayMs" in pause ? engine.values.encode(pause.delayMs, "duration").encoded : undefined,
    policy: {},
    key: options.key === undefined ? undefined : encodeKey(options.key, engine.system.sha256),
    onValue: resolve,
    onError: reject,
  };
}

function requestCall<Output>(
  scope: Scope,
  actor: Actor<never, Output>,
  input: unknown,
  options: CallOptions = noOptions,
  resolve: (value: Output, call: Call) => void,
  reject: (error: Error, call?: Call) => void,
): CallRequest {
  const { engine } = scope;
  checkActor(actor);
  if (options !== noOptions) checkCallOptions(options);
  return {
    spec: actorSpec(actor),
    input: input === undefined ? undefined : engine.values.encode(input, "input").encoded,
    policy: policyFor(engine, actor, options),
    key: options.key === undefined ? undefined : encodeKey(options.key, engine.system.sha256),
    onValue: resolve as CallRequest["onValue"],
    onError: reject,
  };
}

function factsOf(call: Call): Pick<TryResult<never>, "address" | "replayed" | "attempts" | "executionTimeMs" | "savedMs"> {
  const { node } = call;
  const replayed = call.replayed && call.beside === undefined;
  return { address: node.address, replayed, attempts: node.attempt, executionTimeMs: executionTime(node), savedMs: replayed ? recordedWork(node) : 0 };
}

