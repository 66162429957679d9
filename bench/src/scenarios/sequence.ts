import type { Scenario } from "../scenario.ts";
import { median } from "../report/summary.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";
import { storedBytes } from "./stored-bytes.ts";
import { timed } from "./timed.ts";

const callsMeasured = 1_000;

/** One run of so many calls, each outcome recorded before the next call. Short runs are done several times, and the middle one counts. */
export const sequence: Scenario = {
  name: "sequence",
  sizes: [100, 1_000, 10_000],
  repetitions: (size) => (size === 1_000 ? 5 : 3),
  includes: () => true,
  async measure(measurement) {
    const open = await measurement.contestant.load();
    await warmUp(open, measurement);
    const { session, work, directory } = await openSession(open, measurement, "measured");
    const bytesBefore = (await session.storedBytes?.()) ?? 0;
    const runs = Math.max(1, callsMeasured / measurement.size);
    const times: { readonly us: number; readonly cpuUs: number }[] = [];
    for (let run = 0; run < runs; run += 1) {
      work.calls = 0;
      const { result, us, cpuUs } = await timed(() => session.sequence(`run-${run}`, measurement.size));
      checkWork(work, { calls: measurement.size, sum: result });
      times.push({ us: us / measurement.size, cpuUs: cpuUs / measurement.size });
    }
    const bytes = (await session.storedBytes?.()) ?? 0;
    await session.close();
    return {
      us: median(times.map(({ us }) => us)),
      cpuUs: median(times.map(({ cpuUs }) => cpuUs)),
      bytes: (session.storedBytes === undefined ? storedBytes(directory) : bytes - bytesBefore) / (runs * measurement.size),
    };
  },
};
