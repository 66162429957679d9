/**
 * What people used a result cache for, without one: recovery after a failure, a person's decision, one step run again to debug it,
 * and reuse by input.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/migrating-from-a-cache.ts
 *
 * The text to it: docs/migrating-from-a-cache.md
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool } from "@reprise/core";
import { z } from "zod";

const reprise = createReprise({ backend: memoryBackend() });

const ran: string[] = [];
const step = <Input, Output>(name: string, compute: (input: Input) => Output) =>
  tool({
    name,
    run: (input: Input) => {
      ran.push(name);
      return compute(input);
    },
  });
const handlersThatRan = (): string => ran.splice(0).join(", ") || "none";

// 1. Recovery after a failure: steps that completed are not run again.
let apiIsUp = false;
const fetchData = step("fetch_data", (source: string) => `data of ${source}`);
const processData = step("process_data", (data: string) => {
  if (!apiIsUp) throw new Error("the API timed out");
  return `facts from ${data}`;
});
const report = step("report", (facts: string) => `a report on ${facts}`);
const pipeline = agent({
  name: "pipeline",
  run: async (source: string, context) => {
    const facts = await context.run(processData, await context.run(fetchData, source));
    return context.run(report, facts);
  },
});

const failed = await reprise.execute(pipeline, "sales", { stateId: "sales" });
console.log(`1. ${failed.status}; ran: ${handlersThatRan()}`);
apiIsUp = true;
const recovered = await reprise.resume(pipeline, "sales");
console.log(`   ${recovered.status}; ran: ${handlersThatRan()}`);

// 2. A person decides: the process need not stay for it.
const publication = agent({
  name: "publication",
  run: async (source: string, context) => {
    const data = await context.run(fetchData, source);
    const approved = await context.waitFor("approval", { schema: z.boolean(), prompt: `publish ${data}?` });
    return approved ? context.run(report, data) : "kept back";
  },
});
const waiting = await reprise.execute(publication, "costs", { stateId: "costs" });
console.log(`2. ${waiting.status}: ${waiting.status === "awaiting" && String(waiting.pending[0]?.prompt)}; ran: ${handlersThatRan()}`);
await reprise.answer("costs", "approval", true);
const published = await reprise.resume(publication, "costs");
console.log(`   ${published.status === "completed" && published.value}; ran: ${handlersThatRan()}`);

// 3. One step again, to debug it: in a fork, which leaves the run as it is ...
const address = "pipeline::process_data::tool_call";
const fork = await reprise.fork("sales", { at: { address } });
const debugged = await reprise.resume(pipeline, fork.stateId);
console.log(`3. fork: ${debugged.status}; ran: ${handlersThatRan()}`);
// ... or in the run itself, on a new timeline.
const again = await reprise.resume(pipeline, "sales", { resumeFrom: address });
console.log(`   resumeFrom: ${again.status}; ran: ${handlersThatRan()}`);

// 4. Reuse by input, as a cache did: another input at a place is another call, and the old result is still there for its input.
const memo = (stateId: string) => reprise.load(stateId, { onInputChange: "rerun" });
await (await reprise.create({ stateId: "memo" })).close();
for (const source of ["a", "b", "a", "b"]) {
  await using state = await memo("memo");
  const value = await state.run(fetchData, source);
  console.log(`4. ${value}; ran: ${handlersThatRan()}`);
}

await reprise.close();

/* Prints:
1. failed; ran: fetch_data, process_data
   completed; ran: process_data, report
2. awaiting: publish data of costs?; ran: fetch_data
   a report on data of costs; ran: report
3. fork: completed; ran: process_data, report
   resumeFrom: completed; ran: process_data, report
4. data of a; ran: fetch_data
4. data of b; ran: fetch_data
4. data of a; ran: none
4. data of b; ran: none
*/
