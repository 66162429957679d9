import { checkKnown, invalidOption } from "@reprise/core/spi";

/** Throws `INVALID_OPTION` unless the value is a delay. */
export function checkDelay(option: string, value: unknown): void {
  if (!(value === Infinity || (typeof value === "number" && value >= 1 && value < 2 ** 31))) invalidOption(option, "a number of milliseconds from 1 to 2,147,483,647, or Infinity", value);
}

/** Throws `INVALID_OPTION` unless the value is an object with these methods. */
export function checkMethods(option: string, rule: string, methods: readonly (string | symbol)[], value: unknown): void {
  const has = (method: string | symbol): boolean => typeof (value as Readonly<Record<string | symbol, unknown>>)[method] === "function";
  if (typeof value !== "object" || value === null || !methods.every(has)) invalidOption(option, rule, value);
}

/** Throws `INVALID_OPTION` unless these are a stream of events and what is to be written of it. */
export function checkStream(owner: string, feed: unknown, options: { readonly values?: unknown }, names: Readonly<Record<string, true>>): void {
  checkMethods("stream", "a stream of events, such as state.events()", [Symbol.asyncIterator], feed);
  checkKnown(options, names, owner);
  if (options.values !== undefined && typeof options.values !== "boolean") invalidOption("values", "true or false", options.values);
}
