import type { Contestant } from "../contestant.ts";
import type { Scenario } from "../scenario.ts";
import { system } from "../system.ts";
import { checkWork } from "./check-work.ts";
import { openSession } from "./measured-session.ts";

const takesPart = ["file, write", "node:sqlite NORMAL", "Reprise, fs process", "Reprise, sqlite process"];

/** Reading the whole history of a run that has so many events, in a process that has done nothing before. */
export const load: Scenario = {
  name: "load",
  sizes: [100_000],
  includes: ({ name }) => takesPart.includes(name),
  async prepare({ contestant, size, ...measurement }, prepared) {
    const open = await contestant.load();
    const { session, work } = await openSession(open, { contestant, size, ...measurement }, "store");
    const calls = callsFor(contestant, size);
    checkWork(work, { calls, sum: await session.sequence("run", calls) });
    await session.close();
    prepared();
  },
  async measure(measurement) {
    const open = await measurement.contestant.load();
    const imported = system.peakMemory();
    const before = system.now();
    const { session } = await openSession(open, measurement, "store");
    const list = await session.load?.("run");
    const loaded = system.now();
    const added = system.peakMemory() - imported;
    const events = list?.();
    const listed = system.now();
    if (events !== measurement.size) throw new Error(`it loaded ${events} events instead of ${measurement.size}`);
    const listAdded = system.peakMemory() - imported;
    await session.close();
    return { ms: loaded - before, listMs: listed - loaded, added, listAdded };
  },
};

/** A call has a started and a completed event, and so has the agent that makes them; journals written by hand have one line for each result. */
function callsFor({ kind }: Contestant, events: number): number {
  return kind === "reprise" ? events / 2 - 1 : events;
}
