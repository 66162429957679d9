import { checkKnown, checkOption, isObject } from "./check-known.ts";
import type { ErrorRecord } from "./error-record.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { defaultSystem, type RetrySystem } from "./system.ts";
import { toErrorRecord } from "./to-error-record.ts";
import { wait } from "./wait.ts";

/** What the work of `run` is given. */
export interface RetryRunAttempt {
  /** From 1. */
  readonly attempt: number;
  /** The signal given to `run`, or one that is never aborted. Pass it on to what you call. */
  readonly signal: AbortSignal;
}

/** A failed attempt that another one will follow. */
export interface RetryNotice {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** How long the wait before the next attempt will be, in ms. */
  readonly delayMs: number;
  /** What was thrown. */
  readonly error: unknown;
  /** What was thrown, as the policy saw it. */
  readonly record: ErrorRecord;
}

/** Options of `run`. */
export interface RetryRunOptions {
  /** Ends a wait at once. An attempt that is under way is not cut off: its result still counts, its failure is the last. Default: none. */
  readonly signal?: AbortSignal;
  /** Told of each retry before its wait, which begins when this has returned; what it throws ends the run. Default: nobody is told. */
  readonly onRetry?: (notice: RetryNotice) => void | PromiseLike<void>;
  /** Clock, chance and timers, for tests. Default: those of the runtime. */
  readonly system?: RetrySystem;
}

/** The loop behind `RetryPolicy.run`. Rejects with `RetryConfigError` for options that cannot be used. */
export async function runWithRetry<Result>(
  policy: Pick<RetryPolicy, "decide" | "maxAttempts">,
  work: (attempt: RetryRunAttempt) => Result | PromiseLike<Result>,
  options: RetryRunOptions = {},
): Promise<Result> {
  checkRun(work, options);
  const { signal = new AbortController().signal, onRetry, system = defaultSystem } = options;
  const { maxAttempts } = policy;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work({ attempt, signal });
    } catch (error) {
      signal.throwIfAborted();
      const record = toErrorRecord(error, system.now());
      const decision = policy.decide({ error: record, failures: attempt, random: system.random() });
      if (!decision.retry) throw error;
      await onRetry?.({ attempt, maxAttempts, delayMs: decision.delayMs, error, record });
      await wait(decision.delayMs, signal, system);
    }
  }
}

function checkRun(work: unknown, options: RetryRunOptions): void {
  checkKnown("run", options, ["signal", "onRetry", "system"]);
  const { signal, onRetry, system } = options;
  checkOption(typeof work === "function", "work", "must be a function", work);
  checkOption(signal === undefined || signal instanceof AbortSignal, "signal", "must be an AbortSignal", signal);
  checkOption(onRetry === undefined || typeof onRetry === "function", "onRetry", "must be a function", onRetry);
  checkOption(system === undefined || isObject(system), "system", "must be an object with a clock, chance and timers", system);
}
