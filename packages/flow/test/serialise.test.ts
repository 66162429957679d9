import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createReprise } from "@reprise/core";
import { defineFlow, flowRegistry, loadFlow, named, output, routine, slot, type SerializedFlow } from "../src/index.ts";
import { outputsOf } from "./support/flows.ts";

const source = routine({
  name: "source",
  slots: { text: slot<string>() },
  outputs: { word: output<string>(), size: output<number>() },
  run: ({ text }, { emit }) => {
    for (const word of text.split(" ")) emit("word", word);
    emit("size", text.length);
  },
});
const decorate = routine({
  name: "decorate",
  version: "2",
  slots: { words: slot<string>().count(2).whenIncomplete("run") },
  outputs: { line: output<string>() },
  config: z.object({ mark: z.string(), extra: z.json().optional() }),
  errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError", 503] },
  run: ({ words }, { config }) => `${config.mark}${words.join(config.mark)}${config.mark}`,
});
const upper = named("upper", (word: string) => word.toUpperCase());
const registry = flowRegistry({ routines: [source, decorate], functions: { upper, text: String } });

const extra = { none: null, empty: "", zero: 0, no: false, unicode: "žluťoučký 🐎\n", nested: [[{ a: [1] }]] };
const flow = defineFlow({ id: "lines", version: "7", concurrency: 3, maxIterations: 9 })
  .add(source)
  .add(decorate, { id: "stars", config: { mark: "*", extra } })
  .add(decorate, { id: "dots", config: { mark: "." }, errorHandler: { strategy: "skip" } })
  .connect("source.word", "stars.words", { map: upper })
  .connect("source.word", "dots.words")
  .connect("stars.line", "dots.words", { maxIterations: 4 })
  .build();

/** As another process reads it. */
const throughJson = (value: unknown): SerializedFlow => JSON.parse(JSON.stringify(value)) as SerializedFlow;

test("F5: a definition goes through JSON and is the same: ids, order, ends of connections, functions, configuration, handlers, hash", async () => {
  const json = throughJson(flow.serialize());
  const loaded = loadFlow(json, registry);
  expect(loaded.serialize()).toEqual(flow.serialize());
  expect(loaded.hash).toBe(flow.hash);
  expect(loaded.routines).toEqual(["source", "stars", "dots"]);
  expect(json.routines[1]).toMatchObject({
    id: "stars",
    use: "decorate",
    config: { mark: "*", extra },
    errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError", 503], critical: true },
  });
  expect(json.connections).toEqual([
    { from: "source.word", to: "stars.words", map: "upper" },
    { from: "source.word", to: "dots.words" },
    { from: "stars.line", to: "dots.words", maxIterations: 4 },
  ]);
  const run = async (one: { on: typeof loaded.on }) => outputsOf(await (await one.on(createReprise()).start("a b c")).done());
  const expected = { "dots.line": [".a.b.", ".c.*A*B*.", ".*C*."], "source.size": [5] };
  expect(await run(flow as never)).toEqual(expected);
  expect(await run(loaded)).toEqual(expected);
});

test("F5: rounds are stable, and loading changes nothing of what it is given", () => {
  const json = throughJson(flow.serialize());
  const before = JSON.stringify(json);
  let round: SerializedFlow = json;
  for (let count = 0; count < 5; count += 1) round = throughJson(loadFlow(round, registry).serialize());
  expect(round).toEqual(json);
  expect(loadFlow(json, registry).hash).toBe(loadFlow(json, registry).hash);
  expect(JSON.stringify(json)).toBe(before);
});

test("F5: the order of keys says nothing, be it that of a store or of a formatter", () => {
  const pair = routine({ name: "pair", slots: { right: slot<string>(), left: slot<string>().append() }, outputs: { pair: output<string>(), lone: output<string>() }, run: () => undefined });
  const pairs = defineFlow({ id: "pairs" }).add(pair).add(decorate, { config: { mark: "*", extra } }).connect("pair.pair", "decorate.words").build();
  const from = flowRegistry({ routines: [pair, decorate] });
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
  };
  const json = sorted(throughJson(pairs.serialize())) as SerializedFlow;
  expect(Object.keys(json.routines[0]?.slots ?? {})).toEqual(["left", "right"]);
  expect(loadFlow(json, from).serialize()).toEqual(pairs.serialize());
  // A slot that is missing, or is another, is told apart all the same.
  for (const slots of [{ left: "append" }, { left: "append", right: "override", middle: "override" }, { left: "override", right: "override" }]) {
    const changed = { ...json, routines: [{ ...json.routines[0], slots }, json.routines[1]] };
    expect(() => loadFlow(changed, from)).toThrow(expect.objectContaining({ code: "INCOMPATIBLE", path: "routines[0].slots" }));
  }
});

test("F5: a large configuration goes through JSON", () => {
  const list = Array.from({ length: 1_000 }, (_, index) => index);
  const keys = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key${index}`, `value ${index}`]));
  const large = defineFlow({ id: "large" }).add(decorate, { config: { mark: "", extra: { list, keys } } }).build();
  expect(loadFlow(throughJson(large.serialize()), registry).serialize()).toEqual(large.serialize());
});

test("F5: a definition may be written by hand, with little in it", async () => {
  const json = { id: "hand", routines: [{ id: "source" }, { id: "sink", use: "decorate", config: { mark: "-" } }], connections: [{ from: "source.word", to: "sink.words", map: "upper" }] };
  const loaded = loadFlow(json, registry);
  expect(outputsOf(await (await loaded.on(createReprise()).start("a b")).done())).toEqual({ "sink.line": ["-A-B-"], "source.size": [3] });
  expect(loaded.serialize().routines[1]?.errorHandler).toMatchObject({ strategy: "retry", maxRetries: 4 });
});

describe("F5: what is wrong with a definition in JSON is told with its path", () => {
  const good = throughJson(flow.serialize());
  const [, stars] = good.routines;
  test.each<readonly [string, unknown, string, string]>([
    ["no object", 1, "INVALID_DEFINITION", "flow"],
    ["no routines", { id: "a", routines: [] }, "INVALID_DEFINITION", "routines"],
    ["a newer format", { ...good, format: 2 }, "INCOMPATIBLE", "format"],
    ["a format that is none", { ...good, format: "1" }, "INVALID_DEFINITION", "format"],
    ["an unknown key", { ...good, workers: 5 }, "INVALID_DEFINITION", "flow"],
    ["an unknown routine", { id: "a", routines: [{ id: "sauce" }] }, "INVALID_DEFINITION", "routines[0].use"],
    ["an unknown function", { id: "a", routines: [{ id: "source" }], connections: [{ from: "source.word", to: "source.text", map: "lower" }] }, "INVALID_DEFINITION", "connections[0].map"],
    ["an unknown end", { id: "a", routines: [{ id: "source" }], connections: [{ from: "source.wort", to: "source.text" }] }, "INVALID_DEFINITION", "connections[0].from"],
    ["a wrong number", { id: "a", routines: [{ id: "source", errorHandler: { maxRetries: -1 } }] }, "INVALID_DEFINITION", "routines[0].errorHandler.maxRetries"],
    ["an unknown strategy", { id: "a", errorHandler: { strategy: "retri" }, routines: [{ id: "source" }] }, "INVALID_DEFINITION", "errorHandler.strategy"],
    ["a wrong configuration", { id: "a", routines: [{ id: "decorate", config: { mark: 1 } }] }, "INVALID_DEFINITION", "routines.decorate.config.mark"],
    ["a duplicate id", { id: "a", routines: [{ id: "source" }, { id: "source" }] }, "INVALID_DEFINITION", "routines.source"],
    ["a routine that has changed", { ...good, routines: [good.routines[0], { ...stars, version: "1" }, good.routines[2]] }, "INCOMPATIBLE", "routines[1].version"],
    ["slots that have changed", { ...good, routines: [good.routines[0], { ...stars, slots: { words: "count 3" } }, good.routines[2]] }, "INCOMPATIBLE", "routines[1].slots"],
    ["a definition that was changed by hand", { ...good, maxIterations: 8 }, "INCOMPATIBLE", "hash"],
  ])("%s", (_, json, code, path) => {
    expect(() => loadFlow(json, registry)).toThrow(expect.objectContaining({ code, path }));
  });

  test("a function without a name cannot be serialised", () => {
    const anonymous = defineFlow({ id: "a" }).add(source).add(decorate, { config: { mark: "" } }).connect("source.word", "decorate.words", { map: (word) => word }).build();
    expect(() => anonymous.serialize()).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION", path: "connections[0].map" }));
  });

  test("a registry in which a name stands for two things", () => {
    expect(() => flowRegistry({ routines: [source, source] })).toThrow(expect.objectContaining({ path: "registry.routines[1]" }));
    expect(() => flowRegistry({ routines: [source], functions: { "a b": String } })).toThrow(expect.objectContaining({ path: "registry.functions.a b" }));
    expect(() => flowRegistry({ routines: [source], functions: { upper: "upper" as never } })).toThrow(expect.objectContaining({ path: "registry.functions.upper" }));
  });
});

test("F5: the hash tells definitions apart, and does not depend on how many run at once", () => {
  const hashOf = (options: { readonly version?: string; readonly concurrency?: number; readonly maxIterations?: number }, config = { mark: "*" }): string =>
    defineFlow({ id: "lines", ...options }).add(source).add(decorate, { config }).connect("source.word", "decorate.words").build().hash;
  expect(hashOf({})).toBe(hashOf({ concurrency: 1 }));
  expect(new Set([hashOf({}), hashOf({ version: "1" }), hashOf({ maxIterations: 1 }), hashOf({}, { mark: "+" })]).size).toBe(4);
});
