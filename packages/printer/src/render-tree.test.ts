import { createReprise, tool } from "@reprise/core";
import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { anyMessages, anyText } from "../test/arbitraries.ts";
import { runBuilder } from "../test/run-builder.ts";
import { failedRun, longGroupRun, resumedRun } from "../test/sample-runs.ts";
import { renderSummary } from "./render-summary.ts";
import { renderTree, type RenderTreeOptions } from "./render-tree.ts";
import { viewOf, type RunItem } from "./view/view-of.ts";

const drawn = (items: readonly RunItem[], options: RenderTreeOptions = {}): string => `\n${renderTree(items, options).join("\n")}\n`;

test("the countdown of a retry is as of now, from the recorded due time", () => {
  const run = resumedRun();
  expect(drawn(run.items, { now: run.now() })).toContain("in 1.7s");
  expect(drawn(run.items, { now: run.now() + 60_000 })).toContain(" due ");
});

test("a long group shows what failed, was retried or runs, and counts the rest", () => {
  expect(drawn(longGroupRun().items)).toMatchInlineSnapshot(`
    "
    ▸ crawl  run-long          running                 17.3s
    └─ ▸ pages  237/240        group 1 failed          17.3s
       ├─ ✓ {17} fetch         tool              2/3   650ms
       ├─ ✗ {101} fetch        tool  failed      1/3    70ms
       │      HTTP_410 gone
       ├─ ▸ {238} fetch        tool                     40ms
       ├─ ▸ {239} fetch        tool                      0ms
       └─ … 236 more done
    "
  `);
});

test("a long sequence shows its latest calls, after the number of those before", () => {
  const run = runBuilder();
  const agent = run.start("agent_call", "loop");
  for (let index = 1; index <= 9; index += 1) {
    const call = run.start("tool_call", index === 1 ? "step" : `step#${index}`, agent);
    run.wait(10);
    if (index === 2) run.fail(call, { message: "caught by the agent" });
    else run.complete(call);
  }
  expect(drawn(run.items, { maxChildren: 4 })).toMatchInlineSnapshot(`
    "
    ▸ loop  run-1              running                  90ms
    ├─ … 5 more done
    ├─ ✗ step#2                tool  failed             10ms
    │      caught by the agent
    ├─ ✓ step#7                tool                     10ms
    ├─ ✓ step#8                tool                     10ms
    └─ ✓ step#9                tool                     10ms
    "
  `);
  expect(renderTree(run.items, { maxChildren: 8 })).toHaveLength(11);
});

test("a branch with one call is one row, one with several is a row with children, one without is its own", () => {
  const run = runBuilder();
  const group = run.start("group", "pages", undefined, { group: { size: 3, maxWorkers: 3 } });
  const [one, several, none] = ["{a%20b}", "{1}", "{2}"].map((key) => run.start("branch", key, group));
  if (!one || !several || !none) throw new Error("three branches");
  const only = run.start("tool_call", "fetch", one);
  const fetch = run.start("tool_call", "fetch", several);
  run.wait(20);
  for (const call of [fetch, only, one, none]) run.complete(call);
  run.start("llm_call", "read", several);
  run.wait(5);
  expect(drawn(run.items)).toMatchInlineSnapshot(`
    "
    ▸ pages  run-1             running                  20ms
    ├─ ✓ {a b} fetch           tool                     20ms
    ├─ ▸ {1}                   item                     20ms
    │  ├─ ✓ fetch              tool                     20ms
    │  └─ ▸ read               llm                       0ms
    └─ ✓ {2}                   item                     20ms
    "
  `);
});

test("a branch that ended otherwise than the call inside keeps a row of its own", () => {
  const run = runBuilder();
  const group = run.start("group", "pages", undefined, { group: { size: 1, maxWorkers: 1 } });
  const branch = run.start("branch", "{0}", group);
  const fetch = run.start("tool_call", "fetch", branch);
  run.complete(fetch);
  run.fail(branch, { name: "TypeError", message: "page.title is undefined" }, { final: true });
  expect(drawn(run.items)).toMatchInlineSnapshot(`
    "
    ▸ pages  run-1             running                   0ms
    └─ ✗ {0}                   item  failed              0ms
       │   TypeError page.title is undefined
       └─ ✓ fetch              tool                      0ms
    "
  `);
});

test("calls of a discarded attempt stay, marked as replaced, without what was below them", () => {
  const run = runBuilder();
  const outer = run.start("agent_call", "outer");
  const writer = run.start("agent_call", "writer", outer);
  const draft = run.start("llm_call", "draft", writer);
  run.wait(10);
  run.complete(draft);
  run.complete(writer);
  run.fail(outer, { message: "no title" });
  run.retry(outer, 0);
  run.again(outer, 2, { opening: "retry", maxAttempts: 3 });
  run.start("agent_call", "writer", outer);
  expect(drawn(run.items)).toMatchInlineSnapshot(`
    "
    ▸ outer  run-1             running           2/3    10ms
    ├─ ✓ writer                agent replaced           10ms
    └─ ▸ writer                agent                     0ms
    "
  `);
});

test("several calls at the top are listed under the run", () => {
  const run = runBuilder();
  const one = run.start("tool_call", "add_one");
  run.wait(5);
  run.complete(one);
  run.start("tool_call", "multiply");
  run.wait(7);
  expect(drawn(run.items)).toMatchInlineSnapshot(`
    "
    run  run-1                 running                   5ms
    ├─ ✓ add_one               tool                      5ms
    └─ ▸ multiply              tool                      0ms
    "
  `);
  expect(drawn([])).toMatchInlineSnapshot(`
    "
    run                        running
    "
  `);
});

test("R8: a result reused for another input says so", () => {
  const run = runBuilder();
  const agent = run.start("agent_call", "writer");
  run.recover(run.recorded("llm_call", "plan", agent), 2100, { inputChanged: true });
  expect(drawn(run.items, { glyphs: "ascii" })).toMatchInlineSnapshot(`
    "
    > writer  run-1            running                   0ms
    \`- = plan                  llm   recovered         -2.1s
           reused although its input differs from the recorded one
    "
  `);
});

test("details none hides errors, stacks shows where they came from", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "publish");
  run.fail(call, { message: "no access", stack: "Error: no access\n    at publish (/app/publish.js:3:9)\n    at main (/app/main.js:1:1)" });
  expect(drawn(run.items, { details: "none" })).not.toContain("no access");
  expect(drawn(run.items, { stacks: true })).toMatchInlineSnapshot(`
    "
    run  run-1                 failed                    0ms
    └─ ✗ publish               tool  failed              0ms
           no access
             at publish (/app/publish.js:3:9)
             at main (/app/main.js:1:1)
    "
  `);
});

test("an async iterable, an array, parsed JSON lines and a view draw the same tree", async () => {
  const { items } = failedRun();
  const expected = renderTree(items);
  async function* later(): AsyncGenerator<RunItem> {
    for (const item of items) yield item;
  }
  const parsed: unknown = JSON.parse(JSON.stringify(items));
  expect(await renderTree(later())).toEqual(expected);
  expect(renderTree(parsed as RunItem[])).toEqual(expected);
  expect(renderTree(viewOf(items))).toEqual(expected);
});

test("bare events of a history need no topic", () => {
  const events = failedRun().items.flatMap((item) => {
    if (!("topic" in item) || item.topic !== "event") return [];
    const { topic: _, ...event } = item;
    return [event];
  });
  expect(renderTree(events)[0]).toContain("research-report");
});

test("colours are added to the same text, and only on request", () => {
  const { items } = failedRun();
  const colored = renderTree(items, { color: true });
  expect(colored.join("")).toContain("\u001b[31m");
  expect(colored.map((line) => stripVTControlCharacters(line))).toEqual(renderTree(items));
});

test("a name from outside can neither leave its row nor move the cursor", () => {
  const run = runBuilder("\u001b[2Jrun");
  const call = run.start("tool_call", "fetch[%1B%5B2J%0A%E2%9C%93%20all%20fine]");
  run.fail(call, { code: "E\u001b[31m", message: "first\n└─ ✓ publish\u202e" });
  const lines = renderTree(run.items);
  expect(lines).toHaveLength(3);
  expect(lines.join("")).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(lines[2]).toContain("E first └─ ✓ publish");
});

test("for any messages, width and glyphs no line exceeds the width, contains a control character or ends in a space", () => {
  fc.assert(
    fc.property(anyMessages, fc.integer({ min: 20, max: 140 }), fc.constantFrom("unicode" as const, "ascii" as const), fc.nat(6), anyText, (messages, width, glyphs, maxChildren, title) => {
      for (const line of renderTree(messages, { width, glyphs, maxChildren, title, stacks: true })) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}|\s$/u);
      }
    }),
    { numRuns: 300 },
  );
});

test("very deep calls stay within the width and say how much deeper they are", () => {
  const run = runBuilder();
  let parent = run.start("agent_call", "a");
  for (let depth = 0; depth < 60; depth += 1) parent = run.start("agent_call", `level-${depth}`, parent);
  const lines = renderTree(run.items, { width: 60 });
  expect(lines.at(-1)).toMatchInlineSnapshot(`"+55             └─ ▸ level-59                        0ms"`);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(60);
});

test("what cannot be drawn, and options that there are not, are refused by name", () => {
  const refusals = [
    [null, {}, "renderTree: source must be a history, an iterable of events or a view of a run, got null"],
    [{ events: [] }, {}, "renderTree: source must be a history"],
    [[], { glyphs: "auto" }, 'renderTree: glyphs must be one of "unicode", "ascii", got "auto"'],
    [[], { details: "io" }, 'renderTree: details must be one of "none", "errors", got "io"'],
    [[], { colour: true }, "renderTree: colour is not an option (options: width, now,"],
  ] as const;
  for (const [source, options, message] of refusals) {
    expect(() => renderTree(source as never, options as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }));
  }
});

test("a history draws the tree of its events", async () => {
  const state = await createReprise().create();
  await state.run(tool({ name: "double", run: (value: number) => value * 2 }), 21);
  expect(renderTree(state.history)).toEqual(renderTree(state.history.events()));
  expect(renderSummary(state.history)).toEqual(renderSummary(state.history.events()));
  await state.close();
});
