import { plainValue } from "@reprise/core/spi";

/** Any value as JSON, what JSON does not know as text; recorded values may be anything. `indent`: over several lines, so far in. */
export function plainJson(value: unknown, indent?: number): string {
  // Undefined is no JSON.
  return JSON.stringify(plainValue(value), undefined, indent) ?? "null";
}
