import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { aggregator, batcher, debouncer, defineFlow, filter, mapper, router, splitter } from "../index.ts";

test("F1: routines of the library carry the types of their functions", () => {
  const lines = splitter({ name: "lines", into: (text: string) => text.split("\n") });
  const long = filter({ name: "long", when: (line: string) => line.length > 3 });
  const length = mapper({ name: "length", with: (line: string) => line.length });
  const bySize = router({ name: "by_size", routes: { small: (size: number) => size < 10, large: (size: number) => size > 99 }, otherwise: "medium" });
  const pairs = batcher<"pairs", number>({ name: "pairs", size: 2 });
  const total = aggregator({ name: "total", with: (batches: number[][]) => batches.flat().length });
  const settled = debouncer<"settled", number>({ name: "settled", waitMs: 5 });
  const flow = defineFlow({ id: "library" }).add(lines).add(long).add(length).add(bySize).add(pairs).add(total).add(settled);
  flow
    .connect("lines.item", "long.input")
    .connect("long.passed", "length.input")
    .connect("length.output", "by_size.input")
    .connect("by_size.small", "pairs.input")
    .connect("by_size.medium", "settled.input")
    .connect("pairs.batch", "total.input");
  // @ts-expect-error a number is no line
  flow.connect("length.output", "long.input");
  // @ts-expect-error there is no such route
  flow.connect("by_size.huge", "pairs.input");
  // @ts-expect-error a batch is no number
  flow.connect("pairs.batch", "settled.input");
});

test("F1: a schema says what the functions of the library get", () => {
  mapper({ name: "typed", input: z.string().transform(Number), with: (value) => {
    expectTypeOf(value).toBeNumber();
    return value;
  } });
  const parsed = batcher({ name: "parsed", input: z.string().transform(Number), size: 2 });
  const sum = aggregator({ name: "sum", with: (batches: number[][]) => batches.length });
  defineFlow({ id: "typed" }).add(parsed).add(sum).connect("parsed.batch", "sum.input");
});
