import type { RetrySetting } from "../actors/call-policy.ts";
import { messageOf } from "../errors/message-of.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { isLeaf, type CallNode } from "../history/call-node.ts";
import type { FailedRecord } from "../journal/journal-record.ts";
import type { PlainData, RetryPolicy, RetryProvider } from "../ports/retry.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import { deadlineOf } from "./attempt-timer.ts";
import type { Call } from "./call.ts";
import { isPolicy, plainConfig, recordedSetting } from "./run-retry.ts";

/** The next attempt of a call. */
export interface RetryPlan {
  readonly delayMs: number;
  readonly policy: RetryPolicy;
  /** What is recorded of it. */
  readonly config: PlainData | undefined;
}

// What no further attempt can change, whatever a policy says.
const neverRetried: ReadonlySet<unknown> = new Set(["NOT_ENCODABLE", "CANCELLED", "SCOPE_CLOSED", "SECRET_MISSING", "SECRET_AS_TEXT"]);

/** Is the failed attempt followed by another? Asks the policy, within the limits that are core's (rules T1, T5, R11). */
export function decideRetry(call: Call, { e: error, through = [] }: FailedRecord): RetryPlan | undefined {
  const { engine, node, spec, scope } = call;
  const once = node.once || spec.actor?.repeatable === false;
  if (spec.actor === undefined || call.pinned || once || scope.closing || neverRetried.has(error.code) || error.name === "InputRejectedError") return undefined;
  // R7: what a pass came to is the recorded failure, and trying again gives nothing new.
  if (engine.pass !== undefined && node.openingKind === "changed" && spec.code !== undefined && !isNewFailure(call, through)) return undefined;
  // T5: nothing follows once the call's own limit has passed, and no delay passes it.
  if (call.outOfTime || node.expired?.option === "timeoutMs") return undefined;
  const plan = planOf(call, error);
  if (plan === undefined) return undefined;
  return engine.now() + plan.delayMs < deadlineOf(call) ? plan : undefined;
}

/** Did something run in this attempt that made it fail? */
function isNewFailure({ node, engine }: Call, through: readonly number[]): boolean {
  const from = through.flatMap((id) => engine.view.calls.get(id) ?? []);
  return from.length === 0 ? ranSince(node, node.opening) : from.some((child) => failedSince(child, node.opening));
}

function failedSince(node: CallNode, seq: number): boolean {
  if (isLeaf(node.type)) return node.opening > seq;
  const from = node.children.filter((child) => child.state === "failed" && child.endedParent);
  return from.length === 0 ? ranSince(node, seq) : from.some((child) => failedSince(child, seq));
}

function ranSince(node: CallNode, seq: number): boolean {
  return node.children.some((child) => (isLeaf(child.type) ? child.opening > seq : ranSince(child, seq)));
}

function planOf(call: Call, error: ErrorRecord): RetryPlan | undefined {
  const { engine, node, spec } = call;
  try {
    const policy = retryPolicyOf(call);
    if (policy === false) return undefined;
    const decision = policy.decide({ error, failures: node.failures + 1, random: engine.system.random() });
    if (!decision.retry) return undefined;
    if (!Number.isFinite(decision.delayMs)) throw new RangeError(`delayMs must be a finite number of milliseconds, got ${decision.delayMs}`);
    return { delayMs: Math.max(0, decision.delayMs), policy, config: configOf(spec.name, policy) };
  } catch (fault) {
    engine.log("error", "RETRY_POLICY_FAILED", `its retry policy failed, so there is no further attempt: ${messageOf(fault)}`, { address: node.address });
    return undefined;
  }
}

/**
 * T1: the nearest configuration wins, code's over the recorded one; a recorded one is revived. Throws
 * `RETRY_PROVIDER_MISSING` where a configuration needs a provider and there is none.
 */
export function retryPolicyOf(call: Call): RetryPolicy | false {
  return (call.retryPolicy ??= resolve(call));
}

/** T1: a configuration that cannot be used is found before anything runs, not at the first failure. */
export function reviveRetries(call: Call): void {
  if (call.spec.actor !== undefined && settingOf(call) !== undefined) retryPolicyOf(call);
}

function resolve(call: Call): RetryPolicy | false {
  const { engine, spec } = call;
  const setting = settingOf(call);
  if (setting === false) return false;
  const provider = engine.options.retry;
  if (setting === undefined) return provider?.defaultFor(spec.type) ?? false;
  const policy = typeof setting === "object" && setting !== null && isPolicy(setting) ? setting : provider && (engine.revived.get(setting) ?? revive(call, setting, provider));
  if (policy !== undefined) {
    configOf(spec.name, policy);
    return policy;
  }
  throw new RepriseError("RETRY_PROVIDER_MISSING", `"${spec.name}" has a retry configuration, and createReprise was given no retry provider; pass retry: retryProvider() of @reprise/retry`, { path: "retry" });
}

function revive({ engine, spec }: Call, setting: RetrySetting | PlainData, provider: RetryProvider): RetryPolicy {
  const policy = fromProvider(spec.name, setting, provider);
  // The settings of the run count for every call, and do not change.
  if (setting === recordedSetting(engine.view.retry, spec.type)) engine.revived.set(setting, policy);
  return policy;
}

const configs = new WeakMap<RetryPolicy, { readonly config: PlainData | undefined }>();

/** What is recorded of a policy, as JSON keeps it; asked once for each. Throws `INVALID_OPTION` for what no record can hold. */
function configOf(name: string, policy: RetryPolicy): PlainData | undefined {
  let known = configs.get(policy);
  if (known === undefined) configs.set(policy, (known = { config: policy.config === undefined ? undefined : plainConfig(`"${name}": retry`, policy) }));
  return known.config;
}

/** Providers throw errors of their own, which need not be ours (rule T1). */
function fromProvider(name: string, setting: RetrySetting | PlainData, provider: RetryProvider): RetryPolicy {
  try {
    return provider.from(setting);
  } catch (cause) {
    throw new RepriseError("INVALID_OPTION", `"${name}": retry: ${messageOf(cause)}`, { path: "retry", cause });
  }
}

/** The nearest setting: first what code says, then what is recorded; undefined if only the provider's default is left. */
function settingOf({ engine, request, spec, node }: Call): RetrySetting | PlainData | undefined {
  const { runRetry } = engine.options;
  const coded = request.policy.retry ?? runRetry?.policyFor(spec.type);
  if (coded !== undefined) return coded;
  const recorded = node?.retryConfig ?? undefined;
  // Settings that were given replace the recorded ones as a whole.
  return recorded ?? (runRetry === undefined ? recordedSetting(engine.view.retry, spec.type) : undefined);
}
