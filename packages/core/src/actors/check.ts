import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkOneOf, invalid } from "../errors/invalid.ts";
import type { Actor } from "./actor.ts";
import type { CallPolicy } from "./call-policy.ts";
import type { CallOptions, SleepOptions, WaitOptions } from "./context.ts";

// What a Date can hold, counted from now, with centuries to spare.
const longestDelayMs = 8e15;

const policies = {
  onInputChange: ["reuse", "warn", "rerun", "fail"],
  onVersionChange: ["reuse", "warn", "rerun", "fail"],
  onUnknownOutcome: ["retry", "fail", "ask"],
} as const;

const callOptionNames: OptionNames<CallOptions> = {
  key: true,
  retry: true,
  attemptTimeoutMs: true,
  timeoutMs: true,
  onInputChange: true,
  onVersionChange: true,
  onUnknownOutcome: true,
};
const waitOptionNames: OptionNames<WaitOptions<unknown>> = { schema: true, prompt: true, timeoutMs: true, default: true, key: true };
const sleepOptionNames: OptionNames<SleepOptions> = { key: true };

/** Throws `INVALID_OPTION`, naming the option, the rule and the value. */
export function checkPolicy(policy: CallPolicy): void {
  for (const option of ["attemptTimeoutMs", "timeoutMs"] as const) {
    const limit: unknown = policy[option];
    if (limit !== undefined && !(typeof limit === "number" && limit > 0 && Number.isFinite(limit))) invalid(option, "a positive number of milliseconds", limit);
  }
  for (const option of Object.keys(policies) as (keyof typeof policies)[]) checkOneOf(option, policies[option], policy[option]);
  const { retry } = policy;
  if (retry !== undefined && retry !== false && (typeof retry !== "object" || retry === null)) invalid("retry", "a retry policy, its settings, or false", retry);
}

/** Throws `INVALID_OPTION`. */
export function checkCallOptions(options: CallOptions): void {
  checkKeyed(options, callOptionNames);
  checkPolicy(options);
}

function checkKeyed(options: { readonly key?: string }, names: Readonly<Record<string, true>>): void {
  checkKnown(options, names);
  if (options.key !== undefined && (typeof options.key !== "string" || options.key.length === 0)) invalid("key", "a non-empty string", options.key);
}

/** Throws `INVALID_OPTION`. */
export function checkWaitOptions(options: WaitOptions<unknown, unknown, unknown>): void {
  checkKeyed(options, waitOptionNames);
  const { schema, timeoutMs } = options;
  if (schema !== undefined && typeof (schema as Partial<typeof schema>)["~standard"]?.validate !== "function") invalid("schema", "a Standard Schema, such as one of zod, valibot or arktype", schema);
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs > 0 && timeoutMs <= longestDelayMs)) invalid("timeoutMs", "a positive number of milliseconds", timeoutMs);
  if ("default" in options && timeoutMs === undefined) invalid("default", "given with timeoutMs: it is what the wait gives when that is over", options.default);
}

/** The end of a sleep: after a delay, or at a time. Throws `INVALID_OPTION`. */
export function checkSleep(duration: unknown, options: SleepOptions): { readonly delayMs: number } | { readonly until: number } {
  checkKeyed(options, sleepOptionNames);
  if (duration instanceof Date && !Number.isNaN(duration.getTime())) return { until: duration.getTime() };
  if (typeof duration === "number" && duration >= 0 && duration <= longestDelayMs) return { delayMs: duration };
  return invalid("duration", `a date, or milliseconds from 0 to ${longestDelayMs}`, duration);
}

/** Throws `INVALID_OPTION` unless the value was made by `tool`, `llm` or `agent`. */
export function checkActor(actor: unknown): asserts actor is Actor<never, unknown> {
  if (typeof actor === "object" && actor !== null && "handler" in actor && "type" in actor) return;
  invalid("actor", "made by tool, llm or agent", actor);
}
