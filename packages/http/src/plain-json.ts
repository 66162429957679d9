import { plainValue } from "@reprise/core/spi";

/** Any recorded value as one line of JSON, for reading; never throws. */
export function plainJson(value: unknown): string {
  return JSON.stringify(plainValue(value)) ?? "null";
}
