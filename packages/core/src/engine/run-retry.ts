import stringifyStably from "fast-json-stable-stringify";
import { retriedTypes, type RetriedType, type RetrySetting, type RetrySettings, type RunRetryOptions } from "../actors/call-policy.ts";
import { checkObject, invalid } from "../errors/invalid.ts";
import { messageOf } from "../errors/message-of.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import type { EventType } from "../events/event-type.ts";
import { deepFrozen } from "../history/deep-frozen.ts";
import type { PlainData, RetryPolicy, RetryProvider } from "../ports/retry.ts";

/** The retry settings that a run was opened with, ready for use (rule T1). */
export interface RunRetry {
  /** What they say about a kind of call; undefined if they say nothing. */
  policyFor(type: EventType): RetryPolicy | false | undefined;
  /** As they are recorded. */
  readonly settings: RetrySettings;
}

/** Throws `INVALID_OPTION` unless these are settings of a run; what is in a configuration is for the provider to check. */
export function checkRunRetry({ retry, retryByType }: RunRetryOptions): void {
  checkSetting("retry", retry);
  if (retryByType === undefined) return;
  checkObject("retryByType", retryByType);
  for (const [type, setting] of Object.entries(retryByType)) {
    if (!(retriedTypes as readonly string[]).includes(type)) invalid("retryByType", `settings by kind of call (${retriedTypes.join(", ")})`, type);
    checkSetting(`retryByType.${type}`, setting);
  }
}

function checkSetting(option: string, setting: unknown): void {
  if (setting !== undefined && setting !== false && (typeof setting !== "object" || setting === null)) invalid(option, "a retry policy, its settings, or false", setting);
}

/**
 * The settings a run is opened with; undefined if it was given none. Found out before anything happens: throws
 * `INVALID_OPTION` for what the provider refuses, `RETRY_PROVIDER_MISSING` if a configuration needs one and there is none.
 */
export function runRetryOf({ retry, retryByType }: RunRetryOptions, provider: RetryProvider | undefined): RunRetry | undefined {
  if (retry === undefined && retryByType === undefined) return undefined;
  const all = retry === undefined ? undefined : policyOf("retry", retry, provider);
  const byType = new Map<EventType, RetryPolicy | false>();
  for (const type of retriedTypes) {
    const setting = retryByType?.[type];
    if (setting !== undefined) byType.set(type, policyOf(`retryByType.${type}`, setting, provider));
  }
  const recorded: { [T in EventType]?: PlainData } = {};
  for (const [type, policy] of byType) recorded[type] = plainConfig(`retryByType.${type}`, policy);
  const settings: RetrySettings = {
    ...(all !== undefined && { retry: plainConfig("retry", all) }),
    ...(retryByType !== undefined && { retryByType: recorded }),
  };
  return { policyFor: (type) => byType.get(type) ?? all, settings: deepFrozen(settings) };
}

/** What recorded settings say about a kind of call; undefined if they say nothing. */
export function recordedSetting({ retry, retryByType }: RetrySettings, type: EventType): PlainData | undefined {
  return retryByType?.[type as RetriedType] ?? retry;
}

/** Do both say the same? */
export function sameRetry(one: RetrySettings, other: RetrySettings): boolean {
  return stringifyStably(one) === stringifyStably(other);
}

/** Is this a policy, and not the settings of one? */
export function isPolicy(setting: object): setting is RetryPolicy {
  return "decide" in setting && typeof setting.decide === "function";
}

function policyOf(option: string, setting: RetrySetting, provider: RetryProvider | undefined): RetryPolicy | false {
  if (setting === false || isPolicy(setting)) return setting;
  if (provider === undefined) {
    throw new RepriseError("RETRY_PROVIDER_MISSING", `${option} is a retry configuration, and createReprise was given no retry provider; pass retry: retryProvider() of @reprise/retry`, { path: option });
  }
  try {
    return provider.from(setting);
  } catch (cause) {
    throw new RepriseError("INVALID_OPTION", `${option}: ${messageOf(cause)}`, { path: option, cause });
  }
}

/** A copy that is what JSON makes of it, so that live and restored settings are the same. */
export function plainConfig(option: string, policy: RetryPolicy | false): PlainData {
  if (policy === false) return false;
  try {
    const text = JSON.stringify(policy.config) as string | undefined;
    if (text === undefined) throw new TypeError(`got ${showValue(policy.config)}`);
    return (JSON.parse(text) ?? null) as PlainData;
  } catch (cause) {
    throw new RepriseError("INVALID_OPTION", `${option}.config must be plain data that can be recorded: ${messageOf(cause)}`, { path: `${option}.config`, cause });
  }
}
