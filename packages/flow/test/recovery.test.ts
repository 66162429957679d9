import { memoryBackend } from "@reprise/backend-memory";
import { createReprise } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { agentRoutine, defineFlow, output, routine, slot, type PlainSlot } from "../src/index.ts";
import { completedIn, killedEverywhere, live, type Process } from "./support/crashes.ts";
import { failing, named, outputsOf, type Seen } from "./support/flows.ts";

/** Each activation was effective once, before the crash or after it, and there were as many of each routine as without one. */
function expectOnce(point: number, all: readonly string[], whole: readonly string[]): void {
  const tools = all.filter((address) => address.endsWith("::tool_call"));
  expect({ point, twice: tools.filter((address, index) => tools.indexOf(address) !== index) }).toEqual({ point, twice: [] });
  // What a list or a pair is named after depends on what comes first, and what had not happened yet may come in another order.
  const routineOf = (address: string): string => address.split("[")[0] ?? "";
  expect({ point, routines: tools.map(routineOf).toSorted() }).toEqual({ point, routines: whole.map(routineOf).toSorted() });
}

/** Two ways from each item to a join, with retries on both, and a sum over all. */
function diamond(concurrency: number): () => Process {
  return () => {
    const effects: string[] = [];
    const done = (address: string): void => void effects.push(address);
    const source = routine({
      name: "source",
      slots: { items: slot<readonly number[]>() },
      outputs: { item: output<number>() },
      run: ({ items }, { emit, address }) => {
        for (const item of items) emit("item", item);
        done(address);
      },
    });
    const side = <const Name extends string>(name: Name, failures: (value: number) => number, factor: number) =>
      routine({
        name,
        slots: { value: slot<number>() },
        outputs: { made: output<number>() },
        errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5 },
        run: ({ value }, { attempt, address }) => {
          if (attempt <= failures(value)) throw new Error(`attempt ${attempt}`);
          done(address);
          return value * factor;
        },
      });
    const join = routine({
      name: "join",
      slots: { left: slot<number>(), right: slot<number>() },
      outputs: { sum: output<number>() },
      run: ({ left, right }, { address, storage }) => {
        storage.add("joined", 1);
        done(address);
        return left + right;
      },
    });
    const total = routine({
      name: "total",
      slots: { sums: slot<number>().all() },
      outputs: { total: output<number>() },
      run: ({ sums }, { address, storage }) => {
        done(address);
        return sums.reduce((sum, each) => sum + each, 0) + 1_000 * (storage.get<number>("joined") ?? 0);
      },
    });
    const flow = defineFlow({ id: "diamond", concurrency })
      .add(source)
      .add(side("left", (value) => value % 3, 10))
      .add(side("right", (value) => (value + 1) % 2, 100))
      .add(join)
      .add(total)
      .connect("source.item", "left.value")
      .connect("source.item", "right.value")
      .connect("left.made", "join.left")
      .connect("right.made", "join.right")
      .connect("join.sum", "total.sums")
      .build();
    return { flow, effects };
  };
}

describe.each([1, 2, 5])("F3: a diamond with retries, %d at once, that is killed at every record", (concurrency) => {
  test("comes to the same outputs, and nothing that had completed happens again", async () => {
    const begin = diamond(concurrency);
    const input = [1, 2, 3];
    const whole = await live(begin, input);
    expect(whole.outcome).toMatch(/^completed .*"total\.total":\[3660\]/u);
    expect(whole.effects).toHaveLength(1 + 3 + 3 + 3 + 1);
    const lives = await killedEverywhere(begin, input, whole);
    expect(lives.length).toBeGreaterThan(20);
    for (const { point, outcome, effects } of lives) {
      expect({ point, outcome }).toEqual({ point, outcome: whole.outcome });
      expectOnce(point, [...completedIn(whole.journal.slice(0, point)), ...effects], whole.effects);
    }
  });
});

test("F3: the counter-case: an activation that were lost or repeated would be seen", async () => {
  const { effects } = await live(diamond(5), [1, 2, 3]);
  expect(() => expectOnce(0, effects.slice(1), effects)).toThrow();
  expect(() => expectOnce(0, [...effects, ...effects.slice(0, 1)], effects)).toThrow();
  expect(() => expectOnce(0, effects, effects)).not.toThrow();
});

test("F3: fan-out, fan-in, a loop and an agent, killed at every record", async () => {
  const begin = (): Process => {
    const effects: string[] = [];
    const grow = routine({
      name: "grow",
      slots: { value: slot<number>() },
      outputs: { more: output<number>(), done: output<number>() },
      run: ({ value }, { emit, address }) => {
        effects.push(address);
        emit(value < 40 ? "more" : "done", value * 2);
      },
    });
    const square = routine({ name: "square", slots: { value: slot<number>() }, outputs: { squared: output<number>() }, run: ({ value }, { address }) => {
      effects.push(address);
      return value * value;
    } });
    const check = agentRoutine({
      name: "check",
      slots: { values: slot<number>().count(2) },
      outputs: { checked: output<string>() },
      run: async ({ values }, context) => {
        await context.sleep(50);
        return values.join("+");
      },
    });
    const flow = defineFlow({ id: "mesh" })
      .add(grow)
      .add(square)
      .add(check)
      .connect("grow.more", "grow.value", { maxIterations: 10 })
      .connect("grow.more", "square.value")
      .connect("grow.done", "square.value")
      .connect("square.squared", "check.values")
      .build();
    return { flow, effects };
  };
  const whole = await live(begin, 7);
  expect(whole.outcome).toMatch(/"check\.checked":\["196\+784","3136\+12544"\]/u);
  for (const { point, outcome, effects } of await killedEverywhere(begin, 7, whole)) {
    expect({ point, outcome }).toEqual({ point, outcome: whole.outcome });
    expectOnce(point, [...completedIn(whole.journal.slice(0, point)), ...effects], whole.effects);
  }
});

test("F3, F5: slots that are declared in another order are the same definition, and their activations are the same", async () => {
  const joined: Seen = [];
  let broken = true;
  const source = routine({ name: "source", slots: { input: slot() }, outputs: { left: output<string>(), right: output<string>() }, run: (_, { emit }) => {
    emit("left", "a");
    emit("right", "b");
  } });
  const flowOf = (slots: { readonly left: PlainSlot<string, string>; readonly right: PlainSlot<string, string> }) =>
    defineFlow({ id: "joins" })
      .add(source)
      .add(routine({ name: "join", slots, outputs: { both: output<string>() }, run: ({ left, right }) => (joined.push(left), left + right) }))
      .add(failing("last", () => (broken ? named("Broken") : undefined)))
      .connect("source.left", "join.left")
      .connect("source.right", "join.right")
      .connect("join.both", "last.input")
      .build();
  const flow = flowOf({ left: slot<string>(), right: slot<string>() });
  const other = flowOf({ right: slot<string>(), left: slot<string>() });
  expect(other.hash).toBe(flow.hash);
  const reprise = createReprise({ backend: memoryBackend() });
  expect((await (await flow.on(reprise).start("x", { jobId: "joins-1" })).done()).status).toBe("failed");
  broken = false;
  expect(outputsOf(await (await other.on(reprise).resume("joins-1")).done())).toEqual({ "last.output": ["ab"] });
  expect(joined).toEqual(["a"]);
});

test("F3, R2: what a routine emits after it has ended is refused and delivered to nobody, so that a resumed job comes to the same", async () => {
  const refused: unknown[] = [];
  const source = routine({
    name: "source",
    slots: { item: slot<number>() },
    outputs: { item: output<number>() },
    run: async ({ item }, { emit }) => {
      emit("item", item);
      // Work that nobody awaits.
      void Promise.resolve()
        .then(() => undefined)
        .then(() => emit("item", 100))
        .catch((error: unknown) => refused.push(error));
    },
  });
  const sink = routine({ name: "sink", slots: { item: slot<number>() }, outputs: { item: output<number>() }, run: ({ item }) => item });
  const flow = defineFlow({ id: "late" }).pipe(source).pipe(sink).build();
  const reprise = createReprise({ backend: memoryBackend() });
  const jobs = flow.on(reprise);
  expect(outputsOf(await (await jobs.start(1, { jobId: "job" })).done())).toEqual({ "sink.item": [1] });
  expect(refused).toMatchObject([{ code: "SCOPE_CLOSED", address: "late::source[start]::tool_call" }]);
  await reprise.rewind("job", { address: "late::sink[source]::tool_call" });
  expect(outputsOf(await (await jobs.resume("job")).done())).toEqual({ "sink.item": [1] });
});
