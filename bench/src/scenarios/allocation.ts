import type { Scenario } from "../scenario.ts";
import { system } from "../system.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";

/**
 * Bytes allocated per call. The young generation is so large that nothing is collected meanwhile: what is in use afterwards is what was in
 * use before, and everything that was allocated.
 */
export const allocation: Scenario = {
  name: "allocation",
  sizes: [500],
  nodeOptions: ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"],
  includes: ({ survives }) => survives !== "process",
  async measure(measurement) {
    const open = await measurement.contestant.load();
    await warmUp(open, measurement, { calls: 2_000 });
    const { session, work } = await openSession(open, measurement, "measured");
    system.collectGarbage();
    const collections = system.watchCollections();
    const before = system.memoryInUse();
    const sum = await session.sequence("run", measurement.size);
    const bytes = system.memoryInUse() - before;
    if ((await collections()) > 0) throw new Error("garbage was collected meanwhile");
    checkWork(work, { calls: measurement.size, sum });
    await session.close();
    return { bytes: bytes / measurement.size };
  },
};
