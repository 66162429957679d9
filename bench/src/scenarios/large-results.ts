import type { Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";
import { storedBytes } from "./stored-bytes.ts";
import { timed } from "./timed.ts";

const bytesMeasured = 16 * 2 ** 20;

/** One run of calls that return much: 16 MiB altogether, each outcome recorded before the next call. */
export const largeResults: Scenario = {
  name: "large-results",
  sizes: [64 * 2 ** 10, 2 ** 20],
  includes: ({ survives, name }) => survives === "power" || name === "Reprise, memory" || name === "JSON in an array",
  async measure(measurement) {
    const { size: textLength } = measurement;
    const calls = bytesMeasured / textLength;
    const open = await measurement.contestant.load();
    await warmUp(open, measurement, { calls: Math.min(calls, 64), textLength });
    const { session, work, directory } = await openSession(open, measurement, "measured", { textLength });
    const { result, us, cpuUs } = await timed(() => session.sequence("run", calls));
    checkWork(work, { calls, sum: result });
    await session.close();
    return { us: us / calls, cpuUs: cpuUs / calls, bytes: storedBytes(directory) / calls };
  },
};
