// Runs an agent on a real terminal: a list longer than the screen, and what a second argument asks for besides.
import { setTimeout as sleep } from "node:timers/promises";
import { agent, createReprise, interruptOnSignals, tool } from "@reprise/core";
import { eventPrinter } from "../src/event-printer.ts";

const [count = "10", way = "complete"] = process.argv.slice(2);

const fetch = tool({
  name: "fetch",
  run: async ({ id, wait }: { id: number; wait: number }, { signal }) => {
    if (way === "talk" && id % 10 === 0) console.log(`handler of ${id} says hello`);
    if (way === "throw" && id === 30) setTimeout(() => { throw new Error("nobody catches this"); }, 50);
    if (way === "exit" && id === 30) process.exit(3);
    await sleep(wait, undefined, { signal });
    if (id % 17 === 3) throw new Error(`page ${id} \u001b]0;owned\u0007is \u001b[31mgone\u001b[2J`);
    return id;
  },
});

const crawl = agent({
  name: "crawl",
  run: async (size: number, context) => {
    const ids = Array.from({ length: size }, (_, id) => id);
    const hangs = way !== "complete" && way !== "talk";
    await context.map("pages", ids, (id, branch) => branch.try(fetch, { id, wait: hangs && id >= 40 ? 600_000 : 5 }), { maxWorkers: 8 });
    return size;
  },
});

if (way === "handled") {
  process.on("SIGINT", () => {
    process.stdout.write("the program ends by itself\n");
    setTimeout(() => process.exit(7), 300);
  });
}

const reprise = createReprise({ subscribers: [eventPrinter()] });
if (way === "interrupted") interruptOnSignals(reprise);
await reprise.execute(crawl, Number(count));
