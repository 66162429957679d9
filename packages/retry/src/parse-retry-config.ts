import * as z from "zod/mini";
import { BackoffStrategy } from "./backoff-strategy.ts";
import { describeValue } from "./describe-value.ts";
import { durationRule, parseDuration } from "./duration.ts";
import { Jitter } from "./jitter.ts";
import { RetryConfigError, type RetryConfigIssue } from "./retry-config-error.ts";
import type { ResolvedRetryConfig } from "./retry-config.ts";
import type { PredicateRegistry, RetryMatcher } from "./retry-matcher.ts";

const defaultMaxDelayMs = 30_000;

const duration = z.pipe(
  z.unknown(),
  z.transform((value, context) => {
    const milliseconds = parseDuration(value);
    if (milliseconds !== undefined) return milliseconds;
    context.issues.push({ code: "custom", message: durationRule, input: value });
    return z.NEVER;
  }),
);
const attemptsRule = "must be a whole number from 1 (the first attempt included)";
const multiplierRule = "must be a finite number from 1";
const matcherRule = 'must be the name or code of an error (text), an HTTP status (whole number) or { predicate: "name" }; a class cannot be recorded';
const predicateRule = "must be the name of a registered predicate";
const matcher = z.union([z.string().check(z.minLength(1)), z.int(), z.strictObject({ predicate: z.string(predicateRule).check(z.minLength(1, predicateRule)) })], matcherRule);
const matchers = z._default(z.nullable(z.array(matcher, "must be a list")), null);

const schema = z.strictObject(
  {
    maxAttempts: z._default(z.int(attemptsRule).check(z.minimum(1, attemptsRule)), 3),
    backoff: z._default(z.enum(BackoffStrategy, `must be one of ${Object.values(BackoffStrategy).join(", ")}`), "exponential"),
    initialDelayMs: z._default(duration, 1_000),
    multiplier: z._default(z.number(multiplierRule).check(z.minimum(1, multiplierRule)), 2),
    maxDelayMs: z.optional(duration),
    jitter: z._default(z.enum(Jitter, `must be one of ${Object.values(Jitter).join(", ")}`), "quarter"),
    retryOn: matchers,
    neverRetryOn: matchers,
    respectRetryAfter: z._default(z.boolean("must be true or false"), true),
  },
  "must be an object with options of retry",
);

const optionNames = Object.keys(schema.shape).join(", ");
const hints: Readonly<Record<string, string>> = {
  retries: "is called maxAttempts here and counts the first attempt too",
  attemptTimeoutMs: "belongs to the actor or the call, not to retry",
  timeoutMs: "belongs to the actor or the call, not to retry",
  predicates: "is no part of a configuration: pass it beside it, retry(config, { predicates })",
};

/**
 * Checks a configuration of any origin and fills in what it leaves open. `at` is put before the names of options in messages.
 * Throws `RetryConfigError`.
 */
export function parseRetryConfig(config: unknown, predicates: PredicateRegistry, at = ""): ResolvedRetryConfig {
  const parsed = schema.safeParse(config);
  if (!parsed.success) throw new RetryConfigError(parsed.error.issues.flatMap((issue) => toIssues(issue, config, at)));
  const { maxDelayMs, neverRetryOn, ...rest } = parsed.data;
  const resolved: ResolvedRetryConfig = {
    ...rest,
    maxDelayMs: maxDelayMs ?? Math.max(defaultMaxDelayMs, rest.initialDelayMs),
    neverRetryOn: neverRetryOn ?? [],
  };
  const unknown = [...unregistered("retryOn", resolved.retryOn ?? [], predicates, at), ...unregistered("neverRetryOn", resolved.neverRetryOn, predicates, at)];
  if (unknown.length > 0) throw new RetryConfigError(unknown);
  return resolved;
}

function unregistered(list: string, all: readonly RetryMatcher[], predicates: PredicateRegistry, at: string): readonly RetryConfigIssue[] {
  return all.flatMap((each, index) => {
    if (typeof each !== "object" || predicates.has(each.predicate)) return [];
    const rule = `must name a registered predicate (${[...predicates.keys()].join(", ")})`;
    return [{ option: `${at}${list}[${index}].predicate`, rule, received: describeValue(each.predicate) }];
  });
}

function toIssues(issue: z.core.$ZodIssue, config: unknown, at: string): readonly RetryConfigIssue[] {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return issue.keys.map((key) => ({
      option: `${at}${key}`,
      rule: Object.hasOwn(hints, key) ? `${hints[key]}` : `is not an option (options: ${optionNames})`,
      received: describeValue(valueAt(config, [key])),
    }));
  }
  const option = `${at}${toPath(issue.path)}`.replace(/\.$/u, "") || "config";
  return [{ option, rule: issue.message, received: describeValue(valueAt(config, issue.path)) }];
}

function toPath(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, part) => (typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined), value);
}
