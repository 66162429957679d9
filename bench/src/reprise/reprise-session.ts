import { agent, createReprise, tool, type ExecutionOutcome, type RepriseOptions } from "@reprise/core";
import { many } from "../baselines/loops.ts";
import type { Session } from "../contestant.ts";
import type { Work } from "../work.ts";

/** The same calls, made by an agent of a Reprise with these options. */
export function repriseSession(options: RepriseOptions, work: Work): Session {
  const { sequence, fanOut, map } = actorsFor(work);
  const reprise = createReprise(options);
  return {
    sequence: async (id, calls) => valueOf(await reprise.execute(sequence, calls, { stateId: id })),
    fanOut: async (id, calls) => valueOf(await reprise.execute(fanOut, calls, { stateId: id })),
    map: async (id, calls) => valueOf(await reprise.execute(map, calls, { stateId: id })),
    manyRuns: (runs, calls) => many(runs, async (number) => valueOf(await reprise.execute(sequence, calls, { stateId: `many-${number}` }))),
    resume: async (id) => valueOf(await reprise.resume(sequence, id)),
    async load(id) {
      const history = await reprise.history(id);
      return () => history.events().length;
    },
    close: () => reprise.close(),
  };
}

function actorsFor(work: Work) {
  const step = tool({ name: "step", run: (index: number) => work.perform(index) });
  const sequence = agent({
    name: "sequence",
    run: async (calls: number, context) => {
      let sum = 0;
      for (let index = 0; index < calls; index += 1) sum += (await context.run(step, index)).i;
      return sum;
    },
  });
  const fanOut = agent({
    name: "fan-out",
    run: async (calls: number, context) => {
      const results = await Promise.all(Array.from({ length: calls }, (_, index) => context.run(step, index, { key: String(index) })));
      return results.reduce((sum, { i }) => sum + i, 0);
    },
  });
  const map = agent({
    name: "map",
    run: async (calls: number, context) => {
      const results = await context.map("all", Array.from({ length: calls }, (_, index) => index), step, { maxWorkers: calls });
      return results.reduce((sum, { i }) => sum + i, 0);
    },
  });
  return { sequence, fanOut, map };
}

function valueOf(outcome: ExecutionOutcome<number>): number {
  if (outcome.status === "completed") return outcome.value;
  throw new Error(`the run ended as ${outcome.status}`, { cause: outcome.status === "failed" ? outcome.error : undefined });
}
