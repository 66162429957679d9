import { createReprise } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { agentRoutine, defineFlow, output, routine, slot, type JobOutcome, type Slot } from "../src/index.ts";
import { items, outputsOf, passing, virtualHost } from "./support/flows.ts";

/** What a routine with this slot is given, one entry per activation, for these deliveries. */
async function givenFor(end: Slot<never, unknown>, deliveries: readonly unknown[]): Promise<{ readonly given: unknown[]; readonly outcome: JobOutcome<unknown> }> {
  const given: unknown[] = [];
  const sink = routine({ name: "sink", slots: { input: end as Slot<unknown, unknown> }, run: ({ input }) => void given.push(input) });
  const flow = defineFlow({ id: "slots", concurrency: 1 }).add(items("source")).add(sink).connect("source.item", "sink.input").build();
  const { reprise, system } = virtualHost();
  const outcome = await system.runUntil(flow.on(reprise).start(deliveries).then((job) => job.done()));
  return { given, outcome };
}

describe("F2: slots merge what they get", () => {
  test.each<readonly [string, Slot<never, unknown>, readonly unknown[], readonly unknown[]]>([
    ["override, the default, gives the latest", slot(), [1, 2], [1, 2]],
    ["append gives all so far", slot().append(), [1, 2, 3], [[1], [1, 2], [1, 2, 3]]],
    ["append goes on from a list", slot<number>().append([1, 2]), [3], [[1, 2, 3]]],
    ["append makes a list of what is none", slot().append("string"), ["new"], [["string", "new"]]],
    ["a function makes of the value before and the delivery what it likes", slot().merge((sum: number | undefined, next: number) => (sum ?? 0) + next), [1, 2, 3], [1, 3, 6]],
    ["a function may begin with a value, and change what it is given", slot().merge((list: string[], next: string) => (list.push(next), list), ["a"]), ["b", "c"], [["a", "b"], ["a", "b", "c"]]],
  ])("%s", async (_, end, deliveries, expected) => {
    expect((await givenFor(end, deliveries)).given).toEqual(expected);
  });

  test("for each job by itself", async () => {
    const given: unknown[] = [];
    const sink = routine({ name: "sink", slots: { input: slot<number>().append() }, run: ({ input }) => void given.push(input) });
    const jobs = defineFlow({ id: "slots" }).pipe(sink).build().on(createReprise());
    for (const input of [1, 2]) await (await jobs.start(input)).done();
    expect(given).toEqual([[1], [2]]);
  });
});

describe("F2: slots aggregate", () => {
  test.each<readonly [string, Slot<never, unknown>, readonly unknown[], readonly unknown[]]>([
    ["so many at a time", slot().count(3), [1, 2, 3, 4, 5, 6], [[1, 2, 3], [4, 5, 6]]],
    ["all, when nothing more can come", slot().all(), [1, 2, 3], [[1, 2, 3]]],
    ["the rest, if the slot says so", slot().count(3).whenIncomplete("run"), [1, 2, 3, 4], [[1, 2, 3], [4]]],
    ["not the rest, if the slot says so", slot().count(3).whenIncomplete("drop"), [1, 2, 3, 4, 5], [[1, 2, 3]]],
    ["nothing, where nothing comes", slot().all(), [], []],
    ["an empty list, if the slot says so", slot().all().whenIncomplete("run"), [], [[]]],
  ])("%s", async (_, end, deliveries, expected) => {
    expect((await givenFor(end, deliveries)).given).toEqual(expected);
  });

  test("too few are a failure, unless the slot says otherwise, and never silently lost", async () => {
    const { given, outcome } = await givenFor(slot().count(3), [1, 2]);
    expect(given).toEqual([]);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "INCOMPLETE", message: expect.stringMatching(/slot sink\.input got 2 of 3 deliveries/u) as string } });
    expect((await givenFor(slot().count(3).whenIncomplete("drop"), [1, 2])).outcome).toMatchObject({ status: "completed", routines: { sink: { dropped: 2, completed: 0 } } });
  });
});

describe("F2: a routine with several slots runs when each of them has something", () => {
  const pair = (left: Slot<unknown, unknown>, right: Slot<unknown, unknown>, given: unknown[]) =>
    defineFlow({ id: "pairs", concurrency: 1 })
      .add(routine({ name: "source", slots: { lists: slot<{ readonly left: readonly unknown[]; readonly right: readonly unknown[] }>() }, outputs: { left: output(), right: output() }, run: ({ lists }, { emit }) => {
        for (const item of lists.left) emit("left", item);
        for (const item of lists.right) emit("right", item);
      } }))
      .add(routine({ name: "join", slots: { left, right }, run: (both) => void given.push(both) }))
      .connect("source.left", "join.left")
      .connect("source.right", "join.right")
      .build();
  const run = async (left: Slot<unknown, unknown>, right: Slot<unknown, unknown>, lists: { readonly left: readonly unknown[]; readonly right: readonly unknown[] }) => {
    const given: unknown[] = [];
    return { given, outcome: await (await pair(left, right, given).on(createReprise()).start(lists)).done() };
  };
  const plain = slot() as Slot<unknown, unknown>;

  test("in order, one of each", async () => {
    expect((await run(plain, plain, { left: [1, 2], right: ["a", "b"] })).given).toEqual([{ left: 1, right: "a" }, { left: 2, right: "b" }]);
  });

  test("where one side has fewer, the slot that stays unfilled decides", async () => {
    const lists = { left: [1, 2], right: ["a"] };
    expect((await run(plain, plain, lists)).outcome).toMatchObject({ status: "failed", error: { message: expect.stringContaining("slot join.right got nothing") as string } });
    expect(await run(plain, plain.whenIncomplete("drop"), lists)).toMatchObject({ given: [{ left: 1, right: "a" }], outcome: { status: "completed", routines: { join: { dropped: 1 } } } });
    expect((await run(plain, plain.whenIncomplete("run"), lists)).given).toEqual([{ left: 1, right: "a" }, { left: 2, right: undefined }]);
    // The other slot's rule says nothing of this one.
    expect((await run(plain.whenIncomplete("run"), plain, lists)).outcome.status).toBe("failed");
  });

  test("a list of all waits for the end and pairs with what there is", async () => {
    expect((await run(slot().all() as Slot<unknown, unknown>, plain, { left: [1, 2], right: ["a"] })).given).toEqual([{ left: [1, 2], right: "a" }]);
  });
});

describe("F2: slots that wait for time to pass", () => {
  /** Emits each item after so many ms. */
  const ticker = agentRoutine({
    name: "ticker",
    slots: { delays: slot<readonly number[]>() },
    outputs: { next: output<readonly number[]>(), tick: output<number>() },
    run: async ({ delays: [delay, ...rest] }, context) => {
      if (delay === undefined) return;
      await context.sleep(delay);
      context.emit("tick", context.now());
      context.emit("next", rest);
    },
  });
  const ticks = async (end: Slot<never, unknown>, delays: readonly number[]) => {
    const given: [number, unknown][] = [];
    const { reprise, system } = virtualHost();
    const sink = routine({ name: "sink", slots: { input: end as Slot<unknown, unknown> }, run: ({ input }) => void given.push([system.now(), input]) });
    const flow = defineFlow({ id: "time" }).add(ticker).add(sink).connect("ticker.next", "ticker.delays", { maxIterations: 20 }).connect("ticker.tick", "sink.input").build();
    outputsOf(await system.runUntil(flow.on(reprise).start(delays).then((job) => job.done())));
    return given;
  };

  test("quiet gives what came, once nothing has come for so long", async () => {
    expect(await ticks(slot().quiet(100), [10, 10, 10, 500, 10])).toEqual([[130, [10, 20, 30]], [540, [530, 540]]]);
  });

  test("count within a time gives what came by then", async () => {
    expect(await ticks(slot().count(3).whenIncomplete("run"), [10, 10, 10, 10])).toEqual([[30, [10, 20, 30]], [40, [40]]]);
    expect(await ticks(slot().count(3, { withinMs: 50 }).whenIncomplete("run"), [10, 10, 100, 10])).toEqual([[60, [10, 20]], [130, [120, 130]]]);
  });
});

describe("F2: schemas check what is delivered and what is emitted", () => {
  test("one by one in lists, as a whole after a merge function, and with the path of the fault", async () => {
    expect((await givenFor(slot(z.coerce.number()).count(2), ["1", "2"])).given).toEqual([[1, 2]]);
    expect((await givenFor(slot(z.array(z.number()).max(2)).merge((list: unknown[] | undefined, next: unknown) => [...(list ?? []), next]), [1, 2])).given).toEqual([[1], [1, 2]]);
    expect((await givenFor(slot(z.object({ size: z.number() })).all(), [{ size: 1 }, { size: "2" }])).outcome).toMatchObject({
      status: "failed",
      error: { message: expect.stringMatching(/sink\[.*input\.input\[1\]\.size/u) as string },
    });
  });

  test("an input that is refused is never retried, an output that is refused is", async () => {
    const calls: number[] = [];
    const retries = { strategy: "retry", maxRetries: 2, retryDelayMs: 1 } as const;
    const picky = routine({ name: "picky", slots: { input: z.string() }, errorHandler: retries, run: () => void calls.push(0) });
    const sloppy = routine({ name: "sloppy", slots: { input: slot() }, outputs: { output: z.string() }, errorHandler: retries, run: (_given, { attempt, emit }) => {
      calls.push(attempt);
      emit("output", (attempt < 3 ? 1 : "three") as string);
    } });
    const { reprise, system } = virtualHost();
    const refused = await system.runUntil(defineFlow({ id: "picky" }).pipe(passing("before")).pipe(picky as never).build().on(reprise).start(1).then((job) => job.done()));
    expect([refused.status, calls]).toEqual(["failed", []]);
    const made = await system.runUntil(defineFlow({ id: "sloppy" }).pipe(sloppy).build().on(reprise).start(1).then((job) => job.done()));
    expect([outputsOf(made), calls]).toEqual([{ "sloppy.output": ["three"] }, [1, 2, 3]]);
  });
});
