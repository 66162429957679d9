import { describe, expect, test } from "vitest";
import { handFeed, runBuilder } from "../../test/run-builder.ts";
import { linesText, live, playInTime, wideRun } from "../../test/live.ts";

// How to know that it works: what a terminal shows after the frames is read back from an emulator. While a run goes on,
// what moves fits the screen; at its end each call is there exactly once, whatever the height was, and the cursor is back.

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
  expect(await linesText(terminal.screen())).toMatchInlineSnapshot(`
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
  expect(await linesText(terminal.lines())).toMatchInlineSnapshot(`
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
