import type { RepriseOptions } from "@reprise/core";
import { isRepriseError } from "@reprise/core/spi";
import { liveThrough } from "./live-through.ts";
import { cutDisk, emptyDisk, StuckError, type Disk, type Life, type LifeOptions } from "./life.ts";
import { programPipeline } from "./interpret.ts";
import { firstDifference, lifeFault, outcomesOf, outcomeText } from "./observe.ts";
import type { Program } from "./program.ts";
import type { Verdict } from "./verdict.ts";
import { exactAnswers, exactLatency } from "./world.ts";

/**
 * The exact oracle. Time is a function of the program: how long an attempt takes depends on its call and on how often that
 * has failed, a process that takes over starts at the time of the last record, and work that was cut off ends when it
 * would have ended. A crash then costs no time, so the resumed run must end like the uninterrupted one, and record the
 * same outcomes in the same order, for a crash after every append.
 *
 * Grace is 0: the time at which an attempt began to close is not recorded, so a crash would move the end of its grace.
 */
export async function checkExact(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  return checkExactly({ program, engine, byHand: false });
}

/** The same for a run that is driven by hand: its code makes its calls on the state. */
export async function checkByHand(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  return checkExactly({ program, engine, byHand: true });
}

async function checkExactly(subject: Subject): Promise<Verdict> {
  const reference = await firstLife(subject);
  if (typeof reference === "string") return { crashPoints: 0, failure: `uninterrupted: ${reference}` };
  const fault = lifeFault(reference);
  if (fault !== undefined) return { crashPoints: 0, failure: `uninterrupted: ${fault}` };
  const { boundaries } = reference.disk;
  // A run that is recorded as failed is recovered when it is resumed: that is another property.
  const points = reference.outcome?.status === "completed" || subject.byHand ? boundaries : boundaries.slice(0, -1);
  return checkPoints(subject, reference, points);
}

/**
 * Recovery: the run failed and is resumed. A crash at every point of the recovery must make no difference to the recovery
 * without a crash. Programs that do not fail have nothing to recover.
 */
export async function checkRecovery(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  const subject: Subject = { program, engine, byHand: false };
  const failed = await firstLife(subject);
  if (typeof failed === "string" || failed.outcome?.status !== "failed") return { crashPoints: 0, failure: undefined };
  const recovery = await attempt(() => liveOn(optionsFor(subject, failed.disk)));
  if (typeof recovery === "string") return { crashPoints: 0, failure: `recovery without a crash: ${recovery}` };
  const fault = lifeFault(recovery);
  if (fault !== undefined) return { crashPoints: 0, failure: `recovery without a crash: ${fault}` };
  const begun = recovery.disk.boundaries.filter((boundary) => boundary > (failed.disk.boundaries.at(-1) ?? 0));
  return checkPoints(subject, recovery, recovery.outcome?.status === "completed" ? begun : begun.slice(0, -1));
}

/** What is tried, and how. */
interface Subject {
  readonly program: Program;
  readonly engine: Partial<RepriseOptions>;
  readonly byHand: boolean;
}

async function firstLife(subject: Subject): Promise<Life | string> {
  return attempt(() => liveThrough(optionsFor(subject, emptyDisk)));
}

async function checkPoints(subject: Subject, reference: Life, points: readonly number[]): Promise<Verdict> {
  const expected = outcomesOf(reference.disk.events);
  for (const point of points) {
    const disk = cutDisk(reference.disk, point);
    const life = await attempt(() => liveOn(optionsFor(subject, disk)));
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

function optionsFor({ program, engine, byHand }: Subject, disk: Disk): LifeOptions {
  const pipeline = programPipeline(program, { latency: exactLatency(program.seed), resumesWork: true, ticks: true, byHand });
  return { pipeline, engine, disk, graceMs: 0, answerAfter: exactAnswers(program.seed) };
}

/** A life; where the outcome of something not repeatable is unknown, somebody looks and allows it to run again. */
export async function liveOn(options: LifeOptions): Promise<Life> {
  const allowRepeat = [...(options.allowRepeat ?? [])];
  let life = await liveThrough(options);
  for (let address = refusedIn(life); address !== undefined; address = refusedIn(life)) {
    if (allowRepeat.includes(address)) throw new Error(`${address} was refused although it was allowed`);
    allowRepeat.push(address);
    life = await liveThrough({ ...options, disk: life.disk, allowRepeat });
  }
  return life;
}

function refusedIn({ outcome }: Life): string | undefined {
  return outcome?.status === "failed" && isRepriseError(outcome.error, "OUTCOME_UNKNOWN") ? outcome.error.address : undefined;
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
