import { describe, expect, test } from "vitest";
import { createReprise, tool } from "@reprise/core";
import { InterruptReason, type RetryPolicy } from "@reprise/core/spi";
import { eventPrinter, printerOn } from "../src/event-printer.ts";
import type { EventPrinterOptions } from "../src/printer-options.ts";
import { statistics } from "../src/view/statistics.ts";
import { viewOf } from "../src/view/view-of.ts";
import { manualSystem } from "./manual-system.ts";
import { handFeed, runBuilder, type RunBuilder } from "./run-builder.ts";

// What printers of this family were asked to show before, each by its number there; numbers of calls as they are counted here.

function printed({ items }: RunBuilder, options: EventPrinterOptions = {}): string {
  let text = "";
  const feed = handFeed();
  const stream = { write: (chunk: string) => (text += chunk) };
  const end = printerOn(manualSystem(stream), { mode: "tree", stream, ...options }).attach(feed);
  feed.play(items);
  end();
  return text;
}

/** Fails `failures` times, then succeeds. */
function flaky(run: RunBuilder, name: string, failures: number): void {
  const call = run.start("tool_call", name, undefined, { maxAttempts: 5 });
  for (let attempt = 1; attempt <= failures; attempt += 1) {
    run.wait(10);
    run.fail(call, { message: "API temporarily unavailable" });
    run.retry(call, 100);
    run.wait(100);
    run.again(call, attempt + 1, { maxAttempts: 5 });
  }
  run.complete(call);
}

const counted = (run: RunBuilder): ReturnType<typeof statistics>["calls"] => statistics(viewOf(run.items)).calls;

describe("interruptions", () => {
  test("38, 39, 51: an interruption says INTERRUPTED, who, why and what is left", () => {
    const run = runBuilder();
    run.interrupted({ reason: "user_cancelled", message: "enough for today", triggeredBy: "ada" });
    const text = printed(run);
    for (const said of ["INTERRUPTED", "USER CANCELLED", "enough for today", "ada", "saved at record"]) expect(text).toContain(said);
  });

  test.each(Object.values(InterruptReason))("40, defect-T44: the reason %s is shown in words, with a sign of its own and not as unknown", (reason) => {
    const run = runBuilder();
    run.interrupted({ reason });
    expect(printed(run)).toContain(`⊟ INTERRUPTED  ${reason.toUpperCase().replaceAll("_", " ")}`);
    expect(printed(run)).not.toMatch(/UNKNOWN|\?/);
  });
});

describe("retries", () => {
  test("103, 105, 106: a retry shows its sign, the call, the error before it and the delay, and is counted once", () => {
    const run = runBuilder();
    flaky(run, "demo_api", 1);
    const text = printed(run);
    expect(text).toMatch(/✗ tool +demo_api \[FAILED\] 1\/5 10ms\n +API temporarily unavailable\n↻ tool +demo_api \[RETRYING\] 1\/5 in 100ms/);
    expect(text).toContain("Retries   1 retry event   1 call retried   1 retry attempt");
    expect(counted(run)).toMatchObject({ retryEvents: 1, retriedCalls: 1, retryAttempts: 1, total: 1, completed: 1 });
  });

  test("104: the attempt after a retry is shown as the second", () => {
    const run = runBuilder();
    flaky(run, "demo_api", 1);
    expect(printed(run)).toContain("demo_api [STARTED] 2/5");
  });

  test("107: two calls that retry two times and once are three retries of two calls", () => {
    const run = runBuilder();
    flaky(run, "one", 2);
    flaky(run, "two", 1);
    expect(counted(run)).toMatchObject({ retryEvents: 3, retriedCalls: 2, retryAttempts: 3 });
  });

  test("108: a live run of a call that fails once says that it started and failed, and ends well with two attempts", async () => {
    let attempts = 0;
    const flakyTool = tool({
      name: "flaky",
      run: () => {
        attempts += 1;
        if (attempts === 1) throw new Error("API temporarily unavailable");
        return "sunny";
      },
    });
    const threeAttempts: RetryPolicy = { config: {}, maxAttempts: 3, decide: ({ failures }) => (failures < 3 ? { retry: true, delayMs: 1 } : { retry: false, reason: "exhausted" }) };
    let text = "";
    const reprise = createReprise({
      retry: { from: () => threeAttempts, defaultFor: () => threeAttempts },
      subscribers: [eventPrinter({ mode: "tree", glyphs: "unicode", color: false, stream: { write: (chunk: string) => (text += chunk) } })],
    });
    const outcome = await reprise.execute(flakyTool, undefined);
    await reprise.close();
    expect([outcome.status, attempts]).toEqual(["completed", 2]);
    expect(text).toMatch(/flaky \[STARTED\][^]*flaky \[FAILED\][^]*API temporarily unavailable[^]*flaky \[RETRYING\] 1\/3[^]*flaky \[STARTED\] 2\/3[^]*flaky \[COMPLETED\] 2\/3/u);
    expect(text).toContain("1 retry event   1 call retried");
  });

  test("109: three of ten calls that retry are a rate of 30 %", () => {
    const run = runBuilder();
    for (let index = 0; index < 10; index += 1) flaky(run, `call-${index}`, index < 3 ? 1 : 0);
    expect(printed(run)).toContain("retry rate 30%");
  });

  test("defect-T44: a retry that succeeds costs nothing of the success rate, and time inside an agent is not counted twice", () => {
    const run = runBuilder();
    const agent = run.start("agent_call", "pipeline");
    const call = run.start("tool_call", "fetch", agent);
    run.wait(100);
    run.fail(call, { message: "down" });
    run.retry(call, 50);
    run.wait(50);
    run.again(call, 2);
    run.wait(100);
    run.complete(call);
    run.complete(agent);
    expect(statistics(viewOf(run.items))).toMatchObject({ successRate: 1, workMs: 200, elapsedMs: 250 });
  });

  test("110: append names the whole address; an event in tree mode takes no more than four lines", () => {
    const run = runBuilder();
    flaky(run, "demo_api", 1);
    expect(printed(run, { mode: "append" })).toContain("demo_api::tool_call");
    expect(printed({ ...run, items: run.items.slice(0, 2) }, { summary: false }).trim().split("\n").length).toBeLessThanOrEqual(4);
  });
});

describe("groups", () => {
  /** A group of `size` items of which those with an index in `failing` fail. */
  function group(size: number, failing: readonly number[]): RunBuilder {
    const run = runBuilder();
    const parent = run.start("group", "pages", undefined, { group: { size, maxWorkers: size } });
    const branches = Array.from({ length: size }, (_, index) => run.start("branch", `{${index}}`, parent));
    for (const [index, branch] of branches.entries()) {
      run.wait(10);
      if (failing.includes(index)) run.fail(branch, { message: `page ${index} is gone` }, { final: true });
      else run.complete(branch);
      const failed = failing.filter((each) => each <= index).length;
      run.group(parent, { size, completed: index + 1 - failed, failed, running: size - index - 1 });
    }
    run.complete(parent);
    return run;
  }

  test("114: without being told anything it is the live mode on a terminal, and a run that has no group shows none", () => {
    const end = (options: EventPrinterOptions, stream: { readonly isTTY: boolean; write(chunk: string): boolean }): void => {
      const feed = handFeed();
      const detach = printerOn(manualSystem(stream), options).attach(feed);
      const run = runBuilder();
      run.complete(run.start("tool_call", "fetch"));
      feed.play(run.items);
      detach();
    };
    const written = (options: EventPrinterOptions, isTTY: boolean): string => {
      let text = "";
      end(options, { isTTY, write: (chunk: string) => (text += chunk) !== "" });
      return text;
    };
    expect(written({}, true)).toBe(written({ mode: "live" }, true));
    expect(written({}, true)).not.toBe(written({ mode: "append" }, true));
    expect(written({}, false)).toBe(written({ mode: "append" }, false));
    for (const text of [written({}, true), written({}, false)]) {
      expect(text).toContain("fetch");
      expect(text).not.toContain("group");
    }
    expect(viewOf([]).calls.size).toBe(0);
  });

  test("115, 117: one group with its size and its workers, beside other calls", () => {
    const run = group(3, []);
    run.complete(run.start("tool_call", "other"));
    const text = printed(run);
    expect(text).toContain("▸ group pages [STARTED] 3 items, 3 at once");
    expect(text.match(/group pages \[STARTED\]/g)).toHaveLength(1);
    expect(text).toContain("tool  other [COMPLETED]");
  });

  test("116, 118, 120, defect-T43: what has completed and failed is counted, failures have lines, and the end is said once", () => {
    const three = printed(group(3, [1]));
    expect(three).toContain("group pages [COMPLETED] 2/3");
    expect(counted(group(3, [1]))).toMatchObject({ completed: 2, failed: 1 });
    const eight = printed(group(8, [0, 3, 6]));
    expect(eight.match(/page \d is gone/g)).toHaveLength(3);
    expect(eight.match(/pages \[COMPLETED\] 5\/8/g)).toHaveLength(1);
    expect(eight.match(/Result/g)).toHaveLength(1);
    expect(eight).toContain("8 total   8 ran   5 completed   3 failed");
  });

  test("119, 121: a group of ten comes to ten of ten in every mode", () => {
    for (const mode of ["tree", "append", "json"] as const) expect(printed(group(10, []), { mode })).toMatch(/10\/10|calls=10 .*completed=10|"completed":10/);
  });

  test("122: a width that nobody knows is 80", () => {
    const run = runBuilder();
    run.start("tool_call", "a".repeat(200));
    expect(Math.max(...printed(run, { summary: false }).split("\n").map(({ length }) => length))).toBe(80);
  });
});
