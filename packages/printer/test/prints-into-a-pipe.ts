// Prints a run to stdout, slowly enough for the reader to go away meanwhile; says on stderr that it came to its end.
import { setTimeout as wait } from "node:timers/promises";
import { eventPrinter } from "../src/event-printer.ts";
import { handFeed } from "./run-builder.ts";
import { longGroupRun } from "./sample-runs.ts";

const feed = handFeed();
const end = eventPrinter({ mode: "tree", stream: process.stdout }).attach(feed);
for (const item of longGroupRun().items) {
  feed.play([item]);
  await wait(1);
}
end();
process.stderr.write("the run has ended\n");
