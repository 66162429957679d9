import { describe, expect, test } from "vitest";
import { printerOn } from "../src/event-printer.ts";
import type { EventPrinterOptions } from "../src/printer-options.ts";
import { headlessTerminal } from "./headless-terminal.ts";
import { manualSystem } from "./manual-system.ts";
import { handFeed, runBuilder, startOfRun, type RunBuilder } from "./run-builder.ts";

// How to know that it works: what a person sees of one and the same run on terminals of four widths, in both sets of signs,
// without colours (`NO_COLOR`). It has all there is to show: a resumed run with reuses, a group with progress, a delay before
// the next attempt, an agent tried again, a wait with its prompt, a sleep, a log, an error with its causes, an interruption.

/** The run, in the middle of it. */
function busyRun(): RunBuilder & { readonly stop: () => void } {
  const run = runBuilder("run_01k8q7");
  const report = run.recorded("agent_call", "weekly-report");
  const plan = run.recorded("llm_call", "plan", report);
  run.recover(plan, 2100);
  run.wait(300);
  const gather = run.start("group", "gather", report, { group: { size: 4, maxWorkers: 3 } });
  const [one, two, three] = ["{sagas}", "{outbox%20pattern}", "{日本語の記事}"].map((key) => run.start("branch", key, gather));
  if (!one || !two || !three) throw new Error("three branches");
  const first = run.start("tool_call", "search", one, { maxAttempts: 5 });
  const second = run.start("tool_call", "search", two, { maxAttempts: 5 });
  const third = run.start("tool_call", "search", three, { maxAttempts: 5 });
  run.wait(700);
  run.complete(first);
  run.complete(one);
  run.group(gather, { size: 4, completed: 1, running: 2 });
  run.fail(second, { name: "TimeoutError", code: "TIMEOUT", message: "no response after 700ms from api.search.example", cause: { name: "Error", code: "ECONNRESET", message: "socket hang up" } });
  run.retry(second, 4000);
  run.log("warn", "the index is a day old", { address: third.address });
  run.pause("wait_call", "approval", report, { prompt: "Publish the report of week 47?", dueAt: run.now() + 3_600_000, delayMs: 3_600_000 });
  const nap = run.pause("sleep_call", "until-morning", report, { dueAt: run.now() + 50_000, delayMs: 50_000 });
  run.wait(1500);
  const stop = (): void => {
    for (const call of [third, three, second, two, gather, nap, report]) run.interrupt(call, "user_cancelled: enough for today");
    run.interrupted({ reason: "user_cancelled", message: "enough for today", triggeredBy: "ada" });
    run.checkpoint("interrupted");
  };
  return Object.assign(run, { stop });
}

/** What a terminal shows of the run two seconds in, or after it was interrupted. */
async function frame(columns: number, glyphs: "unicode" | "ascii", { interrupted = false, ...options }: EventPrinterOptions & { readonly interrupted?: boolean } = {}): Promise<string> {
  const terminal = headlessTerminal(columns, 40);
  const system = manualSystem(terminal, { LANG: "C.UTF-8", NO_COLOR: "1" });
  const run = busyRun();
  const feed = handFeed("run_01k8q7", { kind: "loaded", lastSeq: 2 });
  const end = printerOn(system, { glyphs, ...options }).attach(feed);
  feed.play(run.items);
  const middle = run.items.length;
  system.setTime(startOfRun + 2500);
  if (interrupted) {
    run.stop();
    feed.play(run.items.slice(middle));
    end();
  }
  for (let colour = 0; colour < 108; colour += 1) expect(terminal.written).not.toContain(`\u001b[${colour}m`);
  return `\n${(await terminal.lines()).join("\n")}\n`;
}

describe("the live mode in the middle of a run", () => {
  test("44 columns, unicode", async () => {
    expect(await frame(44, "unicode", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ├─ ↺ plan                              -2.1s
      │  ! gather{日本語の記事} › search › the in…
      ├─ ⠼ gather  1/4                        2.2s
      │  ├─ ✓ {sagas} search                 700ms
      │  ├─ ↻ {outbox pattern} search         2.2s
      │  │      TIMEOUT no response after 700ms f…
      │  └─ ⠼ {日本語の記事} search           2.2s
      ├─ ◌ approval                           1.5s
      │      Publish the report of week 47?
      ├─ ◌ until-morning                      1.5s
      ⠼ weekly-report                         2.2s
      "
    `);
  });
  test("44 columns, ascii", async () => {
    expect(await frame(44, "ascii", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      |- = plan                              -2.1s
      |  ! gather{日本語の記事} > search > the i..
      |- | gather  1/4                        2.2s
      |  |- + {sagas} search                 700ms
      |  |- ~ {outbox pattern} search         2.2s
      |  |      TIMEOUT no response after 700ms..
      |  \`- | {日本語の記事} search           2.2s
      |- ? approval                           1.5s
      |      Publish the report of week 47?
      |- ? until-morning                      1.5s
      | weekly-report                         2.2s
      "
    `);
  });
  test("60 columns, unicode", async () => {
    expect(await frame(60, "unicode", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ├─ ↺ plan                            recovered         -2.1s
      │  ! gather{日本語の記事} › search › the index is a day old
      ├─ ⠼ gather  1/4                     max 3              2.2s
      │  ├─ ✓ {sagas} search                                 700ms
      │  ├─ ↻ {outbox pattern} search      in 2.5s     1/5    2.2s
      │  │      TIMEOUT no response after 700ms from api.search.e…
      │  └─ ⠼ {日本語の記事} search                           2.2s
      ├─ ◌ approval                        in 59m59s          1.5s
      │      Publish the report of week 47?
      ├─ ◌ until-morning                   in 48.5s           1.5s
      ⠼ weekly-report                                         2.2s
      "
    `);
  });
  test("60 columns, ascii", async () => {
    expect(await frame(60, "ascii", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      |- = plan                            recovered         -2.1s
      |  ! gather{日本語の記事} > search > the index is a day old
      |- | gather  1/4                     max 3              2.2s
      |  |- + {sagas} search                                 700ms
      |  |- ~ {outbox pattern} search      in 2.5s     1/5    2.2s
      |  |      TIMEOUT no response after 700ms from api.search...
      |  \`- | {日本語の記事} search                           2.2s
      |- ? approval                        in 59m59s          1.5s
      |      Publish the report of week 47?
      |- ? until-morning                   in 48.5s           1.5s
      | weekly-report                                         2.2s
      "
    `);
  });
  test("80 columns, unicode", async () => {
    expect(await frame(80, "unicode", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ├─ ↺ plan                                          llm   recovered         -2.1s
      │  ! gather{日本語の記事} › search › the index is a day old
      ├─ ⠼ gather  1/4                                   group max 3              2.2s
      │  ├─ ✓ {sagas} search                             tool                    700ms
      │  ├─ ↻ {outbox pattern} search                    tool  in 2.5s     1/5    2.2s
      │  │      TIMEOUT no response after 700ms from api.search.example
      │  └─ ⠼ {日本語の記事} search                      tool                     2.2s
      ├─ ◌ approval                                      wait  in 59m59s          1.5s
      │      Publish the report of week 47?
      ├─ ◌ until-morning                                 sleep in 48.5s           1.5s
      ⠼ weekly-report                                    agent                    2.2s
      "
    `);
  });
  test("80 columns, ascii", async () => {
    expect(await frame(80, "ascii", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      |- = plan                                          llm   recovered         -2.1s
      |  ! gather{日本語の記事} > search > the index is a day old
      |- | gather  1/4                                   group max 3              2.2s
      |  |- + {sagas} search                             tool                    700ms
      |  |- ~ {outbox pattern} search                    tool  in 2.5s     1/5    2.2s
      |  |      TIMEOUT no response after 700ms from api.search.example
      |  \`- | {日本語の記事} search                      tool                     2.2s
      |- ? approval                                      wait  in 59m59s          1.5s
      |      Publish the report of week 47?
      |- ? until-morning                                 sleep in 48.5s           1.5s
      | weekly-report                                    agent                    2.2s
      "
    `);
  });
  test("120 columns, unicode", async () => {
    expect(await frame(120, "unicode", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ├─ ↺ plan                                                                        llm   recovered         -2.1s
      │  ! gather{日本語の記事} › search › the index is a day old
      ├─ ⠼ gather  1/4                                                                 group max 3              2.2s
      │  ├─ ✓ {sagas} search                                                           tool                    700ms
      │  ├─ ↻ {outbox pattern} search                                                  tool  in 2.5s     1/5    2.2s
      │  │      TIMEOUT no response after 700ms from api.search.example
      │  └─ ⠼ {日本語の記事} search                                                    tool                     2.2s
      ├─ ◌ approval                                                                    wait  in 59m59s          1.5s
      │      Publish the report of week 47?
      ├─ ◌ until-morning                                                               sleep in 48.5s           1.5s
      ⠼ weekly-report                                                                  agent                    2.2s
      "
    `);
  });
  test("120 columns, ascii", async () => {
    expect(await frame(120, "ascii", {})).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      |- = plan                                                                        llm   recovered         -2.1s
      |  ! gather{日本語の記事} > search > the index is a day old
      |- | gather  1/4                                                                 group max 3              2.2s
      |  |- + {sagas} search                                                           tool                    700ms
      |  |- ~ {outbox pattern} search                                                  tool  in 2.5s     1/5    2.2s
      |  |      TIMEOUT no response after 700ms from api.search.example
      |  \`- | {日本語の記事} search                                                    tool                     2.2s
      |- ? approval                                                                    wait  in 59m59s          1.5s
      |      Publish the report of week 47?
      |- ? until-morning                                                               sleep in 48.5s           1.5s
      | weekly-report                                                                  agent                    2.2s
      "
    `);
  });
});

describe("the live mode at the end, when the run was interrupted", () => {
  test("44 columns, ascii", async () => {
    expect(await frame(44, "ascii", { interrupted: true, causes: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      |- = plan                              -2.1s
      |  ! gather{日本語の記事} > search > the i..
      |- # gather  1/4
      |  |- + {sagas} search                 700ms
      |  |- # {outbox pattern} search         2.2s
      |  \`- # {日本語の記事} search           2.2s
      |- ? approval                           1.5s
      |      Publish the report of week 47?
      |- # until-morning
      # weekly-report

      Result    interrupted in 2.2s   work 3.6s
                parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enou..
                by ada
                checkpoint saved at record 25: t..
      Calls     4 total   3 ran   1 recovered
                2 completed   2 interrupted
                success rate 100%
      Retries   1 retry event   1 call retried
                0 retry attempts
                retry rate 33.3%   backoff 4.0s
      Saved     2.1s of recorded work, 1 call re..
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} > search..
                gather{日本語の記事} > search 2.2s
                gather{sagas} > search 700ms
      Logs      1 warning
      "
    `);
  });
  test("60 columns, unicode", async () => {
    expect(await frame(60, "unicode", { interrupted: true, causes: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ├─ ↺ plan                            recovered         -2.1s
      │  ! gather{日本語の記事} › search › the index is a day old
      ├─ ⊟ gather  1/4                     stopped
      │  ├─ ✓ {sagas} search                                 700ms
      │  ├─ ⊟ {outbox pattern} search      stopped            2.2s
      │  └─ ⊟ {日本語の記事} search        stopped            2.2s
      ├─ ◌ approval                        in 59m59s          1.5s
      │      Publish the report of week 47?
      ├─ ⊟ until-morning                   stopped
      ⊟ weekly-report                      stopped

      Result    interrupted in 2.2s   work 3.6s   parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enough for today
                by ada
                checkpoint saved at record 25: the run goes on wh…
      Calls     4 total   3 ran   1 recovered   2 completed
                2 interrupted   success rate 100%
      Retries   1 retry event   1 call retried   0 retry attempts
                retry rate 33.3%   backoff 4.0s
      Saved     2.1s of recorded work, 1 call reused
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} › search 2.2s
                gather{日本語の記事} › search 2.2s
                gather{sagas} › search 700ms
      Logs      1 warning
      "
    `);
  });
  test("80 columns, ascii", async () => {
    expect(await frame(80, "ascii", { interrupted: true, causes: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      |- = plan                                          llm   recovered         -2.1s
      |  ! gather{日本語の記事} > search > the index is a day old
      |- # gather  1/4                                   group stopped
      |  |- + {sagas} search                             tool                    700ms
      |  |- # {outbox pattern} search                    tool  stopped            2.2s
      |  \`- # {日本語の記事} search                      tool  stopped            2.2s
      |- ? approval                                      wait  in 59m59s          1.5s
      |      Publish the report of week 47?
      |- # until-morning                                 sleep stopped
      # weekly-report                                    agent stopped

      Result    interrupted in 2.2s   work 3.6s   parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enough for today   by ada
                checkpoint saved at record 25: the run goes on when it is resumed
      Calls     4 total   3 ran   1 recovered   2 completed   2 interrupted
                success rate 100%
      Retries   1 retry event   1 call retried   0 retry attempts   retry rate 33.3%
                backoff 4.0s
      Saved     2.1s of recorded work, 1 call reused
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} > search 2.2s
                gather{日本語の記事} > search 2.2s   gather{sagas} > search 700ms
      Logs      1 warning
      "
    `);
  });
  test("120 columns, unicode", async () => {
    expect(await frame(120, "unicode", { interrupted: true, causes: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ├─ ↺ plan                                                                        llm   recovered         -2.1s
      │  ! gather{日本語の記事} › search › the index is a day old
      ├─ ⊟ gather  1/4                                                                 group stopped
      │  ├─ ✓ {sagas} search                                                           tool                    700ms
      │  ├─ ⊟ {outbox pattern} search                                                  tool  stopped            2.2s
      │  └─ ⊟ {日本語の記事} search                                                    tool  stopped            2.2s
      ├─ ◌ approval                                                                    wait  in 59m59s          1.5s
      │      Publish the report of week 47?
      ├─ ⊟ until-morning                                                               sleep stopped
      ⊟ weekly-report                                                                  agent stopped

      Result    interrupted in 2.2s   work 3.6s   parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enough for today   by ada
                checkpoint saved at record 25: the run goes on when it is resumed
      Calls     4 total   3 ran   1 recovered   2 completed   2 interrupted   success rate 100%
      Retries   1 retry event   1 call retried   0 retry attempts   retry rate 33.3%   backoff 4.0s
      Saved     2.1s of recorded work, 1 call reused
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} › search 2.2s   gather{日本語の記事} › search 2.2s   gather{sagas} › search 700ms
      Logs      1 warning
      "
    `);
  });
});

describe("the tree mode", () => {
  test("44 columns, ascii", async () => {
    expect(await frame(44, "ascii", { mode: "tree", interrupted: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      > weekly-report [RE-ENTERED]
      |  = plan [RECOVERED] saved 2.1s
      |  > gather [STARTED] 4 items, 3 at once
      |  |  > gather{sagas} > search [STARTED]
      |  |  > gather{outbox pattern} >.. [STARTED]
      |  |  > gather{日本語の記事} > s.. [STARTED]
      |  |  + gather{sagas} >.. [COMPLETED] 700ms
      |  |  x gather{outbox p.. [FAILED] 1/5 700ms
      |  |        TIMEOUT no response after 700m..
      |  |  ~ gather{outb.. [RETRYING] 1/5 in 4.0s
      |  |  |  ! the index is a day old
      |  ? approval [AWAITING] for 1h00m
      |        Publish the report of week 47?
      |  ? until-morning [AWAITING] for 50.0s
      |  |  # gather.. [INTERRUPTED] 2.2s user_c..
      |  |  # gather.. [INTERRUPTED] 2.2s user_c..
      |  # gather [INTERRUPTED] 1/4 2.2s user_ca..
      |  # until-.. [INTERRUPTED] 1.5s user_canc..
      # weekly.. [INTERRUPTED] user_cancelled: e..
      # INTERRUPTED  USER CANCELLED
          message     enough for today
          by          ada
          open        2 calls
          checkpoint  saved at record 25: the ru..
      * checkpoint at record 25, run interrupted

      Result    interrupted in 2.2s   work 3.6s
                parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enou..
                by ada
                checkpoint saved at record 25: t..
      Calls     4 total   3 ran   1 recovered
                2 completed   2 interrupted
                success rate 100%
      Retries   1 retry event   1 call retried
                0 retry attempts
                retry rate 33.3%   backoff 4.0s
      Saved     2.1s of recorded work, 1 call re..
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} > search..
                gather{日本語の記事} > search 2.2s
                gather{sagas} > search 700ms
      Logs      1 warning
      "
    `);
  });
  test("60 columns, unicode", async () => {
    expect(await frame(60, "unicode", { mode: "tree", interrupted: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ▸ agent weekly-report [RE-ENTERED]
      │  ↺ llm   plan [RECOVERED] saved 2.1s
      │  ▸ group gather [STARTED] 4 items, 3 at once
      │  │  ▸ tool  gather{sagas} › search [STARTED]
      │  │  ▸ tool  gather{outbox pattern} › search [STARTED]
      │  │  ▸ tool  gather{日本語の記事} › search [STARTED]
      │  │  ✓ tool  gather{sagas} › search [COMPLETED] 700ms
      │  │  ✗ tool  gather{outbox pattern} › s… [FAILED] 1/5 700ms
      │  │        TIMEOUT no response after 700ms from api.search…
      │  │  ↻ tool  gather{outbox pattern}… [RETRYING] 1/5 in 4.0s
      │  │  │  ! the index is a day old
      │  ◌ wait  approval [AWAITING] for 1h00m
      │        Publish the report of week 47?
      │  ◌ sleep until-morning [AWAITING] for 50.0s
      │  │  ⊟ tool  gather{… [INTERRUPTED] 2.2s user_cancelled: e…
      │  │  ⊟ tool  gather{… [INTERRUPTED] 2.2s user_cancelled: e…
      │  ⊟ group gather [INTERRUPTED] 1/4 2.2s user_cancelled: en…
      │  ⊟ sleep until-m… [INTERRUPTED] 1.5s user_cancelled: enou…
      ⊟ agent weekly-… [INTERRUPTED] user_cancelled: enough for t…
      ⊟ INTERRUPTED  USER CANCELLED
          message     enough for today
          by          ada
          open        2 calls
          checkpoint  saved at record 25: the run goes on when it…
      ▪ checkpoint at record 25, run interrupted

      Result    interrupted in 2.2s   work 3.6s   parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enough for today
                by ada
                checkpoint saved at record 25: the run goes on wh…
      Calls     4 total   3 ran   1 recovered   2 completed
                2 interrupted   success rate 100%
      Retries   1 retry event   1 call retried   0 retry attempts
                retry rate 33.3%   backoff 4.0s
      Saved     2.1s of recorded work, 1 call reused
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} › search 2.2s
                gather{日本語の記事} › search 2.2s
                gather{sagas} › search 700ms
      Logs      1 warning
      "
    `);
  });
  test("80 columns, ascii", async () => {
    expect(await frame(80, "ascii", { mode: "tree", interrupted: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      > agent weekly-report [RE-ENTERED]
      |  = llm   plan [RECOVERED] saved 2.1s
      |  > group gather [STARTED] 4 items, 3 at once
      |  |  > tool  gather{sagas} > search [STARTED]
      |  |  > tool  gather{outbox pattern} > search [STARTED]
      |  |  > tool  gather{日本語の記事} > search [STARTED]
      |  |  + tool  gather{sagas} > search [COMPLETED] 700ms
      |  |  x tool  gather{outbox pattern} > search [FAILED] 1/5 700ms
      |  |        TIMEOUT no response after 700ms from api.search.example
      |  |  ~ tool  gather{outbox pattern} > search [RETRYING] 1/5 in 4.0s
      |  |  |  ! the index is a day old
      |  ? wait  approval [AWAITING] for 1h00m
      |        Publish the report of week 47?
      |  ? sleep until-morning [AWAITING] for 50.0s
      |  |  # tool  gather{日本.. [INTERRUPTED] 2.2s user_cancelled: enough for today
      |  |  # tool  gather{outbo.. [INTERRUPTED] 2.2s user_cancelled: enough for today
      |  # group gather [INTERRUPTED] 1/4 2.2s user_cancelled: enough for today
      |  # sleep until-morning [INTERRUPTED] 1.5s user_cancelled: enough for today
      # agent weekly-report [INTERRUPTED] user_cancelled: enough for today
      # INTERRUPTED  USER CANCELLED
          message     enough for today
          by          ada
          open        2 calls
          checkpoint  saved at record 25: the run goes on when it is resumed
      * checkpoint at record 25, run interrupted

      Result    interrupted in 2.2s   work 3.6s   parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enough for today   by ada
                checkpoint saved at record 25: the run goes on when it is resumed
      Calls     4 total   3 ran   1 recovered   2 completed   2 interrupted
                success rate 100%
      Retries   1 retry event   1 call retried   0 retry attempts   retry rate 33.3%
                backoff 4.0s
      Saved     2.1s of recorded work, 1 call reused
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} > search 2.2s
                gather{日本語の記事} > search 2.2s   gather{sagas} > search 700ms
      Logs      1 warning
      "
    `);
  });
  test("120 columns, unicode", async () => {
    expect(await frame(120, "unicode", { mode: "tree", interrupted: true })).toMatchInlineSnapshot(`
      "
      run_01k8q7  loaded at record 2
      ▸ agent weekly-report [RE-ENTERED]
      │  ↺ llm   plan [RECOVERED] saved 2.1s
      │  ▸ group gather [STARTED] 4 items, 3 at once
      │  │  ▸ tool  gather{sagas} › search [STARTED]
      │  │  ▸ tool  gather{outbox pattern} › search [STARTED]
      │  │  ▸ tool  gather{日本語の記事} › search [STARTED]
      │  │  ✓ tool  gather{sagas} › search [COMPLETED] 700ms
      │  │  ✗ tool  gather{outbox pattern} › search [FAILED] 1/5 700ms
      │  │        TIMEOUT no response after 700ms from api.search.example
      │  │  ↻ tool  gather{outbox pattern} › search [RETRYING] 1/5 in 4.0s
      │  │  │  ! the index is a day old
      │  ◌ wait  approval [AWAITING] for 1h00m
      │        Publish the report of week 47?
      │  ◌ sleep until-morning [AWAITING] for 50.0s
      │  │  ⊟ tool  gather{日本語の記事} › search [INTERRUPTED] 2.2s user_cancelled: enough for today
      │  │  ⊟ tool  gather{outbox pattern} › search [INTERRUPTED] 2.2s user_cancelled: enough for today
      │  ⊟ group gather [INTERRUPTED] 1/4 2.2s user_cancelled: enough for today
      │  ⊟ sleep until-morning [INTERRUPTED] 1.5s user_cancelled: enough for today
      ⊟ agent weekly-report [INTERRUPTED] user_cancelled: enough for today
      ⊟ INTERRUPTED  USER CANCELLED
          message     enough for today
          by          ada
          open        2 calls
          checkpoint  saved at record 25: the run goes on when it is resumed
      ▪ checkpoint at record 25, run interrupted

      Result    interrupted in 2.2s   work 3.6s   parallelism 1.6x
      Stopped   INTERRUPTED USER CANCELLED: enough for today   by ada
                checkpoint saved at record 25: the run goes on when it is resumed
      Calls     4 total   3 ran   1 recovered   2 completed   2 interrupted   success rate 100%
      Retries   1 retry event   1 call retried   0 retry attempts   retry rate 33.3%   backoff 4.0s
      Saved     2.1s of recorded work, 1 call reused
      Errors    TIMEOUT x1
      Slowest   gather{outbox pattern} › search 2.2s   gather{日本語の記事} › search 2.2s   gather{sagas} › search 700ms
      Logs      1 warning
      "
    `);
  });
});
