import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { anyMessages } from "../../test/arbitraries.ts";
import { handFeed, runBuilder } from "../../test/run-builder.ts";
import { failedRun, longGroupRun } from "../../test/sample-runs.ts";
import { printerOn } from "../event-printer.ts";
import { flakyRun, laterSystem, printed } from "../../test/printed.ts";

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
        const end = printerOn(laterSystem, { mode: "tree", details, stacks: true, stream: { columns, write: (chunk) => (text += chunk) } }).attach(feed);
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
