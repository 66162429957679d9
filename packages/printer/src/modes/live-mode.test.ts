import { readFileSync } from "node:fs";
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { anyMessages } from "../../test/arbitraries.ts";
import { headlessTerminal, type HeadlessTerminal } from "../../test/headless-terminal.ts";
import { manualSystem, type ManualSystem } from "../../test/manual-system.ts";
import { handFeed, runBuilder, startOfRun, type HandFeed, type RunBuilder } from "../../test/run-builder.ts";
import { failedRun, longGroupRun, resumedRun } from "../../test/sample-runs.ts";
import { printerOn, type EventPrinter } from "../event-printer.ts";
import type { EventPrinterOptions } from "../printer-options.ts";
import type { RunItem } from "../view/view-of.ts";

// How to know that it works: what a terminal shows after the frames is read back from an emulator. While a run goes on,
// what moves fits the screen; at its end each call is there exactly once, whatever the height was, and the cursor is back.

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

interface Live {
  readonly terminal: HeadlessTerminal;
  readonly system: ManualSystem;
  readonly printer: EventPrinter;
}

function live(columns: number, rows: number, options: EventPrinterOptions = {}): Live {
  const terminal = headlessTerminal(columns, rows);
  const system = manualSystem(terminal);
  return { terminal, system, printer: printerOn(system, { color: false, summary: false, ...options }) };
}

/** Plays the items at the times they carry, with frames in between. */
function playInTime(feed: HandFeed, items: readonly RunItem[], system: ManualSystem): void {
  for (const item of items) {
    if (item.at > system.now()) system.setTime(item.at);
    feed.play([item]);
  }
}

const text = async (lines: Promise<string[]>): Promise<string> => `\n${(await lines).join("\n")}\n`;

describe("frames of a terminal of 80 columns and 24 rows", () => {
  test("while a resumed run goes on: what has ended is above, what moves and the run itself below", async () => {
    const { terminal, system, printer } = live(80, 24);
    const feed = handFeed("run_01k8q7", { kind: "loaded", lastSeq: 31 });
    printer.attach(feed);
    playInTime(feed, resumedRun().items, system);
    system.setTime(startOfRun + 5800);
    expect(readme).toContain(await text(terminal.screen()));
    expect(await text(terminal.screen())).toMatchInlineSnapshot(`
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
    expect(await text(terminal.lines())).toMatchInlineSnapshot(`
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
    expect(await text(terminal.screen())).toMatchInlineSnapshot(`
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
    expect(await text(terminal.screen())).toMatchInlineSnapshot(`
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

/** Calls below an agent, with an end each, whose names say which they are. */
function wideRun(count: number, group: boolean): RunBuilder {
  const run = runBuilder();
  const agent = run.start("agent_call", "root");
  const parent = group ? run.start("group", "items", agent, { group: { size: count, maxWorkers: 5 } }) : agent;
  const open: ReturnType<RunBuilder["start"]>[] = [];
  for (let index = 0; index < count; index += 1) {
    const branch = group ? run.start("branch", `{${index}}`, parent) : parent;
    const call = run.start("tool_call", `call-${index}`, branch);
    run.wait(30);
    // The first one outlasts all others: nothing may be written before it.
    if (index > 0) {
      if (index % 13 === 5) run.fail(call, { message: `call-${index} is gone` }, { final: true });
      else run.complete(call);
      if (group) run.complete(branch);
    } else open.push(...(group ? [call, branch] : [call]));
  }
  for (const call of open) run.complete(call);
  if (group) run.complete(parent);
  run.complete(agent);
  return run;
}

describe("a list three times as long as the screen is high", () => {
  for (const group of [false, true]) {
    test(`what moves is never higher than the screen, and at the end each call is there once: ${group ? "items of a group" : "calls of an agent"}`, async () => {
      const { terminal, system, printer } = live(80, 20);
      const feed = handFeed();
      const end = printer.attach(feed);
      const { items } = wideRun(60, group);
      for (const item of items.slice(0, items.findIndex((each) => "address" in each && "status" in each && each.status === "completed" && /call-0::/.test(each.address ?? "")))) {
        playInTime(feed, [item], system);
        system.pass(100);
        const above = (await terminal.lines()).length - (await terminal.screen()).length;
        expect(above).toBe(0);
      }
      playInTime(feed, items, system);
      end();
      const lines = await terminal.lines();
      for (let index = 0; index < 60; index += 1) {
        expect(lines.filter((line) => new RegExp(` call-${index} +tool`).test(line))).toHaveLength(1);
      }
      expect(lines.filter((line) => / root /.test(line))).toHaveLength(1);
      expect(terminal.cursorShown()).toBe(true);
      expect(system.timers).toBe(0);
      expect(system.watchers.size).toBe(0);
    });
  }

  test("a sequence is written while it goes on, so that what moves stays small", async () => {
    const { terminal, system, printer } = live(80, 20);
    const feed = handFeed();
    printer.attach(feed);
    const run = runBuilder();
    const agent = run.start("agent_call", "root");
    for (let index = 0; index < 60; index += 1) {
      const call = run.start("tool_call", `call-${index}`, agent);
      run.wait(30);
      run.complete(call);
    }
    playInTime(feed, run.items, system);
    system.pass(100);
    const lines = await terminal.lines();
    expect(lines).toHaveLength(62);
    expect(lines.filter((line) => /✓ call-/.test(line))).toHaveLength(60);
  });
});

test("a call that goes on after its end was written, because its agent was tried again, is shown again", async () => {
  const { terminal, system, printer } = live(80, 20);
  const run = runBuilder();
  const agent = run.start("agent_call", "root", undefined, { maxAttempts: 2 });
  const call = run.start("tool_call", "fetch", agent);
  run.wait(100);
  run.fail(call, { message: "down" }, { final: true });
  run.start("tool_call", "other", agent);
  const feed = handFeed();
  printer.attach(feed);
  playInTime(feed, run.items, system);
  system.pass(200);
  const before = run.items.length;
  run.again(call, 2);
  run.wait(300);
  run.complete(call);
  playInTime(feed, run.items.slice(before), system);
  system.pass(200);
  const lines = (await terminal.lines()).filter((line) => line.includes("fetch"));
  expect(lines.map((line) => line.trim().slice(0, 10))).toEqual(["├─ ✗ fetch", "├─ ✓ fetch"]);
});

test("several runs at once: each moves in its own block, and is written in one piece when it is over", async () => {
  const { terminal, system, printer } = live(80, 24);
  const feeds = ["run-1", "run-2"].map((stateId) => handFeed(stateId));
  const ends = feeds.map((feed) => printer.attach(feed));
  const runs = feeds.map(({ stateId }) => {
    const run = runBuilder(stateId);
    const agent = run.start("agent_call", `agent-of-${stateId}`);
    run.complete(run.start("tool_call", "first", agent));
    run.start("tool_call", "second", agent);
    return run;
  });
  for (const [index, feed] of feeds.entries()) feed.play(runs[index]?.items ?? []);
  system.pass(100);
  expect(await text(terminal.screen())).toMatchInlineSnapshot(`
    "
    run-1  new run
    ├─ ✓ first                                         tool                      0ms
    ├─ ⠦ second                                        tool                     85ms
    ⠦ agent-of-run-1                                   agent                    85ms
    run-2  new run
    ├─ ✓ first                                         tool                      0ms
    ├─ ⠦ second                                        tool                     85ms
    ⠦ agent-of-run-2                                   agent                    85ms
    "
  `);
  ends[1]?.();
  system.pass(100);
  ends[0]?.();
  expect(await text(terminal.lines())).toMatchInlineSnapshot(`
    "
    run-2  new run
    ├─ ✓ first                                         tool                      0ms
    ├─ ▸ second                                        tool                    100ms
    ▸ agent-of-run-2                                   agent                   100ms
    run-1  new run
    ├─ ✓ first                                         tool                      0ms
    ├─ ▸ second                                        tool                    200ms
    ▸ agent-of-run-1                                   agent                   200ms
    "
  `);
});

test("I2: what was interrupted is written as stopped, with why; without a summary that says it, in a block of its own", async () => {
  for (const summary of [false, true]) {
    const { terminal, system, printer } = live(80, 24, { summary });
    const run = runBuilder();
    const agent = run.start("agent_call", "root");
    const call = run.start("tool_call", "fetch", agent);
    run.wait(100);
    for (const each of [call, agent]) run.interrupt(each, "timeout");
    run.interrupted({ reason: "timeout", message: "the deadline of 100ms", triggeredBy: "deadlineMs" });
    run.checkpoint("interrupted");
    const feed = handFeed();
    const end = printer.attach(feed);
    playInTime(feed, run.items, system);
    system.pass(100);
    end();
    const lines = await terminal.lines();
    expect(lines.filter((line) => /⊟ (fetch|root) .*stopped/.test(line))).toHaveLength(2);
    expect(lines.filter((line) => /INTERRUPTED +TIMEOUT/.test(line))).toHaveLength(1);
    for (const said of ["the deadline of 100ms", "deadlineMs", "saved at record"]) expect(lines.join("\n")).toContain(said);
  }
});

test("what goes on after an interruption is shown again, with the agent around it", async () => {
  const { terminal, system, printer } = live(80, 24);
  const run = runBuilder();
  const agent = run.start("agent_call", "root");
  run.interrupt(agent, "timeout");
  const feed = handFeed();
  printer.attach(feed);
  playInTime(feed, run.items, system);
  system.pass(100);
  const before = run.items.length;
  run.wait(200);
  run.complete(run.start("tool_call", "fetch", agent));
  run.complete(agent);
  playInTime(feed, run.items.slice(before), system);
  system.pass(100);
  expect((await terminal.lines()).filter((line) => line.includes("root")).map((line) => line.slice(0, 6))).toEqual(["⊟ root", "✓ root"]);
});

describe("what others write to the terminal", () => {
  test("stands above what moves, also when it does not end its line", async () => {
    const { terminal, system, printer } = live(60, 12);
    const feed = handFeed();
    const end = printer.attach(feed);
    const run = runBuilder();
    const agent = run.start("agent_call", "root");
    run.start("tool_call", "fetch", agent);
    feed.play(run.items);
    system.pass(100);
    for (const said of ["hello from a handler\n", "without an end", "; and more\n"]) {
      for (const watcher of system.watchers) watcher.beforeWrite(said.endsWith("\n"));
      terminal.write(said);
      if (said.endsWith("\n")) system.pass(100);
    }
    expect((await terminal.lines()).slice(0, 2)).toEqual(["hello from a handler", "without an end; and more"]);
    expect((await terminal.lines()).filter((line) => line.includes("fetch"))).toHaveLength(1);
    end();
  });
});

describe("when the process ends in the middle", () => {
  test("everything that was not written is, once, without statistics, and the cursor is back", async () => {
    const { terminal, system, printer } = live(80, 20, { summary: true });
    const feed = handFeed();
    printer.attach(feed);
    const { items } = wideRun(60, true);
    const half = items.slice(0, items.length / 2);
    playInTime(feed, half, system);
    system.pass(100);
    for (const watcher of system.watchers) watcher.leave();
    const lines = await terminal.lines();
    const started = half.filter((item) => "status" in item && item.status === "started" && "type" in item && item.type === "tool_call");
    expect(started.length).toBeGreaterThan(25);
    expect(lines.filter((line) => / call-\d+ +tool/.test(line))).toHaveLength(started.length);
    expect(lines.filter((line) => / call-0 +tool/.test(line))).toHaveLength(1);
    expect(lines.join("\n")).not.toContain("Result");
    expect(terminal.cursorShown()).toBe(true);
    expect(system.timers + system.watchers.size).toBe(0);
  });

  test("a signal that others answer to gives the cursor back, and the printing goes on", async () => {
    const { terminal, system, printer } = live(80, 20);
    const feed = handFeed();
    const end = printer.attach(feed);
    playInTime(feed, resumedRun().items, system);
    system.pass(100);
    for (const watcher of system.watchers) watcher.interrupted();
    expect(terminal.cursorShown()).toBe(true);
    system.pass(500);
    expect(terminal.cursorShown()).toBe(true);
    end();
    expect((await terminal.lines()).filter((line) => line.includes("gather"))).toHaveLength(1);
  });
});

test("a terminal that becomes narrower keeps each call once", async () => {
  const { terminal, system, printer } = live(100, 24);
  const feed = handFeed();
  const end = printer.attach(feed);
  const { items } = failedRun();
  playInTime(feed, items.slice(0, items.length / 2), system);
  system.pass(100);
  await terminal.resize(60, 24);
  system.pass(100);
  await terminal.resize(90, 24);
  system.pass(100);
  playInTime(feed, items.slice(items.length / 2), system);
  end();
  const lines = await terminal.lines();
  for (const name of ["plan", "gather", "modes", "sagas", "summarise", "publish", "research-report"]) {
    expect([name, lines.filter((line) => line.includes(name) && !/run-1|the model cut/.test(line))].flat()).toHaveLength(2);
  }
});

test("a terminal that does not keep up is not given frames, only what stays", () => {
  const { terminal, system } = live(80, 20);
  let busy = true;
  const stream = Object.defineProperty({ ...terminal, write: terminal.write }, "writableNeedDrain", { get: () => busy });
  const feed = handFeed();
  printerOn(system, { stream, summary: false }).attach(feed);
  feed.play(resumedRun().items);
  system.pass(1000);
  expect(terminal.written).toBe("");
  busy = false;
  system.pass(1000);
  expect(terminal.written).not.toBe("");
});

test("a frame in which nothing has changed is not written again", () => {
  const { terminal, system, printer } = live(80, 20);
  const run = runBuilder();
  run.pause("wait_call", "approval");
  const feed = handFeed();
  printer.attach(feed);
  feed.play(run.items);
  system.pass(40);
  const { length } = terminal.written;
  system.pass(40);
  expect(terminal.written).toHaveLength(length);
});

test("H5: a message that cannot be shown costs its line and is reported in its place", async () => {
  const { terminal, system, printer } = live(80, 20);
  const feed = handFeed();
  const end = printer.attach(feed);
  const impossible: unknown = { topic: "event", seq: 1, call: 1, address: undefined, status: "started", stateId: "run-1" };
  feed.play([impossible as RunItem, ...failedRun().items]);
  system.pass(100);
  end();
  expect(await text(terminal.lines())).toMatch(/\[printer\] a message could not be shown: .+/);
  expect(await text(terminal.lines())).toContain("publish");
});

test("H5: a terminal that is gone silences the printer and nothing else", () => {
  const { system } = live(80, 20);
  let writes = 0;
  const write = (): void => {
    writes += 1;
    throw Object.assign(new Error("write EIO"), { code: "EIO" });
  };
  const feed = handFeed();
  const end = printerOn(system, { stream: { isTTY: true, columns: 80, rows: 20, write } }).attach(feed);
  feed.play(failedRun().items);
  system.pass(1000);
  end();
  expect(writes).toBe(1);
  expect(system.timers).toBe(0);
});

test("without a terminal, with CI set, on a dumb one and on a narrow one it prints as append does", () => {
  const cases = [
    [{ isTTY: false, columns: 80 }, {}],
    [{ isTTY: true, columns: 80 }, { CI: "true" }],
    [{ isTTY: true, columns: 80 }, { TERM: "dumb" }],
    [{ isTTY: true, columns: 39 }, {}],
  ] as const;
  for (const [stream, environment] of cases) {
    let written = "";
    const system = manualSystem({ write: () => expect.fail("not here") }, environment);
    const feed = handFeed();
    const end = printerOn(system, { color: false, stream: { ...stream, write: (chunk) => (written += chunk) } }).attach(feed);
    feed.play(longGroupRun().items.slice(0, 2));
    end();
    expect(written).toMatch(/^\d\d:\d\d:\d\d\.\d{3} run-start/);
  }
});

// oxlint-disable-next-line no-control-regex -- what the printer writes itself is what is looked for
const ownSequences = /\u001b\[(?:\?(?:25|7|2026)[hl]|2K|J|\d+A)|[\r\n]/g;

test("untrusted text cannot move the cursor, set the title, hide lines or make a line wider than the terminal", async () => {
  await fc.assert(
    fc.asyncProperty(anyMessages, fc.integer({ min: 40, max: 100 }), fc.integer({ min: 2, max: 30 }), async (messages, columns, rows) => {
      const { terminal, system, printer } = live(columns, rows, { details: "io", causes: true, stacks: true });
      const feed = handFeed();
      const end = printer.attach(feed);
      for (const message of messages) {
        feed.play([message]);
        system.pass(85);
        expect((await terminal.screen()).length).toBeLessThanOrEqual(rows);
      }
      end();
      const controls = terminal.written.replace(ownSequences, "");
      expect(controls).not.toMatch(/\p{Cc}/u);
      for (const line of terminal.written.split("\n")) expect(stringWidth(line.replace(ownSequences, ""))).toBeLessThanOrEqual(columns);
      expect(terminal.title()).toBe("");
      expect(terminal.cursorShown()).toBe(true);
    }),
    { numRuns: 60 },
  );
});
