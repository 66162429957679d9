import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { middleOf } from "./middle-of.ts";
import { openSession, warmUp, type MeasuredSession } from "./measured-session.ts";
import { timed } from "./timed.ts";

const rounds = 9;
const eventsPerCall = 2;

/** What a printer adds to a run in memory, per event: the same runs with it and without it, one after the other. */
export const printer: Scenario = {
  name: "printer",
  sizes: [1_000],
  repetitions: () => 5,
  includes: ({ name }) => name === "Reprise, memory",
  async measure(measurement) {
    const { size: calls } = measurement;
    const open = await measurement.contestant.load();
    const { reprisePrinted } = await import("../reprise/printed.ts");
    await warmUp(open, measurement);
    await warmUp(reprisePrinted, measurement);
    const silent = await openSession(open, measurement, "silent");
    const printed = await openSession(reprisePrinted, measurement, "printed");
    const { us, cpuUs } = await middleOf(rounds, async (round) => {
      const without = await runOnce(silent, `run-${round}`, calls);
      const having = await runOnce(printed, `run-${round}`, calls);
      return { us: having.us - without.us, cpuUs: having.cpuUs - without.cpuUs };
    });
    await silent.session.close();
    await printed.session.close();
    const lines = readFileSync(join(printed.directory, "log"), "utf8").split("\n").length;
    if (lines < rounds * calls * eventsPerCall) throw new Error(`the printer wrote ${lines} lines for ${rounds * calls} calls`);
    const events = calls * eventsPerCall;
    return { us: us / events, cpuUs: cpuUs / events };
  },
};

async function runOnce({ session, work }: MeasuredSession, id: string, calls: number): Promise<{ readonly us: number; readonly cpuUs: number }> {
  work.calls = 0;
  const { result, us, cpuUs } = await timed(() => session.sequence(id, calls));
  checkWork(work, { calls, sum: result });
  return { us, cpuUs };
}
