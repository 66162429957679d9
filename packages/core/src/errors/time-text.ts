/**
 * A time in ms since the epoch, to be read in UTC; what is stored may be no time that a calendar has.
 *
 * @example
 * ```ts
 * import { timeText } from "@reprise/core/spi";
 *
 * console.log(timeText(0)); // 1970-01-01T00:00:00.000Z
 * ```
 */
export function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms, which is no date` : date.toISOString();
}
