// Streams of events: of a run that is open here, and of one that anybody may be at.
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type EventFeed, type ExecutionEvent, type ExecutionState, type StreamItem } from "@reprise/core";
import { defaultSystem, type StateBackend } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { addOne, virtualSystem } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { latch, rejectionOf, stateId, turns } from "./support/world.ts";

async function read<Item extends StreamItem>(feed: EventFeed<Item>): Promise<{ readonly items: Item[]; readonly status: string | undefined }> {
  const items: Item[] = [];
  const iterator = feed[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return { items, status: value };
    items.push(value);
  }
}

const short = (items: readonly StreamItem[]): string[] => items.map((item) => (item.status === "cut" ? `cut ${item.seq}` : `${item.status} ${item.address}`));
const seqs = (items: readonly StreamItem[]): number[] => items.map(({ seq }) => seq);

async function count(state: ExecutionState, times: number): Promise<void> {
  for (let value = 0; value < times; value += 1) await state.run(addOne, value);
}

describe("a run that is open here", () => {
  test("H5: every consumer sees each event once and in order, whenever it comes", async () => {
    const state = await createReprise({ backend: memoryBackend() }).create({ stateId });
    const early = read(state.events());
    await count(state, 3);
    const late = read(state.events());
    const fromFifth = read(state.events({ from: (state.history.events()[4] as ExecutionEvent).seq }));
    await count(state, 2);
    await state.saveCheckpoint({ status: "completed" });
    const history = state.history.events();
    expect(history).toHaveLength(10);
    expect(await early).toEqual({ items: history, status: "completed" });
    expect(await late).toEqual(await early);
    expect((await fromFifth).items).toEqual(history.slice(4));
    expect(await read(state.events())).toEqual(await early);
    await state.close();
    expect(await read(state.events())).toEqual(await early);
  });

  test("H5: a consumer that takes nothing holds up nothing and misses nothing", async () => {
    const state = await createReprise().create();
    const iterator = state.events()[Symbol.asyncIterator]();
    const first = iterator.next();
    await count(state, 1_500);
    expect((await first).value).toMatchObject({ seq: 2 });
    await state.close();
    const seen: number[] = [];
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) seen.push(next.value.seq);
    expect(seen).toEqual(seqs(state.history.events()).slice(1));
    expect(seen).toHaveLength(2_999);
  });

  test("H5: what is published again on the topic is not repeated in a stream", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    await count(first, 2);
    await first.close();
    const state = await createReprise({ backend }).load(stateId, { mode: "republish_all" });
    const reading = read(state.events());
    await count(state, 3);
    state.republish();
    await state.close();
    expect(short((await reading).items)).toEqual(short(state.history.events()));
  });

  const asking = agent({ name: "asking", run: (_input: void, context) => context.waitFor("approval") });

  test("H5: a stream ends when the run is at rest, and another one begins where it goes on", async () => {
    const state = await createReprise().create();
    const reading = read(state.events());
    await count(state, 1);
    await state.saveCheckpoint({ status: "paused" });
    expect(await reading).toMatchObject({ status: "paused", items: { length: 2 } });
    const more = count(state, 2);
    await turns(2);
    const whole = read(state.events());
    await more;
    await state.close();
    expect((await whole).items).toHaveLength(6);
  });

  test("H5, I3: a stream ends when the run is suspended", async () => {
    const state = await createReprise({ backend: memoryBackend() }).create();
    const reading = read(state.events());
    expect(await rejectionOf(state.run(asking, undefined))).toMatchObject({ code: "EXECUTION_AWAITING" });
    expect(await reading).toMatchObject({ status: "awaiting", items: [{ status: "started" }, { status: "started" }, { status: "awaiting" }] });
  });

  test("H5, I2: a stream ends when the run is interrupted, with the calls that were open", async () => {
    const state = await createReprise({ backend: memoryBackend() }).create();
    const reading = read(state.events());
    const held = tool({ name: "held", run: (_input: void, { signal }) => new Promise<void>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });
    const running = rejectionOf(state.run(held));
    await turns();
    state.interrupt();
    expect(await running).toMatchObject({ code: "EXECUTION_INTERRUPTED" });
    expect(await reading).toMatchObject({ status: "interrupted", items: [{ status: "started" }, { status: "interrupted", address: "held::tool_call" }] });
  });

  test("H5, H6: a stream ends when the run is lost to somebody else, with what was acknowledged", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    const reading = read(state.events());
    await count(state, 1);
    backend.abandon(stateId);
    await (await backend.acquire(stateId, { owner: "another", create: "never" })).release();
    expect(await rejectionOf(count(state, 2))).toMatchObject({ code: "FENCED" });
    expect(short((await reading).items)).toEqual(["started add_one::tool_call", "completed add_one::tool_call"]);
    expect(short((await read(state.events())).items)).toEqual(["started add_one::tool_call", "completed add_one::tool_call"]);
  });

  test("H5, R5: a validation gives the events that are recorded", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    await count(first, 1);
    await first.saveCheckpoint({ status: "completed" });
    await first.close();
    const state = await createReprise({ backend }).load(stateId, { mode: "validation" });
    const reading = read(state.events());
    await count(state, 3);
    await state.close();
    expect((await reading).items).toEqual(first.history.events());
  });

  test("H2, H5: what is redacted is not shown, recorded or live", async () => {
    const state = await createReprise({ redact: ["password"] }).create();
    const login = tool({ name: "login", run: ({ password }: { readonly password: string }) => ({ password }) });
    await state.run(login, { password: "first" });
    const reading = read(state.events());
    await state.run(login, { password: "second" });
    await state.close();
    expect((await reading).items.map(({ input, value }) => input ?? value)).toEqual(Array.from({ length: 4 }, () => ({ password: "[redacted]" })));
  });

  test.each([[{ from: 0 }, "from"], [{ from: 1.5 }, "from"], [{ signal: {} as AbortSignal }, "signal"]])("H5: %j is refused", async (options, path) => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    for (const open of [() => state.events(options), () => reprise.events(stateId, options)]) {
      expect(open).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
    }
    await state.close();
  });
});

describe.each(stores)("a run that anybody may be at, on %s", (_, open) => {
  test("H5, G14: another process sees each event once and in order, and the end", async () => {
    const store = await open();
    const state = await createReprise({ backend: store.backend }).create({ stateId });
    await count(state, 2);
    const reprise = createReprise({ backend: store.reopen() });
    const whole = read(reprise.events(stateId));
    const rest = read(reprise.events(stateId, { from: 4 }));
    await count(state, 3);
    await state.saveCheckpoint({ status: "completed" });
    await state.close();
    expect(await whole).toEqual({ items: state.history.events(), status: "completed" });
    expect((await rest).items).toEqual(state.history.events(4));
    expect(await read(reprise.events(stateId))).toEqual(await whole);
  });

  test("H5: a stream ends where the run rests, or goes on over waits to its end", async () => {
    const store = await open();
    const asking = agent({ name: "asking", run: async (_input: void, context) => context.run(addOne, await context.waitFor<number>("number")) });
    const reprise = createReprise({ backend: store.backend });
    const watcher = createReprise({ backend: store.reopen() });
    await reprise.execute(asking, undefined, { stateId });
    const toTheEnd = read(watcher.events(stateId, { until: "end" }));
    expect(await read(watcher.events(stateId))).toMatchObject({ status: "awaiting", items: [{ status: "started" }, { status: "started" }, { status: "awaiting" }] });
    await watcher.answer(stateId, "number", 4);
    await reprise.resume(asking, stateId);
    expect(await toTheEnd).toEqual({ items: (await reprise.history(stateId)).events(), status: "completed" });
  });

  test("H5, R9: a rewind is said to those who ask for it, and what it has hidden is not given any more", async () => {
    const store = await open();
    const reprise = createReprise({ backend: store.backend });
    const state = await reprise.create({ stateId });
    await count(state, 3);
    await state.saveCheckpoint({ status: "paused" });
    await state.close();
    const watcher = createReprise({ backend: store.reopen() });
    const seen: StreamItem[] = [];
    const started = latch();
    const watching = (async () => {
      for await (const item of watcher.events(stateId, { until: "end", cuts: true })) {
        seen.push(item);
        if (seen.length === 6) started.open();
      }
    })();
    await started.promise;
    await reprise.rewind(stateId, { address: "add_one#2::tool_call" });
    const again = await reprise.load(stateId);
    await count(again, 3);
    await again.saveCheckpoint({ status: "completed" });
    await again.close();
    await watching;
    const before = ["started add_one::tool_call", "completed add_one::tool_call"];
    const second = ["started add_one#2::tool_call", "completed add_one#2::tool_call"];
    const third = ["started add_one#3::tool_call", "completed add_one#3::tool_call"];
    const cut = seen.find((item) => item.status === "cut");
    expect(cut).toMatchObject({ stateId, visible: [[1, 3]] });
    expect(short(seen)).toEqual([...before, ...second, ...third, `cut ${cut?.seq}`, ...second, ...third]);
    expect(seqs(seen)).toEqual(seqs(seen).toSorted((a, b) => a - b));
    // Whoever comes later sees what is visible; with the cut, if asked.
    expect(short((await read(watcher.events(stateId))).items)).toEqual([...before, ...second, ...third]);
    expect(short((await read(watcher.events(stateId, { cuts: true }))).items)).toEqual([...before, `cut ${cut?.seq}`, ...second, ...third]);
    expect(short((await read(watcher.events(stateId, { from: 5 }))).items)).toEqual([...second, ...third]);
  });

  test("H5, H7: values that are kept elsewhere come, too", async () => {
    const store = await open();
    const large = tool({ name: "large", run: (length: number) => "x".repeat(length) });
    const state = await createReprise({ backend: store.backend, artifactThreshold: 100 }).create({ stateId });
    await state.run(large, 1_000);
    const reading = read(createReprise({ backend: store.reopen() }).events(stateId));
    await state.run(large, 2_000);
    await state.saveCheckpoint({ status: "completed" });
    await state.close();
    expect((await reading).items.filter(({ status }) => status === "completed").map(({ value }) => (value as string).length)).toEqual([1_000, 2_000]);
  });

  test("H5: an unknown run, one that is deleted meanwhile, and one that was made anew are typed errors", async () => {
    const store = await open();
    const reprise = createReprise({ backend: store.backend });
    expect(await rejectionOf(read(reprise.events("run-2")))).toMatchObject({ code: "NOT_FOUND" });
    expect(() => reprise.events("")).toThrow(expect.objectContaining({ code: "INVALID_ID" }));
    const looks: (() => void)[] = [];
    const byHand = { ...defaultSystem(), setTimer: (_delayMs: number, look: () => void) => (looks.push(look), () => undefined) };
    const watcher = createReprise({ backend: store.reopen(), system: byHand });
    const begin = async (times: number): Promise<void> => {
      await using state = await reprise.create({ stateId });
      await count(state, times);
    };
    for (const [remade, code] of [[false, "NOT_FOUND"], [true, "CONFLICT"]] as const) {
      await begin(3);
      const iterator = watcher.events(stateId)[Symbol.asyncIterator]();
      for (let taken = 0; taken < 6; taken += 1) await iterator.next();
      const waiting = iterator.next();
      await reprise.delete(stateId);
      if (remade) await begin(1);
      while (looks.length === 0) await turns(1);
      looks.shift()?.();
      expect(await rejectionOf(waiting)).toMatchObject({ code });
      if (remade) await reprise.delete(stateId);
    }
  });
});

test("H5: however many follow a run, it is read once, and nothing is left when they have gone", async () => {
  const system = virtualSystem();
  const inner = memoryBackend();
  let reads = 0;
  let heads = 0;
  const backend: StateBackend = {
    ...inner,
    read: (...given) => {
      reads += 1;
      return inner.read(...given);
    },
    head: (id) => {
      heads += 1;
      return inner.head(id);
    },
  };
  const writer = await createReprise({ backend: inner }).create({ stateId });
  await count(writer, 1);
  const reprise = createReprise({ backend, system });
  const controller = new AbortController();
  const all = Promise.all(Array.from({ length: 50 }, () => read(reprise.events(stateId, { signal: controller.signal }))));
  await system.advance(0);
  expect([reads, heads, system.pending.timers]).toEqual([1, 0, 1]);
  // Less and less often while nothing comes: at 100, 300, 700 and 1,500 ms, and every second from there.
  await system.advance(10_000);
  expect([reads, heads]).toEqual([1, 12]);
  await count(writer, 1);
  await system.advance(1_000);
  expect(reads).toBe(2);
  controller.abort();
  expect((await all).map(({ items }) => items.length)).toEqual(Array.from({ length: 50 }, () => 4));
  await turns();
  expect(system.pending).toEqual({ turns: 0, timers: 0 });
  await writer.close();
});

test("H5: what this Reprise appends is seen at once, by whichever handle, and no oftener than every 100 ms", async () => {
  const system = virtualSystem();
  const inner = memoryBackend();
  let heads = 0;
  const reprise = createReprise({ backend: { ...inner, head: (id) => ((heads += 1), inner.head(id)) }, system });
  const first = await reprise.create({ stateId });
  await system.runUntil(count(first, 1));
  const iterator = reprise.events(stateId, { from: 3, until: "end" })[Symbol.asyncIterator]();
  await system.runUntil(iterator.next());
  const delayOf = async (work: () => Promise<unknown>): Promise<number> => {
    await system.advance(10_000);
    const waiting = iterator.next();
    await system.runUntil(work());
    const began = system.now();
    await system.runUntil(waiting);
    return system.now() - began;
  };
  expect(await delayOf(() => count(first, 1))).toBeLessThanOrEqual(100);
  await system.runUntil(iterator.next());
  await system.runUntil(first.close());
  const second = await reprise.load(stateId);
  expect(await delayOf(() => count(second, 3))).toBeLessThanOrEqual(100);
  await system.runUntil(iterator.next());
  await system.advance(1_000);
  const before = heads;
  for (let call = 0; call < 50; call += 1) {
    await system.runUntil(second.run(addOne, call));
    await system.advance(10);
  }
  expect(heads - before).toBeLessThanOrEqual(6);
  await iterator.return?.();
  await system.runUntil(second.close());
  expect(system.pending).toEqual({ turns: 0, timers: 0 });
});

test("H5: closing a Reprise ends the streams of runs that go on elsewhere", async () => {
  const store = memoryBackend();
  const writer = await createReprise({ backend: store }).create({ stateId });
  await count(writer, 1);
  const reprise = createReprise({ backend: { ...store, close: async () => undefined } });
  const iterator = reprise.events(stateId)[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.next();
  const waiting = iterator.next();
  await reprise.close();
  expect(await waiting).toEqual({ done: true, value: "running" });
  await writer.close();
});

test.each([2, 5])("H5: a run that is made anew while it is followed is another one, also where it is as long: %i times", async (times) => {
  const system = virtualSystem();
  const backend = memoryBackend();
  const first = await createReprise({ backend }).create({ stateId });
  await count(first, 2);
  await first.close();
  const ended = rejectionOf(read(createReprise({ backend, system }).events(stateId, { until: "end" })));
  await system.advance(1_000);
  const other = createReprise({ backend });
  await other.delete(stateId);
  await count(await other.create({ stateId }), times);
  await system.advance(1_000);
  expect(await system.runUntil(ended)).toMatchObject({ code: "CONFLICT" });
});
