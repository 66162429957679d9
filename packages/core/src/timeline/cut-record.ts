import { NotRepeatableError } from "../errors/replay-errors.ts";
import type { CutRecord } from "../journal/journal-record.ts";
import type { PlannedCut } from "./plan-cut.ts";
import type { TimelinePoint } from "./timeline-point.ts";

/** How a planned cut is carried out. */
export interface CutRequest {
  readonly at: number;
  readonly point: TimelinePoint;
  readonly allowRepeat: readonly string[] | undefined;
  /** Of `resumeFrom`: its address. */
  readonly resume?: string;
}

/** The record of a planned cut. Throws `NOT_REPEATABLE` where it would run again what must not happen twice, unless that is allowed (rule R11). */
export function cutRecord({ plan, ranges, anew }: PlannedCut, { at, point, allowRepeat = [], resume }: CutRequest): CutRecord {
  refuseRepetition(plan.nonRepeatable, allowRepeat);
  return {
    k: "cut",
    at,
    ranges: ranges.map(([from, to]): [number, number] => [from, to]),
    ...(anew.length > 0 && { anew: [...anew] }),
    why: { position: plan.position, ...("position" in point ? {} : point) },
    ...(resume !== undefined && { resume }),
    ...(plan.nonRepeatable.length > 0 && { allow: [...plan.nonRepeatable] }),
  };
}

/** Throws `NOT_REPEATABLE` with every address that is in reach and was not allowed. */
export function refuseRepetition(inReach: readonly string[], allowed: readonly string[]): void {
  const refused = inReach.filter((address) => !allowed.includes(address));
  const [first, ...others] = refused;
  if (first === undefined) return;
  const more = others.length > 0 ? `, like ${others.join(", ")}` : "";
  throw new NotRepeatableError(first, `it is not repeatable, and would run again${more}`, { addresses: refused });
}
