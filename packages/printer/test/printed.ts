import { expect } from "vitest";
import { handFeed, runBuilder, startOfRun, type RunBuilder } from "./run-builder.ts";
import { printerOn } from "../src/event-printer.ts";
import type { EventPrinterOptions } from "../src/printer-options.ts";
import type { PrinterSystem } from "../src/system.ts";
import type { RunItem } from "../src/view/view-of.ts";

/** A system that stands five seconds behind the start of the sample runs. */
export const laterSystem: PrinterSystem = {
  stderr: { write: () => expect.fail("the test's own stream was to be used") },
  environment: { LANG: "C.UTF-8" },
  now: () => startOfRun + 5000,
  utcOffsetMs: () => 0,
  after: () => () => undefined,
  watchHost: () => () => undefined,
};

/** What an event printer writes of a run that was loaded at record 31. */
export function printed(items: readonly RunItem[], options: EventPrinterOptions = {}, feed = handFeed("run-1", { kind: "loaded", lastSeq: 31 })): string {
  let text = "\n";
  const end = printerOn(laterSystem, { stream: { write: (chunk) => (text += chunk) }, ...options }).attach(feed);
  feed.play(items);
  end();
  return text;
}

/** Fails once, succeeds with the second attempt. */
export function flakyRun(): RunBuilder {
  const run = runBuilder();
  const pipeline = run.start("agent_call", "pipeline");
  const call = run.start("tool_call", "demo_api", pipeline, { maxAttempts: 3, input: { city: "Graz", apiKey: "k-1" } });
  run.wait(120);
  run.fail(call, { message: "API temporarily unavailable" });
  run.retry(call, 500);
  run.wait(500);
  run.again(call, 2, { maxAttempts: 3 });
  run.wait(80);
  run.complete(call, { value: "14 °C" });
  run.complete(pipeline);
  return run;
}
