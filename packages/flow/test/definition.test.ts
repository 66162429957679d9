import { isRepriseError } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { agentRoutine, defineFlow, errorHandler, output, routine, slot } from "../src/index.ts";

const source = routine({ name: "source", slots: { text: slot<string>() }, outputs: { word: output<string>(), length: output<number>() }, run: () => undefined });
const sink = routine({ name: "sink", slots: { word: slot<string>() }, outputs: { back: output<string>() }, run: () => undefined });

/** The path and message of a definition that is refused. */
function fault(define: () => unknown): string {
  try {
    define();
  } catch (error) {
    if (isRepriseError(error, "INVALID_DEFINITION")) return `${error.path} | ${error.message}`;
    throw error;
  }
  return "nothing is wrong with it";
}

describe("F1: what is wrong with a definition is found when it is made, and where", () => {
  const flow = defineFlow({ id: "flow" }).add(source).add(sink);
  const untyped = flow as unknown as { connect(from: string, to: string, options?: object): typeof untyped; build(): unknown; entry(id: string): unknown };

  test.each<readonly [string, () => unknown, string, RegExp]>([
    ["an unknown routine", () => untyped.connect("sauce.word", "sink.word"), "connections[0].from", /no routine "sauce" \(routines: source, sink\)/u],
    ["an unknown output", () => untyped.connect("source.wort", "sink.word"), "connections[0].from", /no output "wort" \(outputs: word, length\)/u],
    ["an unknown slot", () => untyped.connect("source.word", "sink.wort"), "connections[0].to", /no slot "wort"/u],
    ["a slot as an output", () => untyped.connect("source.text", "sink.word"), "connections[0].from", /no output "text"/u],
    ["an end without a dot", () => untyped.connect("source", "sink.word"), "connections[0].from", /"routine\.output"/u],
    ["a connection that is there", () => untyped.connect("source.word", "sink.word").connect("source.word", "sink.word"), "connections[1]", /connected already/u],
    ["a duplicate routine", () => flow.add(source), "routines.source", /there already/u],
    ["an unknown entry", () => untyped.entry("start"), "entry", /id of a routine/u],
    ["a map that is none", () => untyped.connect("source.word", "sink.word", { map: "toText" }), "connections[0].map", /function/u],
    ["an iteration limit of nothing", () => untyped.connect("source.word", "sink.word", { maxIterations: 0 }), "connections[0].maxIterations", /from 1, got 0/u],
    ["a routine that cannot be reached", () => flow.build(), "routines.sink", /cannot be reached from "source"/u],
    ["no routine at all", () => defineFlow({ id: "flow" }).build(), "routines", /no routine/u],
    ["an id with a dot", () => defineFlow({ id: "a.b" }), "id", /letters/u],
    ["an unknown option", () => defineFlow({ id: "flow", workers: 5 } as never), "workers", /is not an option/u],
    ["a concurrency of none", () => defineFlow({ id: "flow", concurrency: 0 }), "concurrency", /from 1, got 0/u],
    ["an unknown strategy", () => defineFlow({ id: "flow", errorHandler: { strategy: "retri" as never } }), "errorHandler.strategy", /one of stop, continue, skip, retry, got "retri"/u],
    ["a routine without code", () => routine({ name: "none" } as never), "routine none.run", /function/u],
    ["an unknown merge", () => routine({ name: "bad", slots: { a: { merge: "append" } as never }, run: () => undefined }), "routine bad.slots.a", /slot\(…\)/u],
    ["a count of nothing", () => slot<string>().count(0), "slot.count", /from 1, got 0/u],
    ["a quiet of nothing", () => slot<string>().quiet(0), "slot.quiet", /positive/u],
    ["a rule that is none", () => slot<string>().whenIncomplete("ignore" as never), "slot.whenIncomplete", /"fail", "run" or "drop"/u],
    ["no routine", () => (flow as unknown as { add(routine: unknown): unknown }).add({ name: "a" }), "routines", /made by routine/u],
    ["a type that is none", () => routine({ name: "a", type: "agent" as never, run: () => undefined }), "routine a.type", /"tool" or "llm"/u],
  ])("%s", (_, define, path, message) => {
    expect(fault(define).split(" | ")[0]).toBe(path);
    expect(fault(define)).toMatch(message);
  });

  test("a slot that nothing fills", () => {
    const two = routine({ name: "two", slots: { left: slot<string>(), right: slot<string>() }, run: () => undefined });
    expect(fault(() => defineFlow({ id: "flow" }).add(source).add(two).connect("source.word", "two.left").build())).toMatch(/^routines\.two\.slots\.right \| .*is never filled/u);
    const one = routine({ name: "one", slots: { left: slot<string>(), right: slot<string>().whenIncomplete("run") }, run: () => undefined });
    expect(fault(() => defineFlow({ id: "flow" }).add(source).add(one).connect("source.word", "one.left").build())).toBe("nothing is wrong with it");
  });

  test("a cycle that nothing bounds, not one that a connection or the flow bounds", () => {
    const cycle = defineFlow({ id: "flow" }).add(source).add(sink).connect("source.word", "sink.word");
    expect(fault(() => cycle.connect("sink.back", "source.text").build())).toMatch(/^connections\[\d\]\.maxIterations \| .*source -> sink is a cycle/u);
    expect(fault(() => cycle.connect("sink.back", "source.text", { maxIterations: 3 }).build())).toBe("nothing is wrong with it");
    expect(fault(() => defineFlow({ id: "flow", maxIterations: 3 }).add(source).add(sink).connect("source.word", "sink.word").connect("sink.back", "source.text").build())).toBe("nothing is wrong with it");
    expect(fault(() => defineFlow({ id: "flow" }).add(sink).connect("sink.back", "sink.word").build())).toMatch(/sink is a cycle/u);
    // Bounding one of two cycles leaves the other.
    expect(fault(() => cycle.connect("sink.back", "source.text", { maxIterations: 3 }).connect("sink.back", "sink.word").build())).toMatch(/sink is a cycle/u);
  });

  test("ends whose schemas contradict each other, and where", () => {
    const from = routine({ name: "from", outputs: { page: z.object({ url: z.string(), size: z.number() }), text: z.string(), list: z.array(z.string()), date: z.date() }, run: () => undefined });
    const to = routine({ name: "to", slots: { page: z.object({ url: z.string(), size: z.string() }), more: z.object({ url: z.string(), title: z.string() }), count: z.number(), counts: z.array(z.number()), some: z.union([z.number(), z.null()]), text: z.string() }, run: () => undefined });
    const flow = defineFlow({ id: "flow" }).add(from).add(to) as unknown as typeof untyped;
    expect(fault(() => flow.connect("from.text", "to.count"))).toMatch(/from\.text does not fit to\.count: it is string where number is taken/u);
    expect(fault(() => flow.connect("from.page", "to.page"))).toMatch(/\.size is number where string is taken/u);
    expect(fault(() => flow.connect("from.page", "to.more"))).toMatch(/\.title is required and never given/u);
    expect(fault(() => flow.connect("from.list", "to.counts"))).toMatch(/\[\] is string where number is taken/u);
    expect(fault(() => flow.connect("from.text", "to.some"))).toMatch(/string where number or null is taken/u);
    expect(fault(() => flow.connect("from.text", "to.count", { map: Number }))).toBe("nothing is wrong with it");
    expect(fault(() => flow.connect("from.text", "to.text"))).toBe("nothing is wrong with it");
    // What JSON Schema has no words for is not known to be wrong.
    expect(fault(() => flow.connect("from.date", "to.text"))).toBe("nothing is wrong with it");
  });

  test("a configuration that its schema refuses, and where", () => {
    const wait = routine({ name: "wait", config: z.object({ delays: z.array(z.number()) }), run: () => undefined });
    expect(fault(() => defineFlow({ id: "flow" }).add(wait, { config: { delays: ["1"] } as never }))).toMatch(/^routines\.wait\.config\.delays\.0 \|/u);
    expect(fault(() => defineFlow({ id: "flow" }).add(wait, { config: { delays: [1], at: new Date(0) } as never }))).toMatch(/^routines\.wait\.config\.at \| .*plain data/u);
    expect(fault(() => defineFlow({ id: "flow" }).add(sink, { config: 1 } as never))).toMatch(/takes no configuration/u);
  });
});

test("F1: a definition is immutable: adding and connecting give another one", () => {
  const one = defineFlow({ id: "flow" }).add(source);
  const two = one.add(sink).connect("source.word", "sink.word");
  expect(one.build().routines).toEqual(["source"]);
  expect(two.build().routines).toEqual(["source", "sink"]);
  const built = two.build();
  expect(Object.isFrozen(built) && Object.isFrozen(built.routines)).toBe(true);
});

test("F1: pipe joins what is added to what was added before", () => {
  const first = routine({ name: "first", slots: { input: slot<string>() }, outputs: { output: output<string>(), other: output<string>() }, run: () => undefined });
  const second = routine({ name: "second", slots: { input: slot<string>(), extra: slot<string>().whenIncomplete("run") }, outputs: { said: output<string>() }, run: () => undefined });
  const third = routine({ name: "third", slots: { heard: slot<string>() }, run: () => undefined });
  const fourth = routine({ name: "fourth", slots: { heard: slot<string>() }, run: () => undefined });
  const piped = defineFlow({ id: "flow" }).pipe(first).pipe(second).pipe(third).pipe(fourth, { from: "first", output: "other" }).build();
  expect(piped.serialize().connections).toEqual([
    { from: "first.output", to: "second.input" },
    { from: "second.said", to: "third.heard" },
    { from: "first.other", to: "fourth.heard" },
  ]);
  expect(defineFlow({ id: "flow" }).pipe(first).build().serialize().connections).toEqual([]);
});

test("F1: an agent routine is checked like any other", () => {
  expect(fault(() => agentRoutine({ name: "a b", run: () => undefined }))).toMatch(/^routine\.name \|/u);
  expect(fault(() => errorHandler({ retryOn: "ValueError" as never }))).toMatch(/^errorHandler\.retryOn \|/u);
});
