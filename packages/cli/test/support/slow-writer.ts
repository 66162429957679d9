import { agent, createReprise, tool } from "@reprise/core";
import { backendAt } from "./actors.ts";

// A process that is at a run: it says so once it waits, with work open that keeps it from suspending.
const [store = "", stateId = "slow", wait = "go"] = process.argv.slice(2);
const reprise = createReprise({ backend: backendAt(store) });
let release = (): void => undefined;
const held = tool({
  name: "held",
  run: (_input: undefined, { signal }) =>
    new Promise<void>((resolve) => {
      // Work that keeps the process alive, as a request would.
      const working = setInterval(() => undefined, 1000);
      release = () => {
        clearInterval(working);
        resolve();
      };
      signal.addEventListener("abort", () => release());
    }),
});
const slow = agent({
  name: "slow",
  run: async (_input: undefined, context) => {
    const holding = context.run(held);
    process.stdout.write("waiting\n");
    const answer = await context.waitFor(wait);
    release();
    await holding;
    return answer;
  },
});
const outcome = await reprise.execute(slow, undefined, { stateId });
if (outcome.status === "interrupted") process.stdout.write(`interrupted ${outcome.signal.reason}\n`);
await reprise.close();
