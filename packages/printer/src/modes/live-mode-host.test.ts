import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { anyMessages } from "../../test/arbitraries.ts";
import { manualSystem } from "../../test/manual-system.ts";
import { handFeed, runBuilder } from "../../test/run-builder.ts";
import { failedRun, longGroupRun, resumedRun } from "../../test/sample-runs.ts";
import { printerOn } from "../event-printer.ts";
import type { RunItem } from "../view/view-of.ts";
import { linesText, live, playInTime, wideRun } from "../../test/live.ts";

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
  expect(await linesText(terminal.lines())).toMatch(/\[printer\] a message could not be shown: .+/);
  expect(await linesText(terminal.lines())).toContain("publish");
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
