import { RepriseError } from "@reprise/core";

/** Throws `INVALID_OPTION`, naming the option, the rule and the value received. */
export function invalid(option: string, rule: string, value: unknown): never {
  const shown = typeof value === "string" ? JSON.stringify(value) : typeof value === "object" && value !== null ? "an object" : String(value);
  throw new RepriseError("INVALID_OPTION", `${option} must be ${rule}, got ${shown}`, { path: option });
}

/** Throws `INVALID_OPTION` unless the value is a delay. */
export function checkDelay(option: string, value: unknown): void {
  if (!(value === Infinity || (typeof value === "number" && value >= 1 && value < 2 ** 31))) invalid(option, "a number of milliseconds from 1 to 2,147,483,647, or Infinity", value);
}

/** Throws `INVALID_OPTION` unless the value is an object with these methods. */
export function checkMethods(option: string, rule: string, methods: readonly (string | symbol)[], value: unknown): void {
  const has = (method: string | symbol): boolean => typeof (value as Readonly<Record<string | symbol, unknown>>)[method] === "function";
  if (typeof value !== "object" || value === null || !methods.every(has)) invalid(option, rule, value);
}

/** Throws `INVALID_OPTION` unless these are a stream of events and what is to be written of it. */
export function checkStream(feed: unknown, options: { readonly values?: unknown }): void {
  checkMethods("stream", "a stream of events, such as state.events()", [Symbol.asyncIterator], feed);
  if (typeof options !== "object" || options === null) invalid("options", "an object", options);
  if (options.values !== undefined && typeof options.values !== "boolean") invalid("values", "true or false", options.values);
}
