import type { ExecutionEvent } from "@reprise/core/spi";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { handFeed, runBuilder, startOfRun, type HandFeed } from "../test/run-builder.ts";
import { failedRun } from "../test/sample-runs.ts";
import { printerOn } from "./event-printer.ts";
import { renderTree } from "./render-tree.ts";
import type { RunItem } from "./view/view-of.ts";
import { flakyRun, laterSystem, printed } from "../test/printed.ts";

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
  printerOn(laterSystem, { mode: "silent", stream: { write: () => (writes += 1) } }).attach(feed)();
  expect(writes).toBe(0);
});

test("colour follows the environment: a terminal gets it, NO_COLOR takes it away, and the text is the same", () => {
  const outputs = [{}, { NO_COLOR: "1" }].map((environment) => {
    let text = "";
    const feed = handFeed();
    const end = printerOn({ ...laterSystem, environment: { LANG: "C.UTF-8", ...environment } }, { mode: "tree", stream: { isTTY: true, columns: 80, write: (chunk) => (text += chunk) } }).attach(feed);
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
  const end = printerOn(laterSystem, { stream: { write } }).attach(feed);
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
  const end = printerOn(laterSystem, { mode: "tree", stream: { write: (chunk) => (text += chunk) } }).attach(feed);
  feed.play(flakyRun().items);
  end();
  const before = text;
  feed.play(flakyRun().items);
  end();
  expect(text).toBe(before);
  expect(text.match(/Result/g)).toHaveLength(1);
});
