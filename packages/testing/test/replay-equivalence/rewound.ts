import { memoryBackend, truncateRun } from "@reprise/backend-memory";
import { createReprise, type RepriseOptions } from "@reprise/core";
import type { ExecutionEvent } from "@reprise/core/spi";
import { seededRandom, virtualSystem } from "../../src/index.ts";
import { attempt, liveOn } from "./exact.ts";
import { hash } from "./hash.ts";
import { programPipeline } from "./interpret.ts";
import { expiredIn, lengthOf, timeOfLast } from "./journal.ts";
import { emptyDisk, live, stateId, type Disk, type Life, type LifeOptions, type Pipeline } from "./life.ts";
import { firstDifference, lifeFault, outcomesOf, outcomeText } from "./observe.ts";
import type { Program } from "./program.ts";
import type { Verdict } from "./verdict.ts";
import { exactLatency } from "./world.ts";

const positions = 4;

/**
 * Rewinds: a run that has ended is rewound to a random position, at the time of that position, and resumed with the same
 * code. It must end like the uninterrupted run, with the same outcomes in the same order, and run nothing again that had
 * completed before the cut. Work that was cut off ends when it would have ended, as in the exact oracle; where a leaf was cut
 * off in a later attempt its earlier ones are made again, so time is not what it was, and only the second half must hold.
 */
export async function checkRewound(program: Program, engine: Partial<RepriseOptions> = {}): Promise<Verdict> {
  const pipeline = programPipeline(program, { latency: exactLatency(program.seed), resumesWork: true, ticks: true });
  const reference = await attempt(() => live({ pipeline, engine, disk: emptyDisk, graceMs: 0 }));
  if (typeof reference === "string") return { crashPoints: 0, failure: `uninterrupted: ${reference}` };
  const random = seededRandom(hash(program.seed, "rewind"));
  const last = lengthOf(reference.disk.snapshot);
  let disk = reference.disk;
  for (let round = 0; round < positions; round += 1) {
    const position = 2 + Math.floor(random() * (last - 3));
    // Half of them from a run that was rewound before: a position of the first timeline revives it.
    const rewound = await rewind(random() < 0.5 ? disk : reference.disk, position, program);
    // The end of the run, or what belongs to it: nothing is left to do.
    if (rewound.position >= last) continue;
    const past = reference.disk.events.filter((event) => event.seq <= rewound.position);
    const cutOff = cutOffIn(past);
    const options: LifeOptions = { pipeline: withPast(pipeline, withoutAttempt(past, cutOff), lengthOf(rewound.disk.snapshot)), engine, disk: rewound.disk, graceMs: 0 };
    // Half of them die on the way, and are resumed.
    const first = random() < 0.5 ? await attempt(() => live({ ...options, crashAfter: 1 + Math.floor(random() * 8) })) : undefined;
    const ended = typeof first === "string" || first?.outcome !== undefined;
    const life = ended ? first : await attempt(() => liveOn({ ...options, disk: first?.disk ?? options.disk }));
    // Code that had run out of time does not ask for its leaves again: the world would take those of its next attempt for them.
    const unclear = cutOff.some((event) => event.attempt > 1) || (cutOff.length > 0 && expiredIn(rewound.disk.snapshot).size > 0);
    const failure = typeof life === "string" ? life : (lifeFault(life) ?? (unclear ? undefined : differentEnd(reference, life, cutOff)));
    if (failure !== undefined) return { crashPoints: round + 1, failure: `rewound to record ${rewound.position} of ${last}: ${failure}` };
    if (typeof life !== "string") disk = life.disk;
  }
  return { crashPoints: positions, failure: undefined };
}

async function rewind(disk: Disk, asked: number, { tools }: Program): Promise<{ readonly position: number; readonly disk: Disk }> {
  const { snapshot } = disk;
  if (snapshot === undefined) throw new Error("there is nothing to rewind");
  const system = virtualSystem({ now: timeOfLast(truncateRun(snapshot, stateId, asked)) });
  const memory = memoryBackend({ system, from: snapshot });
  const reprise = createReprise({ backend: memory, system });
  return system.runUntil(
    (async () => {
      const { nonRepeatable } = await reprise.plan(stateId, { position: asked });
      if (nonRepeatable.length > 0 && tools.every((spec) => !spec.once)) throw new Error("there was nothing to refuse");
      const { position } = await reprise.rewind(stateId, { position: asked }, { allowRepeat: nonRepeatable });
      const events = (await reprise.history(stateId)).events();
      const rewound = memory.snapshot();
      return { position, disk: { snapshot: rewound, boundaries: [lengthOf(rewound)], events } };
    })(),
  );
}

/** The last started event of each leaf that was open. */
function cutOffIn(past: readonly ExecutionEvent[]): ExecutionEvent[] {
  const open = new Map<number, ExecutionEvent>();
  for (const event of past) {
    if (event.type !== "tool_call") continue;
    if (event.status === "started") open.set(event.call, event);
    else open.delete(event.call);
  }
  return [...open.values()];
}

/** For the world, a leaf that was cut off goes on in the attempt that follows: here it is the first again. */
function withoutAttempt(past: readonly ExecutionEvent[], cutOff: readonly ExecutionEvent[]): ExecutionEvent[] {
  return past.map((event) => (cutOff.includes(event) ? { ...event, attempt: 0 } : event));
}

/** The world knows what had happened before the position, and what has happened since the cut. */
function withPast(pipeline: Pipeline, before: readonly ExecutionEvent[], cut: number): Pipeline {
  return (system, past, expired) => pipeline(system, [...before, ...past.filter((event) => event.seq > cut)], expired);
}

function differentEnd(reference: Life, life: Life, cutOff: readonly ExecutionEvent[]): string | undefined {
  const [expected, actual] = [outcomeText(reference.outcome), outcomeText(life.outcome)];
  if (expected !== actual) return `ended differently:\n  expected ${expected}\n  got      ${actual}`;
  // Where an agent had run out of time before the cut, its code does not ask again for what never started: there is nothing to cancel.
  const calls = new Set(cutOff.map((event) => event.call));
  const told = (events: readonly ExecutionEvent[]): string[] => outcomesOf(events.filter((event) => event.status !== "cancelled" || !calls.has(event.call)));
  return firstDifference(told(reference.disk.events), told(life.disk.events));
}
