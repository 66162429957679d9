import { createReprise, tool, type RepriseOptions } from "@reprise/core";
import { expect, test } from "vitest";
import { runBuilder } from "../test/run-builder.ts";
import { eventPrinter, renderHtml, renderJsonLines, renderMermaid, renderSummary, renderTree, viewOf, type RunItem } from "./index.ts";

type Drawn = (source: never, options: never) => unknown;
const renderers: Readonly<Record<string, Drawn>> = { renderTree, renderSummary, renderHtml, renderMermaid, renderJsonLines };
const takes: Readonly<Record<string, readonly string[]>> = {
  renderTree: ["width", "now", "theme", "color", "causes", "stacks", "redact", "maxChildren", "title"],
  renderSummary: ["width", "theme", "color"],
  renderHtml: ["title", "stacks", "redact", "now", "snapshot"],
  renderMermaid: ["title", "now", "maxChildren", "maxRows"],
  renderJsonLines: ["stacks", "redact"],
  eventPrinter: ["width", "color", "theme", "causes", "stacks", "summary", "minimal", "title", "redact", "utc", "now"],
};
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  width: ["80", Number.NaN, null],
  now: ["noon", Number.NaN, null],
  title: [5, {}, null],
  theme: [null, 5, "dark"],
  color: ["yes", null],
  causes: [1],
  stacks: [1],
  summary: [0],
  minimal: ["no"],
  utc: [1],
  redact: ["token", [5], [""], null],
  snapshot: [5, null, { storage: 5 }, { checkpoints: {} }, { checkpoints: [5] }],
  maxChildren: [Number.NaN, -1, 1.5, "5"],
  maxRows: [Number.NaN, 0, -1],
};

const table = Object.entries(takes).flatMap(([caller, options]) => options.flatMap((option) => (wrong[option] ?? []).map((value) => [caller, option, value] as const)));

test.each(table)("%s refuses the option %s: %o", (caller, option, value) => {
  const call = (): unknown => (caller === "eventPrinter" ? eventPrinter({ [option]: value }) : renderers[caller]?.([] as never, { [option]: value } as never));
  expect(call).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: option, message: expect.stringMatching(new RegExp(`^${caller}: ${option} must be `, "u")) }));
});

test("a theme whose parts are none is refused by its part", () => {
  expect(() => renderTree([], { theme: { signs: 5 } as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "theme.signs" }));
  expect(() => renderTree([], { theme: { colors: null } as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "theme.colors" }));
});

test("every option may be undefined, and limits may be none at all", () => {
  for (const [caller, options] of Object.entries(takes)) {
    const given = Object.fromEntries(options.map((option) => [option, undefined]));
    expect(() => (caller === "eventPrinter" ? eventPrinter(given) : renderers[caller]?.([] as never, given as never))).not.toThrow();
  }
  expect(renderTree([], { maxChildren: Infinity, title: "t" }).join("")).toContain("t");
  expect(renderMermaid([], { maxChildren: 0, maxRows: Infinity })).toContain("flowchart");
});

const run = runBuilder();
const group = run.start("group", "pages", undefined, { group: { size: 1, maxWorkers: 1 } });
const call = run.start("tool_call", "fetch", group);
run.fail(call, { name: "Error", message: "no" });
run.retry(call, 100);
run.recover(call, 10);
run.group(group, { size: 1 });
run.log("info", "said");
run.checkpoint("paused");
run.interrupted({ reason: "timeout" });

test.each(Object.entries(renderers))("%s refuses what is neither an event nor a message, whichever field is missing or is another thing, and draws what it takes", async (caller, render) => {
  const draw = (items: unknown): unknown => render(items as never, {} as never);
  const refused = expect.objectContaining({ code: "INVALID_OPTION", path: "source" });
  for (const item of [5, null, "x", undefined, [], {}, { topic: 5 }, { topic: "event" }, { topic: "log" }]) expect(() => draw([item]), JSON.stringify(item)).toThrow(refused);
  for (const source of [{ events: () => 5 }, 5, null, {}, "events"]) expect(() => draw(source), JSON.stringify(source)).toThrow(refused);
  for (const item of run.items) {
    for (const field of Object.keys(item)) {
      const { [field as "at"]: _left, ...without } = item;
      for (const changed of [without, { ...item, [field]: { "<script>": 1 } }, { ...item, [field]: null }]) {
        try {
          const drawn = JSON.stringify(draw([...run.items, changed]));
          if (caller !== "renderJsonLines") expect(drawn).not.toContain("<script>");
        } catch (error) {
          expect(error, `${item.stateId} ${field}`).toEqual(refused);
        }
      }
    }
  }
  expect(() => draw([{ topic: "of a later version" }])).not.toThrow();
});

test("an async iterable of something else is refused, too, and so is it by viewOf", async () => {
  async function* some(): AsyncGenerator<RunItem> {
    yield 5 as never;
  }
  await expect(renderTree(some())).rejects.toMatchObject({ code: "INVALID_OPTION", path: "source" });
  expect(() => viewOf([5 as never])).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "source" }));
});

test.each<[string, NonNullable<RepriseOptions["redact"]>]>([
  ["the whole error", ["error"]],
  ["all its parts", ["name", "message", "stack", "code", "cause", "errors", "reason", "data"]],
  ["every text, by a number", (_path, value) => (typeof value === "string" ? value.length : value)],
])("H2: a run is drawn whatever redact puts in the place of what it hides: %s", async (_, redact) => {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) > 0 };
  const reprise = createReprise({ redact, subscribers: (["append", "tree", "json"] as const).map((mode) => eventPrinter({ mode, stream, stacks: true, causes: true, details: "io" })) });
  const fails = tool({ name: "fails", retry: false, run: (text: string, context): never => {
    context.log(text, { text });
    throw Object.assign(new AggregateError([new Error(text)], "hidden one", { cause: new Error(text) }), { code: "E_HIDDEN" });
  } });
  const state = await reprise.create();
  await state.try(fails, "hidden two");
  await state.close();
  for (const render of Object.values(renderers)) lines.push(JSON.stringify(render(state.history as never, {} as never)));
  expect(lines.join("")).toContain("fails");
  expect(lines.join("")).not.toContain("could not be shown");
  expect(lines.join("")).not.toContain("hidden one");
});
