import { formatClock } from "./format.ts";

/** Near 8.64e15 the dates end, in the middle of a second. */
const surelyDates = 8e15;

/**
 * Writes moments, in ms since the epoch, as `HH:MM:SS.mmm`, ahead of UTC by what `offsetMs` says of them. Most messages come in the
 * second of the one before, and then only the milliseconds are written anew.
 */
export function clockFor(offsetMs: (at: number) => number): (at: number) => string {
  let second: number | undefined;
  let upToMs = "";
  return (at) => {
    if (!Number.isInteger(at) || at < 0 || at > surelyDates) return formatClock(at, offsetMs(at));
    const ms = String(at % 1000).padStart(3, "0");
    if (Math.floor(at / 1000) === second) return upToMs + ms;
    const text = formatClock(at, offsetMs(at));
    // Not kept where the text ends otherwise: an offset with a part of a second, or no moment that a date can have.
    second = text.endsWith(ms) ? Math.floor(at / 1000) : undefined;
    upToMs = text.slice(0, -ms.length);
    return text;
  };
}
