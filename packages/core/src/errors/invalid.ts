import { RepriseError } from "./reprise-error.ts";
import { showValue } from "./show-value.ts";

/**
 * Throws `INVALID_OPTION`, naming the option, the rule and the value received, of an object only that it is one. `owner` says whose option it is.
 *
 * @example
 * ```ts
 * import { invalidOption } from "@reprise/core/spi";
 *
 * const ttlMs: number = 30_000;
 * if (!(ttlMs > 0)) invalidOption("ttlMs", "a positive number of milliseconds", ttlMs, "myBackend");
 * ```
 */
export function invalid(option: string, rule: string, value: unknown, owner?: string): never {
  throw new RepriseError("INVALID_OPTION", `${ownerText(owner)}${option} must be ${rule}, got ${showValue(value)}`, { path: option });
}

/** What stands before a message about an option of somebody's. */
export function ownerText(owner: string | undefined): string {
  return owner === undefined ? "" : `${owner}: `;
}

/**
 * Throws `INVALID_OPTION` unless the value is undefined or one of the list. `owner` says whose option it is.
 *
 * @example
 * ```ts
 * import { checkOneOf } from "@reprise/core/spi";
 *
 * checkOneOf("durability", ["power", "process"], "power", "myBackend");
 * ```
 */
export function checkOneOf(option: string, allowed: readonly string[], value: unknown, owner?: string): void {
  if (value !== undefined && !allowed.includes(value as string)) invalid(option, `one of ${allowed.map((choice) => JSON.stringify(choice)).join(", ")}`, value, owner);
}

/** Throws `INVALID_OPTION` unless the value is an object. */
export function checkObject(option: string, value: unknown, owner?: string): asserts value is object {
  if (typeof value !== "object" || value === null) invalid(option, "an object", value, owner);
}

/** Throws `INVALID_OPTION` unless the value is undefined or an object with these methods. */
export function checkMethods(option: string, what: string, methods: readonly string[], value: unknown): void {
  if (value === undefined) return;
  const has = typeof value === "object" && value !== null ? (method: string) => typeof (value as Readonly<Record<string, unknown>>)[method] === "function" : () => false;
  if (!methods.every(has)) invalid(option, what, value);
}

/** Throws `INVALID_OPTION` unless the value is undefined or a list of strings. */
export function checkTexts(option: string, value: unknown): void {
  if (value !== undefined && !(Array.isArray(value) && value.every((text) => typeof text === "string"))) invalid(option, "a list of strings", value);
}

/** Throws `INVALID_OPTION` unless the value is undefined or so long a time that something may wait. */
export function checkWaitMs(waitMs: unknown): void {
  if (waitMs !== undefined && !(typeof waitMs === "number" && waitMs >= 0)) invalid("waitMs", "a number of milliseconds from 0", waitMs);
}

/** Throws `INVALID_OPTION` unless the value is undefined or a time; the infinities are times, too. */
export function checkTime(option: string, value: unknown): void {
  if (value !== undefined && (typeof value !== "number" || Number.isNaN(value))) invalid(option, "a time in ms since the epoch", value);
}
