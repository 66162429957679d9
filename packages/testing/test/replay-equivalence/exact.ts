import type { RepriseOptions } from "@reprise/core";
import { isRepriseError } from "@reprise/core/spi";
import { cutDisk, emptyDisk, live, StuckError, type Disk, type Life, type LifeOptions } from "./life.ts";
import { programPipeline } from "./interpret.ts";
import { firstDifference, lifeFault, outcomesOf, outcomeText } from "./observe.ts";
import type { Program } from "./program.ts";
import type { Verdict } from "./verdict.ts";
import { exactLatency } from "./world.ts";

/**
 * The exact oracle. Time is a function of the program: how long an attempt takes depends on its call and on how often that
 * has failed, a process that takes over starts at the time of the last record, and work that was cut off ends when it
 * would have ended. A crash then costs no time, so the resumed run must end like the uninterrupted one, and record the
 * same outcomes in the same order, for a crash after every append.
 *
 * Grace is 0: the time at which an attempt began to close is not recorded, so a crash would move the end of its grace.
 */
export async function checkExact(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  const reference = await firstLife(program, engine);
  if (typeof reference === "string") return { crashPoints: 0, failure: `uninterrupted: ${reference}` };
  const fault = lifeFault(reference);
  if (fault !== undefined) return { crashPoints: 0, failure: `uninterrupted: ${fault}` };
  const { boundaries } = reference.disk;
  // A failed run is recovered when it is resumed: that is another property.
  const points = reference.outcome?.status === "completed" ? boundaries : boundaries.slice(0, -1);
  return checkPoints(program, engine, reference, points);
}

/**
 * Recovery: the run failed and is resumed. A crash at every point of the recovery must make no difference to the recovery
 * without a crash. Programs that do not fail have nothing to recover.
 */
export async function checkRecovery(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  const failed = await firstLife(program, engine);
  if (typeof failed === "string" || failed.outcome?.status !== "failed") return { crashPoints: 0, failure: undefined };
  const recovery = await attempt(() => liveOn(optionsFor(program, engine, failed.disk)));
  if (typeof recovery === "string") return { crashPoints: 0, failure: `recovery without a crash: ${recovery}` };
  const fault = lifeFault(recovery);
  if (fault !== undefined) return { crashPoints: 0, failure: `recovery without a crash: ${fault}` };
  const begun = recovery.disk.boundaries.filter((boundary) => boundary > (failed.disk.boundaries.at(-1) ?? 0));
  return checkPoints(program, engine, recovery, recovery.outcome?.status === "completed" ? begun : begun.slice(0, -1));
}

async function firstLife(program: Program, engine: Partial<RepriseOptions>): Promise<Life | string> {
  return attempt(() => live(optionsFor(program, engine, emptyDisk)));
}

async function checkPoints(program: Program, engine: Partial<RepriseOptions>, reference: Life, points: readonly number[]): Promise<Verdict> {
  const expected = outcomesOf(reference.disk.events);
  for (const point of points) {
    const disk = cutDisk(reference.disk, point);
    const life = await attempt(() => liveOn(optionsFor(program, engine, disk)));
    const failure =
      typeof life === "string"
        ? life
        : (lifeFault(life) ?? differentEnd(reference, life) ?? firstDifference(expected, outcomesOf(life.disk.events)));
    if (failure !== undefined) return { crashPoints: points.length, failure: `crash after record ${point} of ${reference.disk.boundaries.at(-1)}: ${failure}` };
  }
  return { crashPoints: points.length, failure: undefined };
}

function differentEnd(reference: Life, life: Life): string | undefined {
  const [expected, actual] = [outcomeText(reference.outcome), outcomeText(life.outcome)];
  return expected === actual ? undefined : `ended differently:\n  expected ${expected}\n  got      ${actual}`;
}

function optionsFor(program: Program, engine: Partial<RepriseOptions>, disk: Disk): LifeOptions {
  return { pipeline: programPipeline(program, { latency: exactLatency(program.seed), resumesWork: true, ticks: true }), engine, disk, graceMs: 0 };
}

/** A life; where the outcome of something not repeatable is unknown, somebody looks and allows it. */
export async function liveOn(options: LifeOptions): Promise<Life> {
  const allowRepeat = [...(options.allowRepeat ?? [])];
  let life = await live(options);
  while (life.outcome?.status === "failed" && isRepriseError(life.outcome.error, "OUTCOME_UNKNOWN") && life.outcome.error.address !== undefined) {
    const { address } = life.outcome.error;
    if (allowRepeat.includes(address)) throw new Error(`${address} was refused although it was allowed`);
    allowRepeat.push(address);
    life = await live({ ...options, disk: life.disk, allowRepeat });
  }
  return life;
}

/** What the life was, or in words why there is none. */
export async function attempt(life: () => Promise<Life>): Promise<Life | string> {
  try {
    return await life();
  } catch (error) {
    if (error instanceof StuckError) return error.message;
    throw error;
  }
}
