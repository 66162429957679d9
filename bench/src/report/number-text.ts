import type { Summary } from "./summary.ts";

/** A number with as many digits as mean something: `0.13`, `4.2`, `34`, `1,234`. */
export function numberText(value: number): string {
  if (Math.abs(value) < 0.995) return value.toFixed(2);
  if (Math.abs(value) < 9.95) return value.toFixed(1);
  return Math.round(value).toLocaleString("en");
}

/** `134 [127-147]`, and nothing in brackets where there was one measurement only. `scale` divides: 1,000 for thousands. */
export function summaryText(summary: Summary | undefined, scale = 1): string {
  if (summary === undefined) return "";
  const [median, min, max] = [summary.median, summary.min, summary.max].map((value) => numberText(value / scale));
  return summary.count > 1 ? `${median} [${min}-${max}]` : (median ?? "");
}
