// What users of an older system of this kind were promised, item by item: definitions, slots, queues, jobs, pausing, and its other demos.
import { memoryBackend } from "@reprise/backend-memory";
import { createReprise } from "@reprise/core";
import { retry } from "@reprise/retry";
import { expect, test } from "vitest";
import { agentRoutine, defineFlow, flowRegistry, loadFlow, named, output, routine, slot, type JobState } from "../../src/index.ts";
import { items, outputsOf, passing, virtualHost, type Seen } from "../support/flows.ts";

const invalid = expect.objectContaining({ code: "INVALID_DEFINITION" }) as Error;

test("acceptance-42: duplicate ids, unknown routines, outputs, slots, entries and strategies are errors", () => {
  const flow = defineFlow({ id: "flow" }).add(passing("a"));
  expect(() => flow.add(passing("a"))).toThrow(invalid);
  for (const [from, to] of [["b.output", "a.input"], ["a.out", "a.input"], ["a.output", "a.in"]]) expect(() => flow.connect(from as never, to as never)).toThrow(invalid);
  expect(() => flow.entry("b" as never)).toThrow(invalid);
  expect(() => defineFlow({ id: "flow", errorHandler: { strategy: "ignore" as never } })).toThrow(invalid);
});

test("acceptance-43: emitting gives nothing to wait for, and what is emitted arrives in order", async () => {
  const seen: Seen = [];
  let returned: unknown = "nothing yet";
  const source = routine({ name: "source", outputs: { item: output<string>() }, run: (_given, { emit }) => {
    returned = [0, 1, 2].map((index) => emit("item", `item_${index}`));
    expect(seen).toEqual([]);
  } });
  await (await defineFlow({ id: "flow", concurrency: 1 }).add(source).add(passing("sink", seen)).connect("source.item", "sink.input").build().on(createReprise()).start()).done();
  expect([returned, seen]).toEqual([[undefined, undefined, undefined], ["item_0", "item_1", "item_2"]]);
});

test("acceptance-44: one at a time, siblings go in the order of their connections, the source first", async () => {
  const seen: Seen = [];
  const tell = <const Name extends string>(name: Name) => routine({ name, slots: { input: slot() }, outputs: { output: output() }, run: ({ input }) => (seen.push(name), input) });
  const flow = defineFlow({ id: "flow", concurrency: 1 }).add(tell("a")).add(tell("b")).add(tell("c")).add(tell("d")).connect("a.output", "c.input").connect("a.output", "b.input").connect("a.output", "d.input").build();
  await (await flow.on(createReprise()).start("x")).done();
  expect(seen).toEqual(["a", "c", "b", "d"]);
});

test("acceptance-45: side by side three that take 0.2 s take 0.2 s, one after the other 0.6; the flow is what it was", async () => {
  const took = async (concurrency: number): Promise<number> => {
    const { reprise, system } = virtualHost();
    const slow = <const Name extends string>(name: Name) => routine({ name, slots: { input: slot() }, run: () => new Promise<undefined>((resolve) => void system.setTimer(200, () => resolve(undefined))) });
    const flow = defineFlow({ id: "flow", concurrency }).add(passing("source")).add(slow("a")).add(slow("b")).add(slow("c")).connect("source.output", "a.input").connect("source.output", "b.input").connect("source.output", "c.input").build();
    await system.runUntil(flow.on(reprise).start("x").then((job) => job.done()));
    return system.now();
  };
  expect(await Promise.all([took(5), took(1)])).toEqual([200, 600]);
});

test("acceptance-46, acceptance-47: slots override, append, merge by a function, and aggregate; too few are not one", async () => {
  const given = async (end: unknown, values: readonly unknown[]) => {
    const seen: Seen = [];
    const sink = routine({ name: "sink", slots: { input: end as ReturnType<typeof slot> }, run: ({ input }) => void seen.push(input) });
    const job = await defineFlow({ id: "flow", concurrency: 1 }).add(items("source")).add(sink).connect("source.item", "sink.input").build().on(createReprise()).start(values);
    const { status } = await job.done();
    return [status, seen.at(-1)];
  };
  expect(await given(slot(), [1, 2])).toEqual(["completed", 2]);
  expect(await given(slot().append(), [1, 2])).toEqual(["completed", [1, 2]]);
  expect(await given(slot().append([1, 2]), [3])).toEqual(["completed", [1, 2, 3]]);
  expect(await given(slot().append("string"), ["new"])).toEqual(["completed", ["string", "new"]]);
  expect(await given(slot().merge((one: number, other: number) => one * other, 1), [2, 3])).toEqual(["completed", 6]);
  expect(() => slot().merge("sum" as never)).toThrow(invalid);
  expect(await given(slot().count(3), ["a", "b", "c"])).toEqual(["completed", ["a", "b", "c"]]);
  expect(await given(slot().count(3), ["a", "b"])).toEqual(["failed", undefined]);
});

test("acceptance-48: a connection renames, keeps some, or changes nothing", async () => {
  const source = routine({ name: "source", outputs: { out: output<{ a: number; b: number }>() }, run: () => ({ a: 1, b: 2 }) });
  const mapped = async (map?: (value: { a: number; b: number }) => unknown) => {
    const flow = defineFlow({ id: "flow" }).add(source).add(passing("sink"));
    const built = (map === undefined ? flow.connect("source.out", "sink.input") : flow.connect("source.out", "sink.input", { map })).build();
    return outputsOf(await (await built.on(createReprise()).start()).done())["sink.output"];
  };
  expect(await mapped(({ a, b }) => ({ x: a, b }))).toEqual([{ x: 1, b: 2 }]);
  expect(await mapped(({ a }) => ({ x: a }))).toEqual([{ x: 1 }]);
  expect(await mapped()).toEqual([{ a: 1, b: 2 }]);
});

test("acceptance-49, acceptance-50: many to one, one to many, to itself; and an output that leads nowhere is no error", async () => {
  const seen: Seen = [];
  const twice = routine({ name: "twice", slots: { value: slot<number>() }, outputs: { again: output<number>(), one: output<number>(), other: output<number>(), loose: output<string>() }, run: ({ value }, { emit }) => {
    if (value < 3) emit("again", value + 1);
    emit("one", value);
    emit("other", -value);
    emit("loose", "nobody");
  } });
  const before = defineFlow({ id: "flow", concurrency: 1 }).add(twice).add(passing("sink", seen)).add(passing("other_sink", seen));
  const flow = before.connect("twice.again", "twice.value", { maxIterations: 5 }).connect("twice.one", "sink.input").connect("twice.other", "sink.input").connect("twice.one", "other_sink.input").build();
  expect(outputsOf(await (await flow.on(createReprise()).start(2)).done())["twice.loose"]).toEqual(["nobody", "nobody"]);
  expect(seen.toSorted()).toEqual([-2, -3, 2, 2, 3, 3].toSorted());
});

test("acceptance-51: what waits for all runs when everything before it is done, and not earlier", async () => {
  const order: Seen = [];
  const { reprise, system } = virtualHost();
  const after = <const Name extends string>(name: Name, ms: number) => routine({ name, slots: { input: slot() }, outputs: { output: output<string>() }, run: async () => {
    await new Promise<void>((resolve) => void system.setTimer(ms, resolve));
    order.push(name);
    return name;
  } });
  const end = routine({ name: "end", slots: { all: slot<string>().all() }, run: ({ all }) => void order.push(all.toSorted()) });
  const flow = defineFlow({ id: "flow" }).add(after("a", 10)).add(after("b", 30)).add(after("c", 20)).add(end).connect("a.output", "b.input").connect("a.output", "c.input").connect("b.output", "end.all").connect("c.output", "end.all").build();
  await system.runUntil(flow.on(reprise).start("x").then((job) => job.done()));
  expect(order).toEqual(["a", "c", "b", ["b", "c"]]);
});

test("acceptance-52, acceptance-53: each start is a job of its own, and what its routines share is that job's", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const count = routine({ name: "count", slots: { item: slot() }, run: (_given, { storage }) => storage.add("seen", 1) });
  const total = routine({ name: "total", slots: { items: slot().all() }, outputs: { seen: output<number>() }, run: (_given, { storage }) => storage.get<number>("seen") ?? 0 });
  const flow = defineFlow({ id: "flow" }).add(items("source")).add(count).add(total).connect("source.item", "count.item").connect("source.item", "total.items").build();
  const jobs = await Promise.all([10, 3].map((size) => flow.on(reprise).start(Array.from({ length: size }, (_, index) => index))));
  await Promise.all(jobs.map((job) => job.done()));
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(2);
  const stored = await Promise.all(jobs.map(async ({ id }) => (await reprise.snapshot(id)).storage["seen"]));
  expect(stored).toEqual([10, 3]);
  expect((await jobs[0]?.serialize())?.activations.filter(({ routine }) => routine === "count")).toHaveLength(10);
});

test("acceptance-54, acceptance-57, acceptance-58: a pause lets a routine that is stuck be, and concerns its job alone; cancelling ends it", async () => {
  const { reprise, system } = virtualHost({ graceMs: 5_000 });
  const stuck = routine({ name: "stuck", slots: { input: slot() }, outputs: { output: output() }, run: ({ input }) => (input === "stuck" ? new Promise<undefined>(() => undefined) : input) });
  const jobs = defineFlow({ id: "flow" }).pipe(stuck).pipe(passing("after")).build().on(reprise);
  const job = await system.runUntil(jobs.start("stuck"));
  const other = await system.runUntil(jobs.start("fine"));
  let paused = false;
  const pausing = job.pause().then(() => (paused = true));
  await system.advance(60_000);
  expect(paused).toBe(false);
  expect((await system.runUntil(other.done())).status).toBe("completed");
  expect(await system.runUntil(job.cancel())).toBe(true);
  await system.runUntil(pausing);
  expect(await job.done()).toMatchObject({ status: "cancelled" });
  expect(await job.serialize()).toMatchObject({ status: "cancelled", routines: { after: { status: "pending" } } });
});

test("acceptance-55, acceptance-59: a job of another flow, one that is not there, and what is no job are refused", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const [one, other] = [defineFlow({ id: "one" }).pipe(passing("a")).build(), defineFlow({ id: "other" }).pipe(passing("a")).build()];
  const job = await one.on(reprise).start("x");
  await job.done();
  await expect(other.on(reprise).resume(job.id)).rejects.toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("belongs to") as string });
  await expect(other.on(reprise).resume(await job.serialize())).rejects.toMatchObject({ code: "INVALID_OPTION" });
  await expect(one.on(reprise).resume("missing")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(one.on(reprise).resume({ _type: "Flow" } as unknown as JobState)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  expect(() => loadFlow({ id: "one", routines: [{ id: "unknown" }] }, flowRegistry({ routines: [] }))).toThrow(/no routine "unknown"/u);
});

test("acceptance-56: a paused job goes on with its id, its state and what is left to do, on a host that has nothing but the definition and the store", async () => {
  const backend = memoryBackend();
  const part = (seen: Seen) => {
    const routines = [
      routine({ name: "a", slots: { input: slot() }, outputs: { output: output() }, run: async ({ input }, { storage }) => {
        storage.set("progress", { processed: 5, count: 10 });
        seen.push("a");
        return input;
      } }),
      agentRoutine({ name: "b", slots: { input: slot() }, outputs: { output: output() }, run: async ({ input }, context) => {
        await context.sleep(1_000);
        return input;
      } }),
      routine({ name: "c", slots: { input: slot() }, outputs: { output: output() }, run: (_given, { storage }) => (seen.push("c"), storage.get("progress")) }),
    ] as const;
    return { registry: flowRegistry({ routines }), flow: defineFlow({ id: "flow" }).pipe(routines[0]).pipe(routines[1]).pipe(routines[2]).build() };
  };
  const [a, b] = [virtualHost({ backend }), virtualHost({ backend })];
  const [onA, onB]: [Seen, Seen] = [[], []];
  const job = await a.system.runUntil(part(onA).flow.on(a.reprise).start("x"));
  await a.system.advance(500);
  await a.system.runUntil(job.pause());
  const saved = JSON.parse(JSON.stringify({ flow: part([]).flow.serialize(), job: await job.serialize() })) as { flow: unknown; job: JobState };
  const resumed = await b.system.runUntil(loadFlow(saved.flow, part(onB).registry).on(b.reprise).resume(saved.job));
  expect((await resumed.serialize()).status).toBe("running");
  expect(outputsOf(await b.system.runUntil(resumed.done()))).toEqual({ "c.output": [{ processed: 5, count: 10 }] });
  expect([resumed.id, onA, onB]).toEqual([job.id, ["a"], ["c"]]);
});

test("acceptance-60: configurations of every shape, and the ends of connections, go through JSON as often as one likes", () => {
  const config = { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } } as const;
  const thing = routine({ name: "thing", config, slots: { input: slot() }, outputs: { output: output() }, run: () => undefined });
  const given = { none: null, empty: "", zero: 0, no: false, unicode: "日本語\n\t", nested: { list: [1, [2, { three: 3 }]] } };
  const flow = defineFlow({ id: "flow" }).add(thing, { config: given }).add(thing, { id: "second", config: null }).add(passing("third")).connect("thing.output", "second.input").connect("second.output", "third.input").connect("thing.output", "third.input").build();
  const registry = flowRegistry({ routines: [thing, passing("third")] });
  let json = flow.serialize();
  for (let round = 0; round < 3; round += 1) json = loadFlow(JSON.parse(JSON.stringify(json)), registry).serialize();
  expect(json).toEqual(flow.serialize());
  expect(json.connections.map(({ from, to }) => `${from} ${to}`)).toEqual(["thing.output second.input", "second.output third.input", "thing.output third.input"]);
});

test("acceptance-61: one waits for a job, for a condition, or for a while", async () => {
  const { reprise, system } = virtualHost();
  const slow = routine({ name: "slow", slots: { item: slot() }, run: () => new Promise<undefined>((resolve) => void system.setTimer(100, () => resolve(undefined))) });
  const flow = defineFlow({ id: "flow", concurrency: 1 }).add(items("source")).add(slow).connect("source.item", "slow.item").build();
  const job = await system.runUntil(flow.on(reprise).start([1, 2, 3]));
  const seen: number[] = [];
  const stop = job.onProgress(({ slow: progress }) => void seen.push(progress?.completed ?? 0));
  const twoDone = job.waitUntil(({ slow: progress }) => progress?.completed === 2);
  const controller = new AbortController();
  const givenUp = job.waitUntil(() => false, { signal: controller.signal });
  expect(await system.runUntil(twoDone)).toBe(true);
  expect(system.now()).toBe(200);
  controller.abort();
  expect(await givenUp).toBe(false);
  const never = job.waitUntil(({ slow: progress }) => progress?.completed === 9);
  const thrown = job.waitUntil(({ slow: progress }) => {
    if (progress?.completed === 3) throw new Error("a fault of the condition");
    return false;
  });
  await Promise.all([system.runUntil(job.done()), expect(thrown).rejects.toThrow("a fault of the condition")]);
  expect(await never).toBe(false);
  stop();
  expect([(await job.done()).status, new Set(seen), await job.waitUntil(({ slow: progress }) => progress?.completed === 3)]).toEqual(["completed", new Set([0, 1, 2, 3]), true]);
});

test("acceptance-62: an agent asks a person on host A, and goes on with the answer on host B", async () => {
  const [storeA, storeB] = [memoryBackend(), memoryBackend()];
  const part = (seen: Seen) =>
    defineFlow({ id: "assistant" })
      .add(agentRoutine({ name: "agent", slots: { task: slot<string>() }, outputs: { plan: output<string>() }, run: async ({ task }, context) => {
        const name = await context.waitFor<string>("question", { prompt: `For whom is the ${task}?` });
        return `${task} for ${name}`;
      } }))
      .add(passing("execute", seen))
      .connect("agent.plan", "execute.input")
      .build();
  const [a, b] = [createReprise({ backend: storeA }), createReprise({ backend: storeB })];
  const [onA, onB]: [Seen, Seen] = [[], []];
  const job = await part(onA).on(a).start("report", { jobId: "job" });
  expect(await job.done()).toMatchObject({ status: "awaiting", pending: [{ name: "question", prompt: "For whom is the report?" }] });
  expect((await job.serialize()).status).toBe("awaiting");
  const file = JSON.parse(JSON.stringify(await job.handOff())) as Awaited<ReturnType<typeof job.handOff>>;
  const jobs = part(onB).on(b);
  await jobs.import(file);
  expect(await b.pending("job")).toMatchObject([{ name: "question", prompt: "For whom is the report?" }]);
  await b.answer("job", "question", "Ada");
  expect(outputsOf(await (await jobs.resume(file)).done())).toEqual({ "execute.output": ["report for Ada"] });
  expect([onA, onB]).toEqual([[], ["report for Ada"]]);
  expect((await jobs.state("job")).status).toBe("completed");
});

test("acceptance-63: five stages, four jobs, two at a time", async () => {
  const { reprise, system } = virtualHost();
  const stage = <const Name extends string>(name: Name) => routine({ name, slots: { input: slot() }, outputs: { output: output() }, run: async ({ input }) => {
    await new Promise<void>((resolve) => void system.setTimer(100, resolve));
    return `${String(input)} ${name}`;
  } });
  const flow = defineFlow({ id: "stages", concurrency: 2 }).pipe(stage("load")).pipe(stage("validate")).pipe(stage("transform")).pipe(stage("enrich")).pipe(stage("store")).build();
  const jobs = await Promise.all(["a", "b", "c", "d"].map((input) => flow.on(reprise).start(input))).then((all) => all, (error: unknown) => Promise.reject(error));
  const outcomes = await system.runUntil(Promise.all(jobs.map((job) => job.done())));
  expect(outcomes.map((outcome) => outputsOf(outcome)["store.output"])).toEqual(["a", "b", "c", "d"].map((input) => [`${input} load validate transform enrich store`]));
  for (const job of jobs) {
    const { history, routines } = await job.serialize();
    expect(history.filter(({ event }) => event === "completed")).toHaveLength(5);
    expect(Object.values(routines).every(({ status }) => status === "completed")).toBe(true);
  }
  expect(system.now()).toBe(500);
});

test.each([
  { maxIterations: 5, threshold: 10, processed: 5, validated: 6, status: "completed" },
  { maxIterations: 3, threshold: 100, processed: 3, validated: 4, status: "completed" },
  { maxIterations: 3, threshold: 2, processed: 2, validated: 3, status: "completed" },
])("acceptance-64, acceptance-65: a loop of $maxIterations with a threshold of $threshold", async ({ maxIterations, threshold, processed, validated, status }) => {
  const validator = routine({ name: "validator", slots: { round: slot<number>() }, outputs: { again: output<number>(), final: output<string>() }, run: ({ round }, { emit }) => (round < maxIterations && round < threshold ? emit("again", round) : emit("final", `final_${round}`)) });
  const processor = routine({ name: "processor", slots: { round: slot<number>() }, outputs: { done: output<number>() }, run: ({ round }) => round + 1 });
  const flow = defineFlow({ id: "loop" }).add(validator).add(processor).add(passing("finalizer")).connect("validator.again", "processor.round").connect("processor.done", "validator.round", { maxIterations: 20 }).connect("validator.final", "finalizer.input").build();
  const outcome = await (await flow.on(createReprise()).start(0)).done();
  expect(outcome).toMatchObject({ status, outputs: { "finalizer.output": [`final_${processed}`] }, routines: { processor: { completed: processed }, validator: { completed: validated }, finalizer: { completed: 1 } } });
});

test("acceptance-66: a loop that never ends is stopped by its limit, and one without a limit is no definition", async () => {
  const loop = defineFlow({ id: "loop" }).add(passing("a")).add(passing("b")).connect("a.output", "b.input");
  const outcome = await (await loop.connect("b.output", "a.input", { maxIterations: 100 }).build().on(createReprise()).start("x")).done();
  expect(outcome).toMatchObject({ status: "failed", error: { code: "LIMIT" } });
  expect(() => loop.connect("b.output", "a.input").build()).toThrow(invalid);
});

test("acceptance-67: a definition has the version of its format: a newer one is refused, none is taken as the first", () => {
  const a = passing("a");
  const flow = defineFlow({ id: "flow" }).pipe(a).build();
  const registry = flowRegistry({ routines: [a] });
  const { format, ...without } = flow.serialize();
  expect(Number.isSafeInteger(format)).toBe(true);
  expect(loadFlow(without, registry).hash).toBe(flow.hash);
  expect(() => loadFlow({ ...without, format: format + 1 }, registry)).toThrow(expect.objectContaining({ code: "INCOMPATIBLE" }));
});

test("acceptance-68: pipe joins the next routine to the one before, from chosen ends and a chosen routine", () => {
  const flow = defineFlow({ id: "flow" }).pipe(passing("a")).pipe(passing("b")).pipe(passing("c"), { from: "a", output: "output", slot: "input" }).build();
  expect(defineFlow({ id: "flow" }).pipe(passing("a")).build().serialize().connections).toEqual([]);
  expect(flow.serialize().connections).toEqual([{ from: "a.output", to: "b.input" }, { from: "a.output", to: "c.input" }]);
});

test("acceptance-69: ten thousand deliveries arrive, each once and in order; nothing is dropped because there are many", async () => {
  const values = Array.from({ length: 10_000 }, (_, index) => index);
  const seen: Seen = [];
  const flow = defineFlow({ id: "many", concurrency: 1 }).add(items("source")).add(passing("sink", seen)).connect("source.item", "sink.input").build();
  expect((await (await flow.on(createReprise()).start(values)).done()).status).toBe("completed");
  expect(seen).toEqual(values);
}, 60_000);

test("acceptance-70: delays are fixed, linear or exponential, and capped", async () => {
  const delays = (handler: object): readonly number[] => [1, 2, 3, 4].map((n) => retry({ maxAttempts: 9, jitter: "none", initialDelayMs: 1_000, ...handler }).delayBeforeRetry(n, 0));
  expect(delays({ backoff: "constant" })).toEqual([1_000, 1_000, 1_000, 1_000]);
  expect(delays({ backoff: "linear" })[2]).toBe(3_000);
  expect(delays({})[2]).toBe(4_000);
  expect(delays({ maxDelayMs: 5_000 })[3]).toBe(5_000);
  const { reprise, system } = virtualHost();
  const fails = routine({ name: "fails", slots: { input: slot() }, errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 1_000, maxDelayMs: 5_000 }, run: () => {
    throw named("fault", () => new Error("always"))();
  } });
  const job = await system.runUntil(defineFlow({ id: "flow" }).pipe(fails).build().on(reprise).start("x"));
  expect(await system.runUntil(job.done())).toMatchObject({ status: "failed", error: { message: expect.stringContaining("after 5 attempts: always") as string } });
  expect((await job.serialize()).history.filter(({ event }) => event === "retrying").map(({ at, dueAt = 0 }) => dueAt - at)).toEqual([1_000, 2_000, 4_000, 5_000]);
});

test("acceptance-71: five hundred jobs of many flows end, each with its own result", async () => {
  const reprise = createReprise();
  const outcomes = await Promise.all(
    Array.from({ length: 500 }, async (_, index) => {
      const flow = defineFlow({ id: `flow_${index % 10}` }).pipe(passing("a")).pipe(passing("b")).build();
      return outputsOf(await (await flow.on(reprise).start(index)).done())["b.output"];
    }),
  );
  expect(outcomes).toEqual(Array.from({ length: 500 }, (_, index) => [index]));
}, 60_000);
