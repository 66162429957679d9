import type { Scenario } from "../scenario.ts";
import { system } from "../system.ts";
import { checkWork } from "./check-work.ts";
import { openSession } from "./measured-session.ts";

/** The most memory a process has had that did one run and nothing else, above what it had before it imported anything. */
export const peakMemory: Scenario = {
  name: "peak-memory",
  sizes: [1_000, 10_000],
  // What survives a process only is kept in memory as what survives a power cut is.
  includes: ({ survives }) => survives !== "process",
  async measure(measurement) {
    const bare = system.peakMemory();
    const open = await measurement.contestant.load();
    const { session, work } = await openSession(open, measurement, "measured");
    const imported = system.peakMemory();
    checkWork(work, { calls: measurement.size, sum: await session.sequence("run", measurement.size) });
    const peak = system.peakMemory();
    await session.close();
    return { imported: imported - bare, peak: peak - bare, added: peak - imported };
  },
};
