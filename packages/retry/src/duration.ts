const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time: a number of milliseconds, or text with a unit such as `"250ms"`, `"1.5s"`, `"2m"`, `"1h"`, `"1d"`. */
export type Duration = number | `${number}${keyof typeof unitMs}`;

/** 100 years: a due time beyond it could leave the range of dates. */
export const longestDurationMs = 36_525 * unitMs.d;

/** What the message of a refused duration says. */
export const durationRule = 'must be a number of milliseconds from 0 to 100 years, or text like "250ms", "1.5s", "2m", "1h", "1d"';

const pattern = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h|d)$/;

/** Milliseconds of a duration; undefined if it is not one. */
export function parseDuration(value: unknown): number | undefined {
  const milliseconds = typeof value === "string" ? fromText(value) : value;
  if (typeof milliseconds !== "number") return undefined;
  return milliseconds >= 0 && milliseconds <= longestDurationMs ? milliseconds + 0 : undefined;
}

function fromText(text: string): number | undefined {
  const { amount, unit } = pattern.exec(text)?.groups ?? {};
  if (amount === undefined || unit === undefined) return undefined;
  // 1.1 * 1000 is 1100.0000000000002: a ten-thousandth of a millisecond is precise enough.
  return Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs] * 10_000) / 10_000;
}
