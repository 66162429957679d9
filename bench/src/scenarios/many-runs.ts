import { many } from "../baselines/loops.ts";
import type { Session } from "../contestant.ts";
import type { Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";
import { timed } from "./timed.ts";

const runs = 100;

/** A hundred runs at once, each of so many calls one after the other. */
export const manyRuns: Scenario = {
  name: "many-runs",
  sizes: [100],
  includes: ({ survives, kind }) => survives !== "process" || kind !== "peer",
  async measure(measurement) {
    const { size: calls } = measurement;
    const open = await measurement.contestant.load();
    await warmUp(open, measurement);
    const { session, work } = await openSession(open, measurement, "measured");
    const { result, us, cpuUs } = await timed(() => allAtOnce(session, calls));
    checkWork(work, { calls, sum: result, runs });
    await session.close();
    return { perSecond: (runs * calls * 1e6) / us, cpuUs: cpuUs / (runs * calls) };
  },
};

function allAtOnce(session: Session, calls: number): Promise<number> {
  return session.manyRuns?.(runs, calls) ?? many(runs, (number) => session.sequence(`many-${number}`, calls));
}
