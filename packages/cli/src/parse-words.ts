import { EventType } from "@reprise/core/spi";
import { InvalidArgumentError } from "commander";

// For commander, which says what is wrong with a word. It does not where an action finds it: an action throws a `UsageError`.

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment in ms since the epoch: a date (`2026-11-21`, `2026-11-21T10:00Z`), `now`, or so long ago (`90s`, `15m`, `2h`, `7d`). */
export function timeFrom(now: () => number): (text: string) => number {
  return (text) => {
    if (text === "now") return now();
    const ago = /^(\d{1,9})([smhd])$/u.exec(text);
    if (ago) return now() - Number(ago[1]) * (unitMs[ago[2] ?? ""] ?? 0);
    const at = /^\d{4}-/u.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at)) throw new InvalidArgumentError("It must be a date, e.g. 2026-11-21 or 2026-11-21T10:00Z, or so long ago, e.g. 15m, 2h or 7d.");
    return at;
  };
}

/** A whole number from 1. */
export function countFrom(text: string): number {
  const count = /^\d{1,15}$/u.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return count;
}

/** Each use of an option adds a whole number to the list. */
export function collectedCounts(text: string, list: readonly number[] = []): readonly number[] {
  return [...list, countFrom(text)];
}

/** A value as JSON. */
export function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON; a text needs quotes of its own, e.g. '"yes"' (${(error as Error).message}).`);
  }
}

/** Each use of an option adds to the list. */
export function collected(text: string, list: readonly string[] = []): readonly string[] {
  return [...list, text];
}

// A name may hold "=", so the address goes as far as its type, which is the last part of it.
const behindType = new RegExp(`(?<=::(?:${Object.values(EventType).join("|")}))=`, "gu");

/** `ADDRESS=JSON`, each use adds one. */
export function pinFrom(text: string, pins: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const ends = [...text.matchAll(behindType)].map(({ index }) => index);
  // A name may also read like a type with something behind it: then it is no JSON. Without a type it is no address, which core says.
  const equals = ends.find((end) => isJson(text.slice(end + 1))) ?? ends[0] ?? text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("It must be ADDRESS=JSON.");
  return { ...pins, [text.slice(0, equals)]: jsonFrom(text.slice(equals + 1)) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
