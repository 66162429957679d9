import type { RepriseOptions } from "@reprise/core";
import { seededRandom } from "../../src/index.ts";
import { damageIn } from "./damage.ts";
import { attempt, liveOn } from "./exact.ts";
import { hash } from "./hash.ts";
import { lengthOf, timeOfLast } from "./journal.ts";
import { emptyDisk, type Disk, type Halt, type Life, type LifeOptions } from "./life.ts";
import { programPipeline } from "./interpret.ts";
import { firstDifference, lifeFault, outcomesOf, outcomeText } from "./observe.ts";
import type { Program } from "./program.ts";
import type { Verdict } from "./verdict.ts";
import { exactAnswers, exactLatency } from "./world.ts";

const chains = 3;
const mostHalts = 4;

/**
 * The exact oracle for runs that are interrupted, several times, at random times and at random records, and resumed at
 * once. Work that was cut off ends when it would have ended, so an interruption costs no time: the run must end like the
 * uninterrupted one, with the same outcomes in the same order, and run nothing again that had completed. No attempt counts as lost. (A pause
 * costs time: it waits for what is at work.)
 */
export async function checkInterrupted(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  return checkHalted(program, engine, false);
}

/** The same for a run that is driven by hand. */
export async function checkInterruptedByHand(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  return checkHalted(program, engine, true);
}

async function checkHalted(program: Program, engine: Partial<RepriseOptions>, byHand: boolean): Promise<Verdict> {
  const optionsFor = (disk: Disk): LifeOptions => ({
    pipeline: programPipeline(program, { latency: exactLatency(program.seed), resumesWork: true, ticks: true, byHand }),
    // Where one call is refused, another that has begun beside it is lost.
    engine: { ...(program.tools.every(({ once }) => !once) && { maxLost: 1 }), ...engine },
    disk,
    graceMs: 0,
    answerAfter: exactAnswers(program.seed),
  });
  const reference = await attempt(() => liveOn(optionsFor(emptyDisk)));
  if (typeof reference === "string") return { crashPoints: 0, failure: `uninterrupted: ${reference}` };
  let halts = 0;
  for (let chain = 1; chain <= chains; chain += 1) {
    const random = seededRandom(hash(program.seed, "interrupt", chain));
    const { said, life } = await resumedUntilEnd(optionsFor, reference, random);
    halts += said.length;
    const failure = typeof life === "string" ? life : await faultIn(reference, life);
    if (failure !== undefined) return { crashPoints: halts, failure: `${said.join("; ")}: ${failure}` };
  }
  return { crashPoints: halts, failure: undefined };
}

async function resumedUntilEnd(optionsFor: (disk: Disk) => LifeOptions, reference: Life, random: () => number): Promise<{ readonly said: string[]; readonly life: Life | string }> {
  const said: string[] = [];
  let disk = emptyDisk;
  for (;;) {
    const halt = said.length < mostHalts ? haltWithin(reference, disk, random) : undefined;
    if (halt !== undefined) said.push(`interrupt at ${halt.at === undefined ? `record ${halt.seq}` : `${halt.at} ms`}`);
    const life = await attempt(() => liveOn({ ...optionsFor(disk), ...(halt && { halt }) }));
    if (typeof life === "string") return { said, life };
    const fault = lifeFault(life);
    if (fault !== undefined) return { said, life: fault };
    if (life.outcome?.status !== "interrupted") return { said, life };
    disk = life.disk;
  }
}

/** A time or a record that is still to come, as far as the uninterrupted run tells. */
function haltWithin(reference: Life, disk: Disk, random: () => number): Halt {
  const verb = "interrupt";
  const [now, end] = [timeOfLast(disk.snapshot), timeOfLast(reference.disk.snapshot)];
  if (random() < 0.5) return { verb, at: now + random() * Math.max(1, end - now) };
  const [begun, last] = [lengthOf(disk.snapshot), lengthOf(reference.disk.snapshot)];
  return { verb, seq: begun + 1 + Math.floor(random() * Math.max(1, last - begun)) };
}

async function faultIn(reference: Life, life: Life): Promise<string | undefined> {
  const [expected, actual] = [outcomeText(reference.outcome), outcomeText(life.outcome)];
  if (expected !== actual) return `ended differently:\n  expected ${expected}\n  got      ${actual}`;
  return firstDifference(outcomesOf(reference.disk.events), outcomesOf(life.disk.events)) ?? damageIn(life.disk);
}
