import type { RetrySetting } from "@reprise/core";
import type { OptionNames } from "@reprise/core/spi";
import { retry, RetryConfigError, type RetryConfig, type RetryMatcher } from "@reprise/retry";
import { checkOptions } from "./check-options.ts";
import { invalidDefinition, shown } from "./invalid-definition.ts";

/** What becomes of a job when an activation fails (rule F4). */
export const ErrorStrategy = {
  /** The job fails, and what else is at work is aborted. */
  STOP: "stop",
  /** The job goes on; counted as `continued`. */
  CONTINUE: "continue",
  /** The job goes on; counted as `skipped`. */
  SKIP: "skip",
  /** It is tried again, and the job fails when the retries are spent, unless the routine is not critical. */
  RETRY: "retry",
} as const;
/** `ErrorStrategy.RETRY` and `"retry"` are the same. */
export type ErrorStrategy = (typeof ErrorStrategy)[keyof typeof ErrorStrategy];

/** How failures of a routine, or of all routines of a flow, are handled. Plain data: it is part of the serialised flow. */
export interface ErrorHandlerOptions {
  /** Default: `"stop"`. */
  readonly strategy?: ErrorStrategy;
  /** Retries after the first attempt: 4 are five attempts. Default: 3. */
  readonly maxRetries?: number;
  /** The delay before the first retry, in ms. Default: 1,000. */
  readonly retryDelayMs?: number;
  /** What the delay is multiplied by for each further retry, from 1: `delay * backoff^(k-1)` before retry k. Default: 2. */
  readonly retryBackoff?: number;
  /** No delay is ever longer, in ms. Default: 24 hours. */
  readonly maxDelayMs?: number;
  /** Retry these errors and no others: names, codes or HTTP statuses, as in `@reprise/retry`. Default: all but programming errors. */
  readonly retryOn?: NonNullable<RetryConfig["retryOn"]>;
  /** With `"retry"`: whether the job fails once the retries are spent; if not, it goes on as with `"continue"`. Default: true. */
  readonly critical?: boolean;
}

/** A checked handler with every option decided. */
export interface ErrorHandler extends Required<Omit<ErrorHandlerOptions, "retryOn">> {
  readonly retryOn: NonNullable<RetryConfig["retryOn"]> | null;
}

const dayMs = 86_400_000;
const criticalNames: OptionNames<Omit<ErrorHandlerOptions, "strategy" | "critical">> = { maxRetries: true, retryDelayMs: true, retryBackoff: true, maxDelayMs: true, retryOn: true };
const optionNames: OptionNames<ErrorHandlerOptions> = { strategy: true, ...criticalNames, critical: true };

/**
 * Checks the options of a handler and fills in what they leave open. Throws `INVALID_DEFINITION`, naming the option.
 *
 * @example
 * ```ts
 * import { errorHandler } from "@reprise/flow";
 *
 * const handler = errorHandler({ strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError"] });
 * console.log(handler.critical); // true
 * ```
 */
export function errorHandler(given: ErrorHandlerOptions | ErrorHandler = {}, path = "errorHandler"): ErrorHandler {
  checkOptions(path, given, optionNames);
  const { strategy = "stop", maxRetries = 3, retryDelayMs = 1_000, retryBackoff = 2, maxDelayMs = dayMs, retryOn: listed, critical = true } = given;
  const retryOn = listed ?? undefined;
  if (!Object.values(ErrorStrategy).includes(strategy)) invalidDefinition(`${path}.strategy`, `must be one of ${Object.values(ErrorStrategy).join(", ")}, got ${shown(strategy)}`);
  if (!Number.isSafeInteger(maxRetries) || maxRetries < 0) invalidDefinition(`${path}.maxRetries`, `must be a whole number from 0, got ${shown(maxRetries)}`);
  for (const [option, value] of Object.entries({ retryDelayMs, maxDelayMs })) {
    if (typeof value !== "number" || !(value >= 0) || !Number.isFinite(value)) invalidDefinition(`${path}.${option}`, `must be a finite number of milliseconds from 0, got ${shown(value)}`);
  }
  if (typeof retryBackoff !== "number" || !(retryBackoff >= 1) || !Number.isFinite(retryBackoff)) invalidDefinition(`${path}.retryBackoff`, `must be a finite number from 1, got ${shown(retryBackoff)}`);
  if (retryOn !== undefined && !Array.isArray(retryOn)) invalidDefinition(`${path}.retryOn`, `must be a list of names, codes or HTTP statuses, got ${shown(retryOn)}`);
  if (typeof critical !== "boolean") invalidDefinition(`${path}.critical`, `must be true or false, got ${shown(critical)}`);
  const handler: ErrorHandler = Object.freeze({ strategy, maxRetries, retryDelayMs, retryBackoff, maxDelayMs, critical, retryOn: retryOn === undefined ? null : Object.freeze([...(retryOn as readonly RetryMatcher[])]) });
  retryOf({ ...handler, strategy: "retry" }, path);
  return handler;
}

/**
 * The options of a handler for a routine the job can do without: it continues, or skips.
 *
 * @example
 * ```ts
 * import { optionalRoutine } from "@reprise/flow";
 *
 * console.log(optionalRoutine("skip").critical); // false
 * ```
 */
export function optionalRoutine(strategy: "continue" | "skip" = "continue"): ErrorHandlerOptions {
  if (strategy !== "continue" && strategy !== "skip") invalidDefinition("optionalRoutine", `must be "continue" or "skip", got ${shown(strategy)}`);
  const options = { strategy, critical: false };
  return Object.freeze(options);
}

/**
 * The options of a handler for a routine the job cannot do without: it is tried again, and the job fails with it.
 *
 * @example
 * ```ts
 * import { criticalRoutine } from "@reprise/flow";
 *
 * console.log(criticalRoutine({ maxRetries: 5 }).strategy); // retry
 * ```
 */
export function criticalRoutine(given: Omit<ErrorHandlerOptions, "strategy" | "critical"> = {}): ErrorHandlerOptions {
  checkOptions("criticalRoutine", given, criticalNames);
  const options = { ...given, strategy: "retry", critical: true } as const;
  errorHandler(options, "criticalRoutine");
  return Object.freeze(options);
}

/** How core is to retry an activation under this handler. */
export function retryOf(handler: ErrorHandler, path = "errorHandler"): RetrySetting {
  if (handler.strategy !== "retry") return false;
  try {
    return retry({
      maxAttempts: handler.maxRetries + 1,
      backoff: "exponential",
      initialDelayMs: handler.retryDelayMs,
      multiplier: handler.retryBackoff,
      maxDelayMs: handler.maxDelayMs,
      jitter: "none",
      retryOn: handler.retryOn,
      respectRetryAfter: true,
    });
  } catch (error) {
    if (error instanceof RetryConfigError) invalidDefinition(path, error.message);
    throw error;
  }
}

/** Does the job go on when an activation has failed for good? */
export function goesOn({ strategy, critical }: ErrorHandler): "continued" | "skipped" | undefined {
  if (strategy === "skip") return "skipped";
  if (strategy === "continue" || (strategy === "retry" && !critical)) return "continued";
  return undefined;
}
