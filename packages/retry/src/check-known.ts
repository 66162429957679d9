import { describeValue } from "./describe-value.ts";
import { RetryConfigError } from "./retry-config-error.ts";

/** Throws `RetryConfigError` unless these are options of `owner`: misspelt, one would be as if it had not been given. */
export function checkKnown(owner: string, options: unknown, names: readonly string[]): void {
  checkOption(isObject(options), `options of ${owner}`, "must be an object", options);
  const unknown = Object.entries(options as object).filter(([name]) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new RetryConfigError(unknown.map(([option, value]) => ({ option, rule: `is not an option of ${owner} (options: ${names.join(", ")})`, received: describeValue(value) })));
}

/** Throws `RetryConfigError` for an option that is not what it has to be. */
export function checkOption(holds: boolean, option: string, rule: string, value: unknown): void {
  if (!holds) throw new RetryConfigError([{ option, rule, received: describeValue(value) }]);
}

/** Is it an object? */
export function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
