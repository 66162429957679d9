import type { Contestant, Session } from "../contestant.ts";
import type { Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";
import { middleOf } from "./middle-of.ts";
import { timed } from "./timed.ts";

const rounds = 3;

type Run = (session: Session, id: string, calls: number) => Promise<number>;

/** One run of so many calls at once, three times, and the middle one counts. */
export const fanOut = atOnce("fan-out", ({ survives, kind }) => survives !== "process" || kind !== "peer", (session, id, calls) => session.fanOut?.(id, calls));

/** The same with a run that maps an actor over so many items, all at once: `context.map`, which makes each branch a scope of its own. */
export const map = atOnce("map", ({ kind }) => kind === "reprise", (session, id, calls) => session.map?.(id, calls));

function atOnce(name: string, includes: (contestant: Contestant) => boolean, begin: (...given: Parameters<Run>) => Promise<number> | undefined): Scenario {
  const run: Run = (session, id, calls) => {
    const begun = begin(session, id, calls);
    if (begun === undefined) throw new Error(`it has no ${name}`);
    return begun;
  };
  return {
    name,
    sizes: [1_000],
    includes,
    async measure(measurement) {
      const { size: calls } = measurement;
      const open = await measurement.contestant.load();
      await warmUp(open, measurement, { run });
      const { session, work } = await openSession(open, measurement, "measured");
      const { us, cpuUs } = await middleOf(rounds, async (round) => {
        work.calls = 0;
        const { result, ...time } = await timed(() => run(session, `run-${round}`, calls));
        checkWork(work, { calls, sum: result });
        return time;
      });
      await session.close();
      return { perSecond: (calls * 1e6) / us, cpuUs: cpuUs / calls };
    },
  };
}
