import type { RepriseOptions } from "@reprise/core";
import { seededRandom } from "../../src/index.ts";
import { damageIn } from "./damage.ts";
import { attempt, liveOn } from "./exact.ts";
import { hash } from "./hash.ts";
import { lengthOf, timeOfLast } from "./journal.ts";
import { cutDisk, emptyDisk, type Disk, type Halt, type Life, type LifeOptions } from "./life.ts";
import { programPipeline } from "./interpret.ts";
import { firstDifference, lifeFault, outcomesOf, outcomeText, pointBeforeEnd } from "./observe.ts";
import type { Program } from "./program.ts";
import type { Verdict } from "./verdict.ts";
import { wildAnswers, wildLatency } from "./world.ts";

const chains = 3;
const mostLives = 6;

/**
 * The self-consistent oracle: new latencies in every life, acknowledgements late and in batches, time passing between
 * turns, and a chain of crashes, recoveries of failed runs among them. "Equal to the uninterrupted run" has no meaning then; what must hold is that each life
 * follows its record (see `lifeFault`), that what is recorded is free of contradictions, and that the end is a function of the journal: replayed without it,
 * it gives the same value, runs nothing and records only that end again.
 */
export async function checkSelfConsistent(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  return checkChains(program, engine, false);
}

/** The same where lives are interrupted and paused as well. */
export async function checkInterruptedSelfConsistent(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  return checkChains(program, engine, true);
}

async function checkChains(program: Program, engine: Partial<RepriseOptions>, halts: boolean): Promise<Verdict> {
  let crashPoints = 0;
  for (let chain = 1; chain <= chains; chain += 1) {
    const verdict = await checkChain(program, engine, hash(program.seed, chain), halts);
    crashPoints += verdict.crashPoints;
    if (verdict.failure !== undefined) return { crashPoints, failure: `chain ${chain}: ${verdict.failure}` };
  }
  return { crashPoints, failure: undefined };
}

async function checkChain(program: Program, engine: Partial<RepriseOptions>, seed: number, halts: boolean): Promise<Verdict> {
  const random = seededRandom(seed);
  // In a scope that is opened again, unkeyed calls of what must not happen twice may be refused as ambiguous, rightly.
  const recovers = program.tools.every((spec) => !spec.once);
  let disk = emptyDisk;
  for (let number = 1; ; number += 1) {
    const halt = halts && number < mostLives ? haltIn(disk, random) : undefined;
    const crashAfter = number < mostLives && (halt === undefined || random() < 0.2) ? 1 + Math.floor(random() * 12) : undefined;
    const options = wildOptions(program, engine, disk, hash(seed, number), random);
    const life = await attempt(() => liveOn({ ...options, ...(crashAfter !== undefined && { crashAfter }), ...(halt && { halt }) }));
    if (typeof life === "string") return { crashPoints: number - 1, failure: `life ${number}: ${life}` };
    const fault = lifeFault(life) ?? (await damageIn(life.disk));
    if (fault !== undefined) return { crashPoints: number - 1, failure: `life ${number}, from record ${disk.boundaries.at(-1) ?? 0}: ${fault}` };
    disk = life.disk;
    if (life.outcome === undefined || life.outcome.status === "interrupted" || life.outcome.status === "paused") continue;
    if (life.outcome.status === "failed" && recovers && number < mostLives && random() < 0.5) continue;
    const failure = await fixpointFault(life, wildOptions(program, engine, emptyDisk, hash(seed, number + 1), random));
    return { crashPoints: number, failure: failure && `fixpoint after ${number} lives: ${failure}` };
  }
}

function haltIn({ snapshot }: Disk, random: () => number): Halt {
  const verb = random() < 0.7 ? "interrupt" : "pause";
  return random() < 0.5 ? { verb, at: timeOfLast(snapshot) + random() * 30 } : { verb, seq: lengthOf(snapshot) + 1 + Math.floor(random() * 15) };
}

function wildOptions(program: Program, engine: Partial<RepriseOptions>, disk: Disk, seed: number, random: () => number): LifeOptions {
  const slowTurns = random() < 0.5;
  return {
    pipeline: programPipeline(program, { latency: wildLatency(seed), resumesWork: false, ticks: false }),
    engine,
    disk,
    lateness: () => Math.max(0, Math.floor(random() * 6) - 2),
    ...(slowTurns && { turnMs: () => Math.max(0, Math.floor(random() * 5) - 2) }),
    graceMs: 3,
    answerAfter: wildAnswers(seed),
  };
}

/** Replays a finished journal without what ended it. */
async function fixpointFault(finished: Life, options: LifeOptions): Promise<string | undefined> {
  const { events } = finished.disk;
  const point = pointBeforeEnd(events);
  const disk = cutDisk(finished.disk, point);
  const replay = await attempt(() => liveOn({ ...options, disk }));
  if (typeof replay === "string") return replay;
  const cut = events.filter((event) => event.seq > point);
  // What was still open when the grace ended was cancelled together with it: it is open again.
  const cancelled = new Set(cut.filter((event) => event.status === "cancelled").map((event) => event.address));
  const ran = replay.process.handled.find((address) => !cancelled.has(address));
  if (ran !== undefined) return `the handler of ${ran} ran`;
  const [expected, actual] = [outcomeText(finished.outcome), outcomeText(replay.outcome)];
  if (expected !== actual) return `ended differently:\n  expected ${expected}\n  got      ${actual}`;
  const others = (list: Life["events"]): string[] => outcomesOf(list.filter((event) => !cancelled.has(event.address)));
  return lifeFault(replay) ?? firstDifference(others(cut), others(replay.events));
}
