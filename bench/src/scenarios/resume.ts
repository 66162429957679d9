import type { Scenario } from "../scenario.ts";
import { system } from "../system.ts";
import { openSession } from "./measured-session.ts";

/**
 * A process was killed inside the call after so many; another one opens what it left and runs until that call is entered again. The time
 * begins when everything is imported and nothing is open. It is not warmed up: a process that resumes never is.
 */
export const resume: Scenario = {
  name: "resume",
  sizes: [100, 1_000, 10_000],
  includes: ({ survives }) => survives === "power",
  async prepare(measurement, prepared) {
    const open = await measurement.contestant.load();
    const { session } = await openSession(open, measurement, "store", { hangAt: measurement.size, onHang: prepared });
    await session.sequence("run", measurement.size + 1);
    throw new Error("the run ended instead of being killed");
  },
  async measure(measurement) {
    const open = await measurement.contestant.load();
    const before = system.now();
    const processorBefore = system.processorTime();
    const { promise: entered, resolve: onHang } = entrance();
    const { session, work } = await openSession(open, measurement, "store", { hangAt: measurement.size, onHang });
    const { resume } = session;
    if (resume === undefined) throw new Error("it cannot resume");
    const ended = resume("run", measurement.size + 1).then((sum): never => {
      throw new Error(`the run ended with ${sum} instead of entering the call`);
    });
    await Promise.race([entered, ended]);
    const ms = system.now() - before;
    if (work.calls !== 1) throw new Error(`${work.calls} handlers were called again instead of 1`);
    return { ms, us: (ms * 1_000) / measurement.size, cpuUs: (system.processorTime() - processorBefore) / measurement.size, sinceStartMs: system.now() };
  },
};

function entrance(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
