import type { Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";
import { middleOf } from "./middle-of.ts";
import { storedBytes } from "./stored-bytes.ts";
import { timed } from "./timed.ts";

const callsMeasured = 3_000;

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
    const runs = Math.ceil(callsMeasured / measurement.size);
    const { us, cpuUs } = await middleOf(runs, async (run) => {
      work.calls = 0;
      const { result, ...time } = await timed(() => session.sequence(`run-${run}`, measurement.size));
      checkWork(work, { calls: measurement.size, sum: result });
      return time;
    });
    const bytes = (await session.storedBytes?.()) ?? 0;
    await session.close();
    return {
      us: us / measurement.size,
      cpuUs: cpuUs / measurement.size,
      bytes: (session.storedBytes === undefined ? storedBytes(directory) : bytes - bytesBefore) / (runs * measurement.size),
    };
  },
};
