/**
 * What a flow costs beside plain calls: 10,000 deliveries through three stages, and the same calls made by an agent by hand, with as
 * many at once. Each in turn, the best of some rounds; prints the ratio.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source packages/flow/test/benchmark/deliveries.ts
 */
import { agent, createReprise, tool, type AgentContext } from "@reprise/core";
import { defineFlow, output, routine, slot } from "../../src/index.ts";

const deliveries = 10_000;
const workers = 50;
const rounds = 7;

const stage = <const Name extends string>(name: Name) => routine({ name, slots: { value: slot<number>() }, outputs: { value: output<number>() }, run: ({ value }) => value + 1 });
const source = routine({
  name: "source",
  outputs: { value: output<number>() },
  run: (_given, { emit }) => {
    for (let index = 0; index < deliveries; index += 1) emit("value", index);
  },
});
const flow = defineFlow({ id: "stages", concurrency: workers })
  .add(source)
  .add(stage("one"))
  .add(stage("two"))
  .add(stage("three"))
  .connect("source.value", "one.value")
  .connect("one.value", "two.value")
  .connect("two.value", "three.value")
  .build();

const addOne = ["one", "two", "three"].map((name) => tool({ name, run: (value: number) => value + 1 }));
const plain = agent({
  name: "plain",
  run: async (_: void, context) => {
    const values: number[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < deliveries) values.push(await through(context, next++));
    };
    await Promise.all(Array.from({ length: workers }, worker));
    return values.length;
  },
});
async function through(context: AgentContext, index: number): Promise<number> {
  let value = index;
  for (const actor of addOne) value = await context.run(actor, value, { key: `${index}` });
  return value;
}

async function timed(work: () => Promise<{ readonly status: string }>): Promise<number> {
  // The time of the processor, so that what else the machine does counts for neither.
  const start = process.cpuUsage();
  const { status } = await work();
  if (status !== "completed") throw new Error(status);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

const best = { flow: Infinity, plain: Infinity };
for (let round = 0; round < rounds; round += 1) {
  best.plain = Math.min(best.plain, await timed(() => createReprise().execute(plain)));
  best.flow = Math.min(best.flow, await timed(() => createReprise().execute(flow.agent)));
}
console.log(`${deliveries} deliveries through 3 stages: flow ${best.flow.toFixed(0)} ms, plain calls ${best.plain.toFixed(0)} ms, ratio ${(best.flow / best.plain).toFixed(2)}`);
