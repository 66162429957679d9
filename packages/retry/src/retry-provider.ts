import { checkKnown, checkOption, isObject } from "./check-known.ts";
import { describeValue } from "./describe-value.ts";
import { parseRetryConfig } from "./parse-retry-config.ts";
import { predicateRegistry } from "./predicate-registry.ts";
import { RetryConfigError } from "./retry-config-error.ts";
import type { RetryConfig } from "./retry-config.ts";
import type { RetryPredicates } from "./retry-matcher.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { policyOf } from "./retry.ts";

const calls = ["agent_call", "tool_call", "llm_call", "group", "branch", "wait_call", "sleep_call"] as const;

/** The kinds of call of Reprise, by the values of its `EventType`. */
export type RetryCallType = (typeof calls)[number];

/** What `createReprise({ retry })` takes: revives recorded configurations and knows the defaults. */
export interface RetryProvider {
  /** The policy of a configuration, recorded or written. Throws `RetryConfigError` if it cannot be used. */
  from(config: unknown): RetryPolicy;
  /** The policy of calls that name none; `false` for a single attempt. */
  defaultFor(type: RetryCallType): RetryPolicy | false;
}

/** What `retryProvider()` takes. */
export interface RetryProviderOptions {
  /** Defaults by kind of call; `false` is off. Kinds left out keep theirs: `retry()` for tools and llms, off for all others. */
  readonly defaults?: Readonly<Partial<Record<RetryCallType, RetryConfig | RetryPolicy | false>>>;
  /** What `{ predicate: name }` refers to in these defaults and in configurations that `from` is given. */
  readonly predicates?: RetryPredicates;
}

/**
 * Makes the provider for `createReprise({ retry: retryProvider() })` (rule T1). Throws `RetryConfigError` if an option or a default cannot be used.
 *
 * @example
 * ```ts
 * import { retryProvider } from "@reprise/retry";
 *
 * const provider = retryProvider({ defaults: { llm_call: { maxAttempts: 5, maxDelayMs: "2m" }, tool_call: false } });
 * console.log(provider.defaultFor("tool_call")); // false
 * ```
 */
export function retryProvider(options: RetryProviderOptions = {}): RetryProvider {
  checkKnown("retryProvider", options, ["defaults", "predicates"]);
  const { defaults = {}, predicates } = options;
  checkOption(isObject(defaults), "defaults", "must be an object with kinds of call", defaults);
  const registry = predicateRegistry(predicates);
  const standard = policyOf(parseRetryConfig({}, registry), registry);
  const policies = new Map<string, RetryPolicy | false>([["tool_call", standard], ["llm_call", standard]]);
  for (const [type, chosen] of Object.entries(defaults)) {
    if (!(calls as readonly string[]).includes(type)) {
      throw new RetryConfigError([{ option: `defaults.${type}`, rule: `is not a kind of call (kinds: ${calls.join(", ")})`, received: describeValue(chosen) }]);
    }
    if (chosen === undefined) continue;
    policies.set(type, chosen === false || isPolicy(chosen) ? chosen : policyOf(parseRetryConfig(chosen, registry, `defaults.${type}.`), registry));
  }
  return Object.freeze<RetryProvider>({
    from: (config) => policyOf(parseRetryConfig(config, registry), registry),
    defaultFor: (type) => policies.get(type) ?? false,
  });
}

function isPolicy(value: RetryConfig | RetryPolicy): value is RetryPolicy {
  return typeof value === "object" && value !== null && "decide" in value;
}
