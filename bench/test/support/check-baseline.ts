import { readFileSync } from "node:fs";

/** Counts by what is counted. */
export type Counts = Readonly<Record<string, number>>;

/** What must not get worse: bench/baseline.json. Where something got better, or worse for a reason, change it there in the same commit. */
export interface Baseline {
  /** Added by each sequential call, exactly. */
  readonly perCall: Readonly<Record<string, Counts>>;
  /** Of a run of 1,000 calls at once, its beginning and its end included, exactly. */
  readonly fanOutOf1000: Readonly<Record<string, Counts>>;
  /** The same of a group that maps an actor over 1,000 items, all at once. */
  readonly mapOf1000: Readonly<Record<string, Counts>>;
  /** Of a run of one call, everything that the file system is asked for, exactly. */
  readonly runOfOne: Readonly<Record<string, Counts>>;
  /** At most; a call returns 200 bytes. */
  readonly bytesPerCall: Readonly<Record<string, number>>;
  /** Bytes that a sequential call allocates. */
  readonly allocatedPerCall: Counts;
  /** Processor time of a call, over that of one round of the calibration loop. */
  readonly perCalibration: Counts;
  /** How many times of either is a regression. */
  readonly tolerance: Measured;
  /** At most: what a call costs in a long run, over one in a short run. */
  readonly growth: Measured;
}

/** Allocation repeats to a few percent anywhere; processor time does not. */
export interface Measured {
  readonly allocated: number;
  readonly processorTime: number;
}

/** The baseline that is committed. */
export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(new URL("../../baseline.json", import.meta.url), "utf8")) as Baseline;
}

/** Counts that are not as they were. */
export function changedCounts(what: string, counts: Counts, expected: Counts | undefined): readonly string[] {
  if (expected === undefined) return [`${what} is not in baseline.json`];
  return Object.entries(expected)
    .filter(([name, count]) => counts[name] !== count)
    .map(([name, count]) => `${what}: ${counts[name]} ${name} instead of ${count}`);
}

/** A cost that grows with the history. */
export function growingCosts(what: string, growth: number, limit: number): readonly string[] {
  return growth <= limit ? [] : [`${what}: a call late in a long run costs ${growth.toFixed(2)} times one of a short run; at most ${limit} is accepted`];
}

/** Costs that have become a multiple of what they were. */
export function slowedDown(costs: Counts, expected: Counts, tolerance: number): readonly string[] {
  return Object.entries(expected)
    .filter(([name, cost]) => !((costs[name] ?? Number.NaN) <= cost * tolerance))
    .map(([name, cost]) => `${name}: ${costs[name]?.toFixed(1)} instead of ${cost}; at most ${tolerance} times as much is accepted`);
}
