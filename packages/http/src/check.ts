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
