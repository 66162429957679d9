/**
 * The code between the steps: on resume, loops, branches, races and `catch` go the way they went.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/code-between-steps.ts
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool } from "@reprise/core";
import type { RunFeed } from "@reprise/core/spi";
import { crashableBackend } from "@reprise/testing";
import { z } from "zod";

const reprise = createReprise({ backend: memoryBackend() });

let handlerRuns = 0;
const model = llm({
  name: "model",
  run: (prompt: string) => {
    handlerRuns += 1;
    return `${prompt} (answer ${handlerRuns})`;
  },
});

// Three calls of one actor with one input are three calls, live and after every resume.
const loop = agent({
  name: "loop",
  run: async (topic: string, context) => {
    const answers: string[] = [];
    for (let round = 1; round <= 3; round += 1) answers.push(await context.run(model, topic));
    await context.waitFor("go on", { schema: z.boolean() });
    return answers;
  },
});

await reprise.execute(loop, "sagas", { stateId: "loop" });
for (let time = 1; time <= 3; time += 1) await reprise.resume(loop, "loop");
await reprise.answer("loop", "go on", true);
const looped = await reprise.resume(loop, "loop");
console.log("Loop:", looped.status === "completed" && looped.value.join(", "));
console.log(`  ${handlerRuns} handlers ran in five lives of the run`);

// The same actor in ten branches side by side: every result stands at the position of its item, however many run at once and
// wherever the process dies.
const square = tool({ name: "square", run: (value: number) => value * value });
const wide = (maxWorkers: number) =>
  agent({ name: "wide", run: (numbers: readonly number[], context) => context.map("squares", numbers, square, { maxWorkers }) });
const disk = crashableBackend(memoryBackend());
const results = new Set<string>();
let crashes = 0;
for (const maxWorkers of [1, 3, 10]) {
  for (let event = 1; await diesAt(event, maxWorkers); event += 1) {
    const outcome = await createReprise({ backend: disk }).resume(wide(maxWorkers), `${maxWorkers} workers, event ${event}`);
    results.add(outcome.status === "completed" ? outcome.value.join(" ") : outcome.status);
    crashes += 1;
  }
}
console.log(`Branches: after ${crashes} crashes always ${[...results].join(" or ")}`);

/** Runs until an event has happened, and dies with it. False if the run ended before. */
function diesAt(event: number, maxWorkers: number): Promise<boolean> {
  const stateId = `${maxWorkers} workers, event ${event}`;
  return new Promise((resolve, reject) => {
    let events = 0;
    const watch = {
      attach: (run: RunFeed) =>
        run.on("event", () => {
          events += 1;
          if (events !== event) return;
          disk.crash(stateId);
          resolve(true);
        }),
    };
    const doomed = createReprise({ backend: disk, subscribers: [watch] });
    doomed.execute(wide(maxWorkers), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { stateId }).then(() => resolve(false), reject);
  });
}

// Who wins a race is recorded. On resume the winner is the same, though the loser would now be faster.
let slowness = 5;
const ask = tool({ name: "ask", run: () => new Promise<string>((resolve) => setTimeout(resolve, slowness, "the service answered")) });
const race = agent({
  name: "race",
  run: async (_: void, context) => {
    const patience = context.sleep(1_000).then(() => "patience ended");
    const first = await Promise.race([context.run(ask), patience]);
    await context.waitFor("go on", { schema: z.boolean() });
    return first;
  },
});
slowness = 2_000;
await reprise.execute(race, undefined, { stateId: "race" });
slowness = 0;
await reprise.answer("race", "go on", true);
const raced = await reprise.resume(race, "race");
console.log("Race:", raced.status === "completed" && raced.value);

// A failure that was caught stays a failure: the fallback is not reconsidered because the service is back.
let serviceIsUp = false;
const service = tool({
  name: "service",
  run: () => {
    if (!serviceIsUp) throw new Error("503");
    return "the service's text";
  },
});
const fallback = tool({ name: "fallback", run: () => "the fallback's text" });
const careful = agent({
  name: "careful",
  run: async (_: void, context) => {
    const text = await context.run(service).catch(() => context.run(fallback));
    const approved = await context.waitFor("approval", { schema: z.boolean(), prompt: text });
    return `${text}, ${approved ? "approved" : "rejected"}`;
  },
});
const first = await reprise.execute(careful, undefined, { stateId: "careful" });
console.log("Catch:", first.status, first.status === "awaiting" && first.pending[0]?.prompt);
serviceIsUp = true;
await reprise.answer("careful", "approval", true);
const second = await reprise.resume(careful, "careful");
console.log("Catch:", second.status === "completed" && second.value);

await reprise.close();

/* Prints:
Loop: sagas (answer 1), sagas (answer 2), sagas (answer 3)
  3 handlers ran in five lives of the run
Branches: after 132 crashes always 0 1 4 9 16 25 36 49 64 81
Race: patience ended
Catch: awaiting the fallback's text
Catch: the fallback's text, approved
*/
