const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * A duration in at most six columns: `59ms`, `1.7s`, `2m05s`, `1h30m`, `3d04h`, `120d`. Rounded to the unit shown;
 * `n/a` for what is not a number.
 *
 * @example
 * ```ts
 * import { formatDuration } from "@reprise/printer/text";
 *
 * console.log(formatDuration(1749)); // 1.7s
 * ```
 */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return "n/a";
  const positive = Math.max(0, ms);
  if (positive > 0 && positive < 1) return "<1ms";
  if (Math.round(positive) < secondMs) return `${Math.round(positive)}ms`;
  if (Math.round(positive / 100) < 600) return `${(positive / secondMs).toFixed(1)}s`;
  if (Math.round(positive / secondMs) < 3600) return pair(positive, minuteMs, "m", secondMs, "s");
  if (Math.round(positive / minuteMs) < 1440) return pair(positive, hourMs, "h", minuteMs, "m");
  if (positive < 100 * dayMs - hourMs / 2) return pair(positive, dayMs, "d", hourMs, "h");
  const days = Math.round(positive / dayMs);
  return days < 100_000 ? `${days}d` : ">99999d";
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const units = Math.round(ms / small);
  const perLarge = large / small;
  const rest = String(units % perLarge).padStart(2, "0");
  return `${Math.floor(units / perLarge)}${largeName}${rest}${smallName}`;
}

/** A share as a percentage with at most one decimal; `n/a` without a whole. Only all is `100%`, only none is `0%`. */
export function formatShare(part: number, whole: number): string {
  if (!(whole > 0)) return "n/a";
  const tenths = Math.round((part / whole) * 1000);
  const honest = part < whole && tenths >= 1000 ? 999 : part > 0 && tenths === 0 ? 1 : tenths;
  return honest % 10 === 0 ? `${honest / 10}%` : `${(honest / 10).toFixed(1)}%`;
}

/** `1 item`, `2 items`. */
export function formatCount(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `HH:MM:SS.mmm` of a moment in ms since the epoch, shifted by `offsetMs` from UTC. */
export function formatClock(at: number, offsetMs: number): string {
  const shifted = new Date(at + offsetMs);
  return Number.isNaN(shifted.getTime()) ? "--:--:--.---" : shifted.toISOString().slice(-13, -1);
}
