import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { handFeed, runBuilder, startOfRun } from "../../test/run-builder.ts";
import { failedRun, resumedRun } from "../../test/sample-runs.ts";
import { linesText, live, playInTime } from "../../test/live.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("frames of a terminal of 80 columns and 24 rows", () => {
  test("while a resumed run goes on: what has ended is above, what moves and the run itself below", async () => {
    const { terminal, system, printer } = live(80, 24);
    const feed = handFeed("run_01k8q7", { kind: "loaded", lastSeq: 31 });
    printer.attach(feed);
    playInTime(feed, resumedRun().items, system);
    system.setTime(startOfRun + 5800);
    expect(readme).toContain(await linesText(terminal.screen()));
    expect(await linesText(terminal.screen())).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 31
      ├─ ↺ plan                                          llm   recovered         -2.1s
      ├─ ⠸ gather  2/4                                   group
      │  ├─ ↺ {0}                                        item  recovered         -1.4s
      │  ├─ ✓ {1} search[replay modes]                   tool              2/5    3.4s
      │  ├─ ↻ {2} search[idempotency keys in payment A…  tool  in 1.7s     1/5    5.8s
      │  │      TIMEOUT no response after 3.5s from api.search.example
      │  └─ ⠸ {3} search[sagas]                          tool                     2.4s
      ⠸ research-report                                  agent                    5.8s
      "
    `);
    expect(terminal.cursorShown()).toBe(false);
  });

  test("at its end: the whole tree, and the statistics", async () => {
    const { terminal, system, printer } = live(80, 24, { summary: true });
    const feed = handFeed("run_01k8q7", { kind: "loaded", lastSeq: 31 });
    const end = printer.attach(feed);
    playInTime(feed, failedRun().items, system);
    end();
    expect(await linesText(terminal.lines())).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 31
      ├─ ↺ plan                                          llm   recovered         -2.1s
      ├─ ✓ gather  4/4                                   group                    9.6s
      │  ├─ ↺ {0}                                        item  recovered         -1.4s
      │  ├─ ✓ {1} search[replay modes]                   tool              2/5    3.4s
      │  ├─ ✓ {2} search[idempotency keys in payment A…  tool              2/5    8.8s
      │  └─ ✓ {3} search[sagas]                          tool                     6.2s
      │  ! summarise › the model cut its answer
      ├─ ✓ summarise                                     llm                      4.4s
      ├─ ✗ publish                                       tool  failed             59ms
      │      CMS_FORBIDDEN 403 token lacks scope posts:write
      ✗ research-report                                  agent failed            14.1s

      Result    failed in 14.1s   work 17.9s   parallelism 1.3x
      Calls     7 total   5 ran   2 recovered   6 completed   1 failed
                success rate 85.7%
      Retries   2 retry events   2 calls retried   2 retry attempts   retry rate 40%
                backoff 5.0s   2 then completed
      Saved     3.5s of recorded work, 2 calls reused
      Errors    RATE_LIMITED x1   TIMEOUT x1   CMS_FORBIDDEN x1
      Slowest   gather{2} › search[idempotency keys in payment APIs and queues] 8.8s
                gather{3} › search[sagas] 6.2s   summarise 4.4s
      Logs      1 warning
      "
    `);
    expect(terminal.cursorShown()).toBe(true);
  });

  test("what is awaited is said below the wait, and for how long it will wait", async () => {
    const { terminal, system, printer } = live(80, 24);
    const run = runBuilder();
    const agent = run.start("agent_call", "writer");
    run.pause("wait_call", "approval", agent, { dueAt: startOfRun + 60_000, delayMs: 60_000, prompt: "Publish \u001b[2Jnow?" });
    run.pause("sleep_call", "nap", agent, { dueAt: startOfRun + 30_000, delayMs: 30_000 });
    const feed = handFeed();
    printer.attach(feed);
    feed.play(run.items);
    system.pass(10_000);
    expect(await linesText(terminal.screen())).toMatchInlineSnapshot(`
      "
      run-1  new run
      ├─ ◌ approval                                      wait  in 50.1s           9.9s
      │      Publish now?
      ├─ ◌ nap                                           sleep in 20.1s           9.9s
      ⠹ writer                                           agent                    9.9s
      "
    `);
  });
});

describe("frames of a terminal of 44 columns", () => {
  test("in ascii, in the middle of a run", async () => {
    const { terminal, system, printer } = live(44, 24, { glyphs: "ascii" });
    const feed = handFeed("run_01k8q7");
    printer.attach(feed);
    playInTime(feed, resumedRun().items, system);
    system.setTime(startOfRun + 5800);
    expect(await linesText(terminal.screen())).toMatchInlineSnapshot(`
      "
      run_01k8q7  new run
      |- = plan                              -2.1s
      |- \\ gather  2/4
      |  |- = {0}                            -1.4s
      |  |- + {1} search[replay modes]        3.4s
      |  |- ~ {2} search[idempotency ke..     5.8s
      |  |      TIMEOUT no response after 3.5s f..
      |  \`- \\ {3} search[sagas]               2.4s
      \\ research-report                       5.8s
      "
    `);
  });
});

test("the countdown of a retry runs with the clock, from the recorded due time", async () => {
  const { terminal, system, printer } = live(80, 24);
  const feed = handFeed();
  printer.attach(feed);
  playInTime(feed, resumedRun().items, system);
  const shown: string[] = [];
  for (let second = 0; second < 5; second += 1) {
    system.pass(1000);
    shown.push(/ in (\d)\.\ds| due /.exec((await terminal.screen()).join("\n"))?.[1] ?? "due");
  }
  expect(shown).toEqual(["3", "2", "1", "due", "due"]);
});
