import type { Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { openSession } from "./measured-session.ts";
import { timed } from "./timed.ts";

/** A sequence that is the first thing its process does: what a program pays that makes some calls and ends before its code is compiled for good. */
export const firstCalls: Scenario = {
  name: "first-calls",
  sizes: [1_000],
  includes: () => true,
  async measure(measurement) {
    const { size: calls } = measurement;
    const { session, work } = await openSession(await measurement.contestant.load(), measurement, "measured");
    const { result, us, cpuUs } = await timed(() => session.sequence("run", calls));
    checkWork(work, { calls, sum: result });
    await session.close();
    return { us: us / calls, cpuUs: cpuUs / calls };
  },
};
