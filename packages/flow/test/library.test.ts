import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aggregator, batcher, debouncer, defineFlow, filter, mapper, named, router, splitter, flowRegistry, loadFlow, type Routine } from "../src/index.ts";
import { killedEverywhere, live, type Process } from "./support/crashes.ts";
import { items, outputsOf, virtualHost } from "./support/flows.ts";

/** What a routine of the library emits for these values, by output. */
async function emittedFor(made: Routine<"it", never>, values: readonly unknown[], slot = "input"): Promise<unknown> {
  const flow = (defineFlow({ id: "library", concurrency: 1 }).add(items("source")).add(made as never) as unknown as { connect(from: string, to: string): { build(): { on: (reprise: unknown) => { start(input: unknown): Promise<{ done(): Promise<never> }> } } } }).connect("source.item", `it.${slot}`).build();
  const { reprise, system } = virtualHost();
  return outputsOf(await system.runUntil(flow.on(reprise).start(values).then((job) => job.done())));
}

describe("F2: the routines that people expect", () => {
  test.each<readonly [string, unknown, readonly unknown[], unknown]>([
    ["mapper makes of each value another", mapper({ name: "it", with: (value: number) => value * 2 }), [1, 2], { "it.output": [2, 4] }],
    ["mapper takes what its schema makes", mapper({ name: "it", input: z.coerce.number(), with: async (value) => value + 1 }), ["1", "2"], { "it.output": [2, 3] }],
    ["filter lets values through, or not", filter({ name: "it", when: (value: number) => value > 1 }), [1, 2, 3], { "it.passed": [2, 3], "it.rejected": [1] }],
    ["splitter emits items one by one", splitter({ name: "it", into: (text: string) => text.split("") }), ["ab", "c"], { "it.item": ["a", "b", "c"] }],
    ["batcher makes lists, the last perhaps shorter", batcher({ name: "it", size: 2 }), [1, 2, 3], { "it.batch": [[1, 2], [3]] }],
    ["aggregator makes one of all", aggregator({ name: "it", with: (values: number[]) => values.length }), [1, 2, 3], { "it.output": [3] }],
    ["aggregator makes one of so many", aggregator({ name: "it", count: 2, with: (values: number[]) => values.join("+") }), [1, 2, 3, 4], { "it.output": ["1+2", "3+4"] }],
    ["aggregator drops what is too few if it is told to", aggregator({ name: "it", count: 2, onIncomplete: "drop", with: (values: number[]) => values.join("+") }), [1, 2, 3], { "it.output": ["1+2"] }],
    ["router sends a value where the first route takes it", router({ name: "it", routes: { small: (value: number) => value < 10, positive: (value: number) => value > 0 }, otherwise: "rest" }), [5, 50, -5], { "it.small": [5, -5], "it.positive": [50] }],
    ["router sends a value everywhere it may go", router({ name: "it", take: "all", routes: { small: (value: number) => value < 10, positive: (value: number) => value > 0 }, otherwise: "rest" }), [5, 50], { "it.small": [5], "it.positive": [5, 50] }],
    ["router has a place for the rest", router({ name: "it", routes: { small: (value: number) => value < 10 }, otherwise: "rest" }), [50], { "it.rest": [50] }],
    ["debouncer lets the last of a burst through", debouncer({ name: "it", waitMs: 100 }), [1, 2, 3], { "it.output": [3] }],
  ])("%s", async (_, made, values, expected) => {
    expect(await emittedFor(made as Routine<"it", never>, values)).toEqual(expected);
  });

  test("a value that no route takes fails, and is not lost", async () => {
    await expect(emittedFor(router({ name: "it", routes: { small: (value: number) => value < 10 } }) as never, [50])).rejects.toThrow(/no route of "it" takes the value \(routes: small\)/u);
  });

  test.each<readonly [string, () => unknown, string]>([
    ["mapper", () => mapper({ name: "it", with: 1 as never }), "mapper it.with"],
    ["filter", () => filter({ name: "it", when: undefined as never }), "filter it.when"],
    ["splitter", () => splitter({ name: "it", into: "," as never }), "splitter it.into"],
    ["batcher", () => batcher({ name: "it", size: 0 }), "batcher it.size"],
    ["aggregator", () => aggregator({ name: "it", with: {} as never }), "aggregator it.with"],
    ["router", () => router({ name: "it", routes: { a: "a > 1" as never } }), "router it.routes.a"],
    ["a router that takes otherwise", () => router({ name: "it", routes: { a: () => true }, take: "some" as never }), "router it.take"],
    ["debouncer", () => debouncer({ name: "it", waitMs: -1 }), "debouncer it.waitMs"],
  ])("%s says what is wrong with its options", (_, make, path) => {
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION", path }));
  });
});

test("F3: a flow made of the library, killed at every record", async () => {
  const begin = (): Process => {
    const effects: string[] = [];
    const work = mapper({ name: "work", errorHandler: { strategy: "retry", maxRetries: 2, retryDelayMs: 50 }, with: (value: number) => {
      effects.push(`work ${value}`);
      return value * 10;
    } });
    const flow = defineFlow({ id: "library" })
      .add(splitter({ name: "numbers", into: (text: string) => text.split(" ").map(Number) }))
      .add(filter({ name: "odd", when: (value: number) => value % 2 === 1 }))
      .add(work)
      .add(router({ name: "by_size", routes: { small: (value: number) => value < 40 }, otherwise: "large" }))
      .add(batcher<"pairs", number>({ name: "pairs", size: 2 }))
      .add(debouncer<"settled", number>({ name: "settled", waitMs: 1_000 }))
      .add(aggregator({ name: "report", with: (lists: number[][]) => lists.map((list) => list.toSorted((one, other) => one - other)).toSorted((one, other) => (one[0] ?? 0) - (other[0] ?? 0)) }))
      .connect("numbers.item", "odd.input")
      .connect("odd.passed", "work.input")
      .connect("work.output", "by_size.input")
      .connect("by_size.small", "pairs.input")
      .connect("by_size.large", "settled.input")
      .connect("settled.output", "report.input", { map: (value) => [value] })
      .connect("pairs.batch", "report.input")
      .build();
    return { flow, effects };
  };
  const whole = await live(begin, "1 2 3 4 5");
  expect(whole.outcome).toMatch(/"report\.output":\[\[\[10,30\],\[50\]\]\]/u);
  const lives = await killedEverywhere(begin, "1 2 3 4 5", whole);
  expect(lives.length).toBeGreaterThan(12);
  for (const { point, outcome } of lives) expect({ point, outcome }).toEqual({ point, outcome: whole.outcome });
});

test("F5: routines of the library are found by their names, like any other", () => {
  const upper = mapper({ name: "upper", with: (text: string) => text.toUpperCase() });
  const words = splitter({ name: "words", into: (text: string) => text.split(" ") });
  const flow = defineFlow({ id: "named" }).pipe(words).add(upper).connect("words.item", "upper.input", { map: named("trim", (text: string) => text.trim()) }).build();
  const loaded = loadFlow(JSON.parse(JSON.stringify(flow.serialize())), flowRegistry({ routines: [upper, words], functions: { trim: (text: string) => text.trim() } }));
  expect(loaded.hash).toBe(flow.hash);
});
