import { checkOption, isObject } from "./check-known.ts";
import { describeValue } from "./describe-value.ts";
import { isNetworkFailure } from "./network-failure.ts";
import { RetryConfigError } from "./retry-config-error.ts";
import type { PredicateRegistry, RetryPredicates } from "./retry-matcher.ts";

/** The given predicates and the built-in `network`. Throws `RetryConfigError` for one that is not a function or takes a built-in name. */
export function predicateRegistry(predicates: RetryPredicates = {}): PredicateRegistry {
  checkOption(isObject(predicates), "predicates", "must be an object with functions", predicates);
  const registry = new Map([["network", isNetworkFailure]]);
  for (const [name, predicate] of Object.entries(predicates)) {
    const option = `predicates.${name}`;
    const received = describeValue(predicate);
    if (registry.has(name)) throw new RetryConfigError([{ option, rule: "must have another name, this one is built in", received }]);
    if (typeof predicate !== "function") throw new RetryConfigError([{ option, rule: "must be a function", received }]);
    registry.set(name, predicate);
  }
  return registry;
}
