import type { ExecutionEvent } from "@reprise/core/spi";
import fc from "fast-check";
import stringWidth from "string-width";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { anyMessages } from "../test/arbitraries.ts";
import { handFeed, runBuilder, startOfRun, type HandFeed, type RunBuilder } from "../test/run-builder.ts";
import { failedRun, longGroupRun } from "../test/sample-runs.ts";
import { printerOn } from "./event-printer.ts";
import type { EventPrinterOptions } from "./printer-options.ts";
import { renderTree } from "./render-tree.ts";
import type { PrinterSystem } from "./system.ts";
import type { RunItem } from "./view/view-of.ts";

const system: PrinterSystem = {
  stderr: { write: () => expect.fail("the test's own stream was to be used") },
  environment: { LANG: "C.UTF-8" },
  now: () => startOfRun + 5000,
  utcOffsetMs: () => 0,
  after: () => () => undefined,
  watchHost: () => () => undefined,
};

function printed(items: readonly RunItem[], options: EventPrinterOptions = {}, feed = handFeed("run-1", { kind: "loaded", lastSeq: 31 })): string {
  let text = "\n";
  const end = printerOn(system, { stream: { write: (chunk) => (text += chunk) }, ...options }).attach(feed);
  feed.play(items);
  end();
  return text;
}

/** Fails once, succeeds with the second attempt. */
function flakyRun(): RunBuilder {
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

describe("tree", () => {
  test("a line for each event, indented by depth, with sign, kind, name, status, attempts and times", () => {
    expect(printed(flakyRun().items, { mode: "tree", title: "weather" }, handFeed())).toMatchInlineSnapshot(`
      "
      weather  run-1  new run
      ▸ agent pipeline [STARTED]
      │  ▸ tool  demo_api [STARTED]
      │  ✗ tool  demo_api [FAILED] 1/3 120ms
      │        API temporarily unavailable
      │  ↻ tool  demo_api [RETRYING] 1/3 in 500ms
      │  ▸ tool  demo_api [STARTED] 2/3
      │  ✓ tool  demo_api [COMPLETED] 2/3 700ms
      ✓ agent pipeline [COMPLETED] 700ms

      Result    completed in 700ms   work 200ms   parallelism 0.3x
      Calls     1 total   1 ran   1 completed   success rate 100%
      Retries   1 retry event   1 call retried   1 retry attempt   retry rate 100%
                backoff 500ms   1 then completed
      Errors    Error x1
      "
    `);
  });

  test("44 columns in ascii: names give way first", () => {
    expect(printed(failedRun().items, { mode: "tree", width: 44, glyphs: "ascii", summary: false })).toMatchInlineSnapshot(`
      "
      run-1  loaded at record 31
      > research-report [RE-ENTERED]
      |  = plan [RECOVERED] saved 2.1s
      |  > gather [RE-ENTERED]
      |  |  = gather{0} [RECOVERED] saved 1.4s
      |  |  > gather{1} > search[repla.. [STARTED]
      |  |  > gather{2} > search[idemp.. [STARTED]
      |  |  x gather{1} > sea.. [FAILED] 1/5 900ms
      |  |        RATE_LIMITED 429 Too Many Requ..
      |  |  ~ gather{1} >.. [RETRYING] 1/5 in 1.0s
      |  |  > gather{1} > search[r.. [STARTED] 2/5
      |  |  + gather{1} > s.. [COMPLETED] 2/5 3.4s
      |  |  > gather{3} > search[sagas] [STARTED]
      |  |  x gather{2} > sear.. [FAILED] 1/5 3.5s
      |  |        TIMEOUT no response after 3.5s..
      |  |  ~ gather{2} >.. [RETRYING] 1/5 in 4.0s
      |  |  > gather{2} > search[i.. [STARTED] 2/5
      |  |  + gather{2} > s.. [COMPLETED] 2/5 8.8s
      |  |  + gather{3} > searc.. [COMPLETED] 6.2s
      |  + gather [COMPLETED] 4/4 9.6s
      |  > summarise [STARTED]
      |  |  ! the model cut its answer
      |  + summarise [COMPLETED] 4.4s
      |  > publish [STARTED]
      |  x publish [FAILED] 59ms
      |        CMS_FORBIDDEN 403 token lacks sco..
      x research-report [FAILED] 14.1s
      * checkpoint at record 29, run failed
      "
    `);
  });

  test("R1, R3: a resumed run shows reused calls with the time saved, and agents that go on", () => {
    const text = printed(failedRun().items, { mode: "tree", summary: false });
    expect(text).toContain("▸ agent research-report [RE-ENTERED]\n│  ↺ llm   plan [RECOVERED] saved 2.1s\n│  ▸ group gather [RE-ENTERED]\n");
    expect(text.match(/RE-ENTERED/g)).toHaveLength(2);
  });

  test("io shows inputs and results with secrets redacted, an unreadable one says so", () => {
    const run = flakyRun();
    const broken = run.start("tool_call", "later");
    const unreadable = { ...run.items.at(-1), get input(): unknown { throw new Error("artifact a1b2 is missing"); } };
    run.items.splice(-1, 1);
    const feed = handFeed();
    const text = printed([...run.items, unreadable as never], { mode: "tree", details: "io", summary: false }, feed);
    expect(text).toContain('in  {city: "Graz", apiKey: [redacted]}');
    expect(text).toContain('out "14 °C"');
    expect(text).toContain("[unreadable: artifact a1b2 is missing]");
    expect(text).not.toContain("k-1");
    expect(broken.call).toBeGreaterThan(0);
  });

  test("inputs and results are not even read unless asked for", () => {
    const run = flakyRun();
    const guarded = run.items.map((item) => Object.defineProperty({ ...item }, "input", { get: () => expect.fail("was read") }));
    expect(printed(guarded, { mode: "tree" })).toContain("[COMPLETED]");
    expect(printed(guarded, { mode: "json" })).toContain("completed");
  });

  test("the events of a branch have no lines of their own where a call inside has", () => {
    const run = runBuilder();
    const group = run.start("group", "pages", undefined, { group: { size: 2, maxWorkers: 2 } });
    const [one, two] = ["{0}", "{1}"].map((key) => run.start("branch", key, group));
    if (!one || !two) throw new Error("two branches");
    const fetch = run.start("tool_call", "fetch", one);
    const gone = { code: "HTTP_410", message: "gone" };
    run.fail(fetch, gone, { final: true });
    run.fail(one, { message: "fetch failed", cause: { name: "Error", ...gone } }, { final: true });
    run.fail(two, { name: "TypeError", message: "page.title is undefined" }, { final: true });
    expect(printed(run.items, { mode: "tree", summary: false }, handFeed())).toMatchInlineSnapshot(`
      "
      run-1  new run
      ▸ group pages [STARTED] 2 items, 2 at once
      │  ▸ tool  pages{0} › fetch [STARTED]
      │  ✗ tool  pages{0} › fetch [FAILED] 0ms
      │        HTTP_410 gone
      │  ✗ item  pages{1} [FAILED] 0ms
      │        TypeError page.title is undefined
      "
    `);
  });

  test("a long group says how far it has come at each tenth, a short one never", () => {
    const text = printed(longGroupRun().items, { mode: "tree", minimal: false });
    expect(text.match(/\[PROGRESS\]/g)).toHaveLength(9);
    expect(printed(failedRun().items, { mode: "tree" })).not.toContain("[PROGRESS]");
  });

  test("minimal leaves out starts and progress", () => {
    const text = printed(longGroupRun().items, { mode: "tree", minimal: true });
    expect(text).not.toMatch(/STARTED|PROGRESS/);
    expect(text).toContain("[RETRYING]");
  });

  test("logs stand under their calls, checkpoints say the status of the run", () => {
    const run = runBuilder();
    const call = run.start("tool_call", "fetch");
    run.log("warn", "slow today", { address: call.address, code: "SLOW", data: { token: "t-1" } });
    run.log("info", "nobody's log");
    run.checkpoint("paused");
    const text = printed(run.items, { mode: "tree", details: "io", summary: false }, handFeed());
    expect(text).toContain("│  ! SLOW slow today {token: [redacted]}\ni nobody's log\n▪ checkpoint at record 2, run paused\n");
  });

  test("for any messages no line exceeds the width of the terminal at that moment", () => {
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 20, max: 100 }), fc.constantFrom("io" as const, "errors" as const), (messages, columns, details) => {
        let text = "";
        const feed = handFeed();
        const end = printerOn(system, { mode: "tree", details, stacks: true, stream: { columns, write: (chunk) => (text += chunk) } }).attach(feed);
        feed.play(messages);
        end();
        expect(text).not.toContain("could not be shown");
        for (const line of text.split("\n")) {
          expect(stringWidth(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 300 },
    );
  });
});

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
    const east = { ...system, utcOffsetMs: () => 2 * 3_600_000 };
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
    const printer = printerOn(system, { stream: { write: (chunk) => (text += chunk) } });
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

describe("json", () => {
  test("what was printed can be read back and drawn as a tree", () => {
    const { items } = failedRun();
    const lines = printed(items, { mode: "json" }).trim().split("\n");
    expect(lines).toHaveLength(items.length);
    const parsed: unknown[] = lines.map((line) => JSON.parse(line));
    expect(renderTree(parsed as RunItem[])).toEqual(renderTree(items));
  });

  test("inputs, results and log data only with io, and then without secrets; none leaves out errors", () => {
    const { items } = flakyRun();
    expect(printed(items, { mode: "json" })).not.toContain("Graz");
    const io = printed(items, { mode: "json", details: "io" });
    expect(io).toContain('"input":{"city":"Graz","apiKey":"[redacted]"}');
    expect(io).toContain('"value":"14 °C"');
    expect(printed(items, { mode: "json", details: "none" })).not.toContain("unavailable");
  });
});

describe("a run that was loaded and waits", () => {
  const before = runBuilder();
  const writer = before.start("agent_call", "writer");
  before.pause("wait_call", "approval", writer, { prompt: "Publish it now?" });
  const waits = before.items.at(-1);
  const call = before.start("tool_call", "fetch", writer, { maxAttempts: 3 });
  const error = { name: "Error", code: "TIMEOUT", message: "too slow" };
  before.fail(call, error);
  before.retry(call, 9000, { error });
  const retries = before.items.at(-1);
  const waiting = [waits, retries] as readonly ExecutionEvent[];
  const feed = (): HandFeed => handFeed("run-1", { kind: "loaded", lastSeq: 6, waiting });

  test("append says at once for what, since when and for how long", () => {
    expect(printed([], { summary: false }, feed())).toMatchInlineSnapshot(`
      "
      09:30:05.000 run-start  run-1 origin=loaded lastSeq=6
      09:30:05.000 awaiting   writer::approval::wait_call since=5.0s prompt="Publish it now?"
      09:30:05.000 retrying   writer::fetch::tool_call since=5.0s in=4.0s attempt=1 code=TIMEOUT
      "
    `);
  });

  test("tree says the same", () => {
    expect(printed([], { mode: "tree", summary: false }, feed())).toMatchInlineSnapshot(`
      "
      run-1  loaded at record 6
      ◌ wait  approval [AWAITING] since 5.0s
            Publish it now?
      ↻ tool  fetch [RETRYING] in 4.0s since 5.0s
      "
    `);
  });

  test("json says it in a line that can be read back, and the tree shows it", () => {
    const lines = printed([], { mode: "json" }, feed()).trim().split("\n");
    const items = lines.map((line) => JSON.parse(line) as RunItem);
    expect(items.map((item) => "topic" in item && item.topic)).toEqual(["waiting", "waiting"]);
    expect(`\n${renderTree(items, { now: startOfRun + 5000 }).join("\n")}\n`).toMatchInlineSnapshot(`
      "
      ▸ writer  run-1            running
      ├─ ◌ approval              wait  awaiting           5.0s
      │      Publish it now?
      └─ ↻ fetch                 tool  in 4.0s       1    5.0s
             TIMEOUT too slow
      "
    `);
  });

  test("the time of the run begins with what happens now, and the retry of earlier is one of the call", () => {
    const again = [...before.items];
    before.wait(9000);
    before.again(call, 2);
    before.wait(100);
    before.complete(call);
    const text = printed(before.items.slice(again.length), { mode: "tree" }, feed());
    expect(text).toContain("Result    awaiting in 100ms");
    expect(text).toContain("1 retry event   1 call retried   1 retry attempt");
  });
});

test("what a fork has pinned, and what is published again, is marked", () => {
  const run = runBuilder();
  const root = run.start("agent_call", "root", undefined, { isReplayed: true });
  run.complete(run.start("tool_call", "send", root), { pinned: true });
  const tree = printed(run.items, { mode: "tree", summary: false });
  expect(tree).toContain("agent root [STARTED] replayed");
  expect(tree).toContain("tool  send [COMPLETED] 0ms pinned");
  const lines = printed(run.items, { mode: "append", summary: false });
  expect(lines).toMatch(/started +root::agent_call replayed=true/u);
  expect(lines).toMatch(/completed +root::send::tool_call .*pinned=true/u);
  expect(renderTree(run.items)[1]).toMatch(/✓ send +tool +pinned/u);
});

test("silent writes nothing and listens to nothing", () => {
  let writes = 0;
  const feed = { ...handFeed(), on: () => expect.fail("subscribed") };
  printerOn(system, { mode: "silent", stream: { write: () => (writes += 1) } }).attach(feed)();
  expect(writes).toBe(0);
});

test("colour follows the environment: a terminal gets it, NO_COLOR takes it away, and the text is the same", () => {
  const outputs = [{}, { NO_COLOR: "1" }].map((environment) => {
    let text = "";
    const feed = handFeed();
    const end = printerOn({ ...system, environment: { LANG: "C.UTF-8", ...environment } }, { mode: "tree", stream: { isTTY: true, columns: 80, write: (chunk) => (text += chunk) } }).attach(feed);
    feed.play(failedRun().items);
    end();
    return text;
  });
  expect(outputs[0]).toContain("\u001b[");
  expect(outputs[1]).not.toContain("\u001b[");
  expect(stripVTControlCharacters(outputs[0] ?? "")).toBe(outputs[1]);
});

test("H5: a stream that throws silences the printer and nothing else", () => {
  let writes = 0;
  const feed = handFeed();
  const write = (): void => {
    writes += 1;
    throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  };
  const end = printerOn(system, { stream: { write } }).attach(feed);
  feed.play(failedRun().items);
  end();
  expect(writes).toBe(1);
});

test("H5: a message that cannot be shown costs its line and is reported in its place", () => {
  const feed = handFeed();
  const impossible: unknown = { topic: "event", seq: 1, call: 1, address: undefined, status: "started", stateId: "run-1" };
  const text = printed([impossible as RunItem, ...flakyRun().items], { mode: "tree" }, feed);
  expect(text).toMatch(/\[printer\] a message could not be shown: .+/);
  expect(text).toContain("Result    completed");
});

test("after the end nothing is printed, and ending twice prints the summary once", () => {
  let text = "";
  const feed = handFeed();
  const end = printerOn(system, { mode: "tree", stream: { write: (chunk) => (text += chunk) } }).attach(feed);
  feed.play(flakyRun().items);
  end();
  const before = text;
  feed.play(flakyRun().items);
  end();
  expect(text).toBe(before);
  expect(text.match(/Result/g)).toHaveLength(1);
});
