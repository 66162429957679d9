import { memoryBackend } from "@reprise/backend-memory";
import { createReprise, type ValueExtension } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { defineFlow, routine, slot, type JobOutcome, type Slot } from "../src/index.ts";
import { items } from "./support/flows.ts";

// How to know that it works: what a merge function makes is kept like every other value of a run, so whatever can be recorded can be
// merged, and no activation sees what a later delivery was merged into.

class Basket {
  readonly goods: string[];
  constructor(goods: string[]) {
    this.goods = goods;
  }
  with(good: string): this {
    this.goods.push(good);
    return this;
  }
}
const basket: ValueExtension<Basket> = { name: "Basket", is: (value) => value instanceof Basket, encode: ({ goods }) => goods, decode: (goods) => new Basket(goods as string[]) };

/** What a routine with this slot is given, one entry per activation, by each of two jobs with these deliveries. */
async function givenFor(end: Slot<never, unknown>, deliveries: readonly unknown[]): Promise<{ readonly given: unknown[]; readonly outcome: JobOutcome<unknown> }[]> {
  let given: unknown[] = [];
  const sink = routine({ name: "sink", slots: { input: end as Slot<unknown, unknown> }, run: ({ input }) => void given.push(input) });
  // They wait for their turn until all is merged.
  const flow = defineFlow({ id: "merging", concurrency: 1 }).add(items("source")).add(sink).connect("source.item", "sink.input").build();
  const jobs = flow.on(createReprise({ backend: memoryBackend(), codec: { extensions: [basket] } }));
  const told = [];
  for (const _ of [1, 2]) {
    given = [];
    told.push({ outcome: await (await jobs.start(deliveries)).done(), given });
  }
  return told;
}

describe("F2, H2: a merge function may make whatever can be recorded", () => {
  const values = {
    none: null, absent: undefined, nan: Number.NaN, negativeZero: -0, large: 12n ** 20n, at: new Date(5), invalid: new Date(Number.NaN), map: new Map([[{ key: 1 }, new Set([1])]]), bytes: new Uint8Array([1, 2]),
    buffer: new Uint8Array([3]).buffer, pattern: /a+/giu, url: new URL("https://example.org/a?b#c"), error: new RangeError("out of it"), goods: new Basket(["a"]),
  };

  test.each(Object.entries(values))("%s", async (_, value) => {
    const all = slot().merge((before: readonly unknown[], next: number) => [...before, next, value], [value]);
    for (const { given, outcome } of await givenFor(all, [1, 2])) {
      expect(outcome.status).toBe("completed");
      expect(given).toStrictEqual([[value, 1, value], [value, 1, value, 2, value]]);
    }
  });

  test("what it changes is its own: neither what came before nor another job has it", async () => {
    const goods = new Basket([]);
    const all = slot().merge((before: Basket, next: string) => before.with(next), goods);
    for (const { given } of await givenFor(all, ["a", "b"])) {
      expect(given).toStrictEqual([new Basket(["a"]), new Basket(["a", "b"])]);
      expect(given.every((one) => one instanceof Basket)).toBe(true);
    }
    expect(goods.goods).toEqual([]);
  });

  test("what it gives and cannot be recorded is refused by its path, and not as something that it threw", async () => {
    for (const [made, path] of [[() => ({ list: [() => 1] }), "sink.input.list[0]"], [async () => 1, "sink.input"]] as const) {
      const [told] = await givenFor(slot().merge(made as () => unknown), [1]);
      expect(told?.outcome).toMatchObject({ status: "failed", error: { code: "NOT_ENCODABLE" } });
      expect(told?.outcome.status === "failed" && told.outcome.error.message.startsWith(`${path} cannot be recorded: it is a `)).toBe(true);
    }
  });

  test("what it throws is said to be its", async () => {
    const [told] = await givenFor(slot().merge(() => { throw new Error("too much"); }), [1]);
    expect(told?.outcome).toMatchObject({ status: "failed", error: { message: "the merge function of slot sink.input threw: too much" } });
  });
});
