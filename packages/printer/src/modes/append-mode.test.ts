import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMessages } from "../../test/arbitraries.ts";
import { handFeed, runBuilder } from "../../test/run-builder.ts";
import { failedRun } from "../../test/sample-runs.ts";
import { printerOn } from "../event-printer.ts";
import type { RunItem } from "../view/view-of.ts";
import { flakyRun, laterSystem, printed } from "../../test/printed.ts";

describe("append", () => {
  test("a line for each change: time, word, address, key=value; the run's own line closes it", () => {
    expect(printed(failedRun().items)).toMatchInlineSnapshot(`
      "
      09:30:05.000 run-start  run-1 origin=loaded lastSeq=31
      09:30:00.000 re-entered research-report::agent_call
      09:30:00.000 recovered  research-report::plan::llm_call saved=2.1s
      09:30:00.002 re-entered research-report::gather::group
      09:30:00.002 recovered  research-report::gather{0}::branch saved=1.4s
      09:30:00.002 started    research-report::gather{1}::search[replay%20modes]::tool_call
      09:30:00.002 started    research-report::gather{2}::search[idempotency%20keys%20in%20payment%20APIs%20and%20queues]::tool_call
      09:30:00.902 failed     research-report::gather{1}::search[replay%20modes]::tool_call attempt=1/5 took=900ms code=RATE_LIMITED error="429 Too Many Requests (retry-after: 1s)"
      09:30:00.902 retrying   research-report::gather{1}::search[replay%20modes]::tool_call attempt=1/5 in=1.0s
      09:30:01.902 started    research-report::gather{1}::search[replay%20modes]::tool_call attempt=2/5
      09:30:03.402 completed  research-report::gather{1}::search[replay%20modes]::tool_call attempt=2/5 took=3.4s
      09:30:03.402 started    research-report::gather{3}::search[sagas]::tool_call
      09:30:03.502 failed     research-report::gather{2}::search[idempotency%20keys%20in%20payment%20APIs%20and%20queues]::tool_call attempt=1/5 took=3.5s code=TIMEOUT error="no response after 3.5s from api.search.example"
      09:30:03.502 retrying   research-report::gather{2}::search[idempotency%20keys%20in%20payment%20APIs%20and%20queues]::tool_call attempt=1/5 in=4.0s
      09:30:07.502 started    research-report::gather{2}::search[idempotency%20keys%20in%20payment%20APIs%20and%20queues]::tool_call attempt=2/5
      09:30:08.802 completed  research-report::gather{2}::search[idempotency%20keys%20in%20payment%20APIs%20and%20queues]::tool_call attempt=2/5 took=8.8s
      09:30:09.622 completed  research-report::gather{3}::search[sagas]::tool_call took=6.2s
      09:30:09.622 completed  research-report::gather::group took=9.6s
      09:30:09.622 started    research-report::summarise::llm_call
      09:30:09.622 log        research-report::summarise::llm_call level=warn code=ACTOR_LOG message="the model cut its answer"
      09:30:14.002 completed  research-report::summarise::llm_call took=4.4s
      09:30:14.002 started    research-report::publish::tool_call
      09:30:14.061 failed     research-report::publish::tool_call took=59ms code=CMS_FORBIDDEN error="403 token lacks scope posts:write"
      09:30:14.061 failed     research-report::agent_call took=14.1s code=ACTOR_FAILED error="research-report::publish::tool_call failed"
      09:30:14.061 checkpoint run_01k8q7 status=failed seq=29
      09:30:05.000 run-end    run_01k8q7 status=failed took=14.1s calls=7 ran=5 recovered=2 completed=6 failed=1 retries=2 retried=2 saved=3.5s
      "
    `);
  });

  test("a text is quoted once where it needs to be, and causes are named on request", () => {
    const run = runBuilder();
    run.pause("wait_call", "approval", undefined, { prompt: "Publish it now?" });
    const call = run.start("tool_call", "fetch", undefined, { input: "one" });
    run.fail(call, { message: "fetch failed", cause: { name: "SocketError", code: "ECONNRESET", message: "socket hang up" } });
    const text = printed(run.items, { details: "io", causes: true, summary: false });
    expect(text).toContain('awaiting   approval::wait_call prompt="Publish it now?"\n');
    expect(text).toContain("input=one\n");
    expect(text).toContain('error="fetch failed" because="ECONNRESET socket hang up"\n');
    expect(printed(run.items, { summary: false })).not.toContain("ECONNRESET");
  });

  test("for any messages each one is at most one line that begins with a time", () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const lines = printed(messages, { details: "io", stacks: true }, handFeed()).trim().split("\n");
        for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} [A-Za-z-]+ +\S/);
        for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  test("local time is what the clock on the wall shows, unless utc is asked for", () => {
    const run = flakyRun();
    const east = { ...laterSystem, utcOffsetMs: () => 2 * 3_600_000 };
    const lines: string[] = [];
    for (const utc of [false, true]) {
      const feed = handFeed();
      printerOn(east, { utc, stream: { write: (chunk) => lines.push(chunk) } }).attach(feed);
      feed.play(run.items.slice(0, 1));
    }
    expect(lines.map((line) => line.slice(0, 8))).toEqual(["11:30:05", "11:30:00", "09:30:05", "09:30:00"]);
  });

  test("while several runs are printed each line names its run", () => {
    let text = "";
    const printer = printerOn(laterSystem, { stream: { write: (chunk) => (text += chunk) } });
    const feeds = ["run-1", "run-2"].map((stateId) => handFeed(stateId));
    const ends = feeds.map((feed) => printer.attach(feed));
    feeds[1]?.play(runBuilderItems("run-2"));
    ends[1]?.();
    feeds[0]?.play(runBuilderItems("run-1"));
    expect(text).toContain("fetch::tool_call run=run-2");
    expect(text).not.toContain("run=run-1");
  });

  function runBuilderItems(stateId: string): readonly RunItem[] {
    const run = runBuilder(stateId);
    run.start("tool_call", "fetch");
    return run.items;
  }
});
