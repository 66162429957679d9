import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Session } from "../../src/contestant.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Microseconds of processor time that something takes, rubbish of before taken out beforehand. */
export async function processorCost(work: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The least of some tries of each, taken in turns: what else the machine does only ever adds to a try. */
export async function leastCosts<const Name extends string>(tries: number, works: Record<Name, () => Promise<unknown>>): Promise<Record<Name, number>> {
  const least = Object.fromEntries(Object.keys(works).map((name) => [name, Number.POSITIVE_INFINITY])) as Record<Name, number>;
  for (let round = 0; round < tries; round += 1) {
    for (const name of Object.keys(works) as Name[]) least[name] = Math.min(least[name], await processorCost(works[name]));
  }
  return least;
}

/** What a call costs late in a long run, over what it costs in a short one. About 1 where it does not depend on the history. */
export async function growthOf(session: Pick<Session, "sequence">, { short, long, tries }: { readonly short: number; readonly long: number; readonly tries: number }): Promise<number> {
  let run = 0;
  const sequence = (calls: number) => () => session.sequence(`growth-${(run += 1)}`, calls);
  await sequence(short)();
  const least = await leastCosts(tries, { short: sequence(short), long: sequence(long) });
  return least.long / long / (least.short / short);
}

/** A fixed piece of work of the kind that recording a call is: strings, small objects, promises. Some 10 us on a machine of 2026. */
export async function calibrationLoop(rounds: number): Promise<number> {
  const kept = new Map<string, unknown>();
  let length = 0;
  for (let round = 0; round < rounds; round += 1) {
    const text = JSON.stringify({ seq: round, type: "completed", at: 1_795_309_200_000 + round, value: { i: round, text: "x".repeat(160), ts: round } });
    const back = JSON.parse(text) as { readonly seq: number };
    kept.set(`call-${back.seq % 1_000}`, { ...back, bytes: new TextEncoder().encode(text) });
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    length += text.length;
  }
  return length;
}
