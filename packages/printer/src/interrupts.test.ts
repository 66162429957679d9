import { InterruptReason, type InterruptSignal } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { printed } from "../test/printed.ts";
import { handFeed, runBuilder, type BuiltCall, type RunBuilder } from "../test/run-builder.ts";
import { checkpointText, interruptLines } from "./layout/interrupt-lines.ts";
import type { EventPrinterOptions } from "./printer-options.ts";
import { renderSummary } from "./render-summary.ts";
import { renderTree } from "./render-tree.ts";
import { glyphSets } from "./text/glyphs.ts";
import { viewOf } from "./view/view-of.ts";
import { statistics } from "./view/statistics.ts";

const printedRun = (run: RunBuilder, options: EventPrinterOptions, origin: Parameters<typeof handFeed>[1] = { kind: "created" }): string => printed(run.items, options, handFeed("run-1", origin));

/** One call is done, two are open. */
function openRun(): { readonly run: RunBuilder; readonly open: BuiltCall[] } {
  const run = runBuilder();
  const pipeline = run.start("agent_call", "pipeline");
  run.complete(run.start("tool_call", "read", pipeline));
  run.wait(100);
  const fetch = run.start("tool_call", "fetch", pipeline);
  run.wait(300);
  return { run, open: [fetch, pipeline] };
}

function interruptedRun(): RunBuilder {
  const { run, open } = openRun();
  run.interruptAll(open);
  return run;
}

const signalOf = (reason: InterruptReason): InterruptSignal => ({ reason, saveCheckpoint: true });

describe("I2: an interrupted run is printed", () => {
  test("tree: what was open, and a block with reason, message, who it was, and what is true of the checkpoint", () => {
    expect(printedRun(interruptedRun(), { mode: "tree" })).toMatchInlineSnapshot(`
      "
      run-1  new run
      ▸ agent pipeline [STARTED]
      │  ▸ tool  read [STARTED]
      │  ✓ tool  read [COMPLETED] 0ms
      │  ▸ tool  fetch [STARTED]
      │  ⊟ tool  fetch [INTERRUPTED] 300ms user_cancelled: enough for today
      ⊟ agent pipeline [INTERRUPTED] 400ms user_cancelled: enough for today
      ▪ checkpoint at record 8, run interrupted
      ⊟ INTERRUPTED  USER CANCELLED
          message     enough for today
          by          operator
          open        2 calls
          checkpoint  saved at record 8: the run goes on when it is resumed

      Result    interrupted in 400ms   work 300ms   parallelism 0.8x
      Stopped   INTERRUPTED USER CANCELLED: enough for today   by operator
                checkpoint saved at record 8: the run goes on when it is resumed
      Calls     2 total   2 ran   1 completed   1 interrupted   success rate 100%
      Retries   none   retry rate 0%
      Slowest   fetch 300ms
      "
    `);
  });

  test("append: one line that can be searched for", () => {
    expect(printedRun(interruptedRun(), { mode: "append", utc: true }).split("\n").filter((line) => /interrupt/iu.test(line)).join("\n")).toMatchInlineSnapshot(`
      "09:30:00.400 interrupted pipeline::fetch::tool_call took=300ms reason="user_cancelled: enough for today"
      09:30:00.400 interrupted pipeline::agent_call took=400ms reason="user_cancelled: enough for today"
      09:30:00.400 checkpoint run-1 status=interrupted seq=8
      09:30:00.400 INTERRUPTED run-1 reason="USER CANCELLED" message="enough for today" by=operator open=2 checkpoint=saved seq=8
      09:30:05.000 run-end    run-1 status=interrupted took=400ms calls=2 ran=2 recovered=0 completed=1 failed=0 interrupted=1 retries=0 retried=0"
    `);
  });

  test("json: the notice as it is, which can be read back", () => {
    const lines = printedRun(interruptedRun(), { mode: "json" }).trim().split("\n");
    const notice = JSON.parse(lines.at(-1) ?? "") as unknown;
    expect(notice).toMatchObject({ topic: "interrupt", signal: { reason: "user_cancelled", message: "enough for today", triggeredBy: "operator" }, checkpoint: "saved", openCalls: 2 });
    expect(renderTree(lines.map((line) => JSON.parse(line)))).toEqual(renderTree(interruptedRun().items));
  });

  test("the tree of a run that stands still, and its summary", () => {
    const { items } = interruptedRun();
    expect(["", ...renderTree(items), "", ...renderSummary(items)].join("\n")).toMatchInlineSnapshot(`
      "
      ⊟ pipeline  run-1          interrupted
      ├─ ✓ read                  tool                      0ms
      └─ ⊟ fetch                 tool  stopped           300ms
      ⊟ INTERRUPTED  USER CANCELLED
          message     enough for today
          by          operator
          open        2 calls
          checkpoint  saved at record 8: the run goes on when it is resumed

      Result    interrupted in 400ms   work 300ms   parallelism 0.8x
      Stopped   INTERRUPTED USER CANCELLED: enough for today   by operator
                checkpoint saved at record 8: the run goes on when it is resumed
      Calls     2 total   2 ran   1 completed   1 interrupted   success rate 100%
      Retries   none   retry rate 0%
      Slowest   fetch 300ms"
    `);
  });

  test.each(Object.values(InterruptReason))("the reason %s stands in upper case with spaces", (reason) => {
    const { run, open } = openRun();
    run.interruptAll(open, { signal: signalOf(reason) });
    const text = printedRun(run, { mode: "tree" });
    expect(text).toContain(`INTERRUPTED  ${reason.toUpperCase().replaceAll("_", " ")}`);
    expect(text).not.toContain("by ");
  });

  test("defect-T32: a checkpoint that is not there is not said to be saved", () => {
    const at = { stateId: "run-1", at: 0, signal: signalOf("timeout"), openCalls: 0 };
    expect(checkpointText({ ...at, checkpoint: "saved", seq: 7 })).toBe("saved at record 7: the run goes on when it is resumed");
    for (const checkpoint of ["not_asked_for", "no_backend", "failed"] as const) expect(checkpointText({ ...at, checkpoint })).toMatch(/^not saved/iu);
    const failed = interruptLines({ ...at, checkpoint: "failed", error: { name: "Error", message: "disk full" } }, { width: 80, glyphs: glyphSets.ascii });
    expect(failed.map((line) => line.map(({ text }) => text).join(""))).toEqual(["# INTERRUPTED  TIMEOUT", "    open        nothing", "    checkpoint  NOT saved: it could not be stored", "    error       disk full"]);
  });
});

describe("I2: what became of it afterwards", () => {
  test("a run that is loaded says that it was interrupted, and what goes on", () => {
    const run = runBuilder();
    const pipeline = run.recorded("agent_call", "pipeline");
    const read = run.recorded("tool_call", "read", pipeline);
    const fetch = run.recorded("tool_call", "fetch", pipeline);
    run.recover(read, 40);
    run.again(fetch, 2);
    run.wait(10);
    run.complete(fetch, { attempt: 2 });
    run.complete(pipeline);
    const origin = { kind: "loaded", lastSeq: 9, interruption: { reason: "user_cancelled", saveCheckpoint: true } } as const;
    expect(printedRun(run, { mode: "tree", summary: false }, origin)).toMatchInlineSnapshot(`
      "
      run-1  loaded at record 9, interrupted before: USER CANCELLED
      ▸ agent pipeline [RE-ENTERED]
      │  ↺ tool  read [RECOVERED] saved 40ms
      │  ▸ tool  fetch [STARTED] 2
      │  ✓ tool  fetch [COMPLETED] 2 10ms
      ✓ agent pipeline [COMPLETED]
      "
    `);
    expect(printedRun(run, { mode: "append", utc: true }, origin)).toContain('interruptedBefore="USER CANCELLED"');
  });

  test("in one history, what was interrupted and ended later is shown as it ended; while it goes on, what is around it runs", () => {
    const { run, open: [fetch, pipeline] } = openRun();
    if (fetch === undefined || pipeline === undefined) return expect.fail("two calls were open");
    run.interruptAll([fetch, pipeline]);
    expect(statistics(viewOf(run.items))).toMatchObject({ status: "interrupted", calls: { interrupted: 1, running: 0 }, agents: { interrupted: 1 } });
    run.again(fetch, 2);
    expect(statistics(viewOf(run.items))).toMatchObject({ status: "running", calls: { interrupted: 0, running: 1 }, agents: { running: 1, interrupted: 0 } });
    run.wait(50);
    run.complete(fetch, { attempt: 2 });
    run.complete(pipeline);
    expect(statistics(viewOf(run.items))).toMatchObject({ status: "completed", calls: { completed: 2, interrupted: 0 }, agents: { completed: 1 } });
    expect(renderTree(run.items).join("\n")).not.toContain("INTERRUPTED");
  });
});
