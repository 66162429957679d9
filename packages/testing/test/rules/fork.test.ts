import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool, type ForkOptions } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, faultyBackend, virtualSystem } from "../../src/index.ts";
import { recordingBackend } from "./support/recording-backend.ts";
import { stores } from "./support/backends.ts";
import { crashPoint, createWorld, journalOf, latch, rejectionOf, stateId, turns } from "./support/world.ts";

/** `plan`, `draft`, `review`, one after the other: each adds its name, and the storage says what was written last. */
function writer() {
  const named = (name: string) => counter<string>({ name, run: (text: string) => `${text}+${name}` });
  const parts = { plan: named("plan"), draft: named("draft"), review: named("review") };
  const work = agent({
    name: "writer",
    run: async (topic: string, context) => {
      let text = topic;
      for (const { actor } of [parts.plan, parts.draft, parts.review]) {
        text = await context.run(actor, text);
        context.storage.set("text", text);
      }
      return { text, stored: context.storage.get("text") };
    },
  });
  return { ...parts, work, runs: () => [parts.plan.runs, parts.draft.runs, parts.review.runs] };
}

const at = { address: "writer::draft::tool_call" };

describe.each(stores)("R10: fork, on %s", (_, open) => {
  test("R10: the visible prefix becomes a run of its own, and the original is not touched", async () => {
    const store = await open();
    const pipeline = writer();
    const reprise = createReprise({ backend: store.backend });
    await reprise.execute(pipeline.work, "t", { stateId, metadata: { tags: ["a"], pipelineName: "writing", owner: "me" } });
    const [journal, head] = [await journalOf(store.backend), await reprise.head(stateId)];
    const result = await reprise.fork(stateId, { at, stateId: "fork", metadata: { tags: ["b"], note: "other" } });
    expect(result).toMatchObject({ stateId: "fork", lineage: { stateId, seq: 4 }, plan: { stateId, position: 4, reused: ["writer::plan::tool_call"] } });
    expect([await journalOf(store.backend), await reprise.head(stateId)]).toEqual([journal, head]);

    const other = createReprise({ backend: store.reopen() });
    const expected = { stateId: "fork", status: "paused", tags: ["b"], pipelineName: "writing", parentStateId: stateId, lease: "none" };
    expect(await other.head("fork")).toMatchObject(expected);
    expect((await other.list({ parentStateId: stateId })).rows).toMatchObject([expected]);
    const state = await other.load("fork");
    expect([state.status, state.lineage, state.metadata, state.storage.get("text")]).toEqual([
      "paused",
      { stateId, seq: 4 },
      { tags: ["b"], pipelineName: "writing", owner: "me", note: "other", parentStateId: stateId },
      undefined,
    ]);
    await state.close();
    expect(await other.resume(pipeline.work, "fork")).toMatchObject({ status: "completed", value: { text: "t+plan+draft+review", stored: "t+plan+draft+review" } });
    expect(pipeline.runs()).toEqual([1, 2, 2]);
    expect((await other.verify("fork")).findings).toEqual([]);
    expect(await journalOf(store.backend)).toEqual(journal);
  });

  test("R10: a pinned call ends with the value it was given, no handler runs, and a resumed fork knows it", async () => {
    const store = await open();
    const pipeline = writer();
    const reprise = createReprise({ backend: store.backend });
    await reprise.execute(pipeline.work, "t", { stateId });
    const result = await reprise.fork(stateId, { stateId: "fork", pin: { "writer::draft::tool_call": "by hand" } });
    expect(result.plan).toMatchObject({ position: 4, rerun: ["writer::draft::tool_call", "writer::review::tool_call"] });
    const other = createReprise({ backend: store.reopen() });
    expect(await other.resume(pipeline.work, "fork")).toMatchObject({ value: { text: "by hand+review" } });
    expect(pipeline.runs()).toEqual([1, 1, 2]);
    const events = (await other.history("fork")).events().filter(({ address }) => address.includes("draft"));
    expect(events).toMatchObject([{ status: "started", input: "t+plan" }, { status: "completed", value: "by hand", pinned: true }]);
    expect((await other.verify("fork")).findings).toEqual([]);
    // Rewound to before it, it is pinned again.
    await other.rewind("fork", { address: "writer::plan::tool_call" });
    expect(await other.resume(pipeline.work, "fork")).toMatchObject({ value: { text: "by hand+review" } });
    expect(pipeline.runs()).toEqual([2, 1, 3]);
  });
});

describe("R10: what a fork takes over", () => {
  test("R10: a run that somebody holds can be forked; what is open there begins anew here", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const waiting = latch();
    let waits = true;
    const slow = tool({ name: "slow", run: async (value: number) => { if (waits) await waiting.promise; return value; } });
    const work = agent({ name: "work", run: (value: number, context) => context.run(slow, value) });
    const original = reprise.execute(work, 1, { stateId });
    await turns(5);
    const { plan } = await reprise.fork(stateId, { stateId: "fork" });
    expect(plan).toMatchObject({ reentered: ["work::agent_call"], rerun: ["work::slow::tool_call"] });
    waits = false;
    expect(await createReprise({ backend }).resume(work, "fork")).toMatchObject({ value: 1 });
    expect((await reprise.history("fork")).get("work::slow::tool_call")).toMatchObject({ attempts: 1 });
    waiting.open();
    expect(await original).toMatchObject({ status: "completed", value: 1 });
  });

  test("R10: groups, retried agents, pauses and references between records come over whole, also from a fork of a rewound run", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system, retry: retryProvider() });
    const double = counter<number>({ name: "double", run: (value: number) => value * 2 });
    const draws: unknown[] = [];
    const inner = agent({ name: "inner", retry: retry({ maxAttempts: 2, initialDelayMs: 5, jitter: "none" }), run: async (value: number, context) => { const got = await context.run(double.actor, value); if (context.attempt === 1) throw new Error("once"); return got; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        draws.push([context.now(), context.random(), context.uuid()]);
        const list = await context.map("group", [1, 2, 3], inner, { maxWorkers: 2 });
        await context.sleep(10);
        const last = await context.run(double.actor, list.length, { key: context.uuid() });
        return [...list, last];
      },
    });
    const first = await system.runUntil(reprise.execute(work, undefined, { stateId }));
    expect(first).toMatchObject({ value: [2, 4, 6, 6] });
    await system.runUntil(reprise.rewind(stateId, { address: "work::sleep::sleep_call" }));
    await system.runUntil(reprise.resume(work, stateId));
    const runs = double.runs;
    const second = (await reprise.history(stateId)).calls({ type: "tool_call" }).at(-1)?.address ?? "";
    await system.runUntil(reprise.fork(stateId, { stateId: "fork", at: { address: second } }));
    await system.runUntil(reprise.fork("fork", { stateId: "again" }));
    for (const id of ["fork", "again"]) {
      expect(await system.runUntil(reprise.resume(work, id))).toMatchObject({ value: [2, 4, 6, 6] });
      expect((await system.runUntil(reprise.verify(id))).findings).toEqual([]);
      // Code that is entered again draws what it drew: the key of the last call is the same, too.
      expect((await reprise.history(id)).calls({ type: "tool_call" }).at(-1)?.address).toBe(second);
    }
    expect(double.runs).toBe(runs + 2);
    expect(new Set(draws.map((drawn) => JSON.stringify(drawn))).size).toBe(1);
    expect((await reprise.load("again")).lineage).toMatchObject({ stateId: "fork" });
    await system.runUntil(reprise.close());
  });

  test("R10, I4: a wait that was open is open in the fork, and answered there alone", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const work = agent({ name: "work", run: async (_: void, context) => `got ${String(await context.waitFor("approval"))}` });
    expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "awaiting" });
    await reprise.fork(stateId, { stateId: "fork" });
    const [original, copy] = [(await reprise.pending(stateId))[0], (await reprise.pending("fork"))[0]];
    expect(copy).toMatchObject({ name: "approval", address: original?.address });
    expect(copy?.token).not.toBe(original?.token);
    expect((await reprise.head("fork"))?.status).toBe("paused");
    await reprise.answer("fork", copy?.token ?? "", "yes");
    expect(await reprise.resume(work, "fork")).toMatchObject({ status: "completed", value: "got yes" });
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "awaiting" });
    await reprise.answer(stateId, "approval", "no");
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: "got no" });
    // Rewound to before it was answered, it waits again.
    await reprise.rewind(stateId, { address: "work::approval::wait_call" });
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "awaiting" });
    await reprise.answer(stateId, "approval", "later");
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: "got later" });
  });

  test("R10, R4: a fork of a failed run is recovered when it is resumed; the original stays failed", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    let broken = true;
    const fetch = tool({ name: "fetch", run: (page: string) => { if (broken) throw new Error("down"); return page; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(fetch, "a") });
    await reprise.execute(work, undefined, { stateId });
    await reprise.fork(stateId, { stateId: "fork" });
    broken = false;
    expect(await reprise.resume(work, "fork")).toMatchObject({ status: "completed", value: "a" });
    expect((await reprise.head(stateId))?.status).toBe("failed");
  });

  test("R10: a fork of a completed run gives its value, and can be gone on with by hand", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const pipeline = writer();
    await reprise.execute(pipeline.work, "t", { stateId });
    const { stateId: id } = await reprise.fork(stateId);
    expect(id).toMatch(/^[0-9a-f-]{36}$/u);
    expect(await reprise.resume(pipeline.work, id)).toMatchObject({ value: { text: "t+plan+draft+review" } });
    const state = await reprise.load(id);
    expect(await state.run(pipeline.plan.actor, "u")).toBe("u+plan");
    expect(pipeline.runs()).toEqual([2, 1, 1]);
    await state.close();
  });

  test("R10: a large run is written in several appends; one that was cut off between them says so, and can be removed", async () => {
    const system = virtualSystem();
    const memory = memoryBackend({ system });
    const reprise = createReprise({ backend: memory, system });
    const state = await system.runUntil(reprise.create({ stateId }));
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    await system.runUntil(Promise.all(Array.from({ length: 6_000 }, (_, index) => state.run(leaf, index))));
    await system.runUntil(state.close());
    const disk = faultyBackend(memory, { system, faults: { append: { 2: { kind: "crash", done: false } } } });
    expect(await rejectionOf(system.runUntil(createReprise({ backend: disk, system }).fork(stateId, { stateId: "fork" })))).toMatchObject({ message: expect.stringContaining("nothing is left") });
    const after = createReprise({ backend: disk, system });
    expect(await rejectionOf(system.runUntil(after.load("fork")))).toMatchObject({ code: "INCOMPLETE", stateId: "fork" });
    expect(await rejectionOf(system.runUntil(after.execute(leaf, 1, { stateId: "fork" })))).toMatchObject({ code: "INCOMPLETE" });
    await system.runUntil(after.delete("fork"));
    await system.runUntil(after.fork(stateId, { stateId: "fork" }));
    const fork = await system.runUntil(after.load("fork"));
    expect(fork.history.calls()).toHaveLength(6_000);
    await system.runUntil(fork.close());
  });

  test("R10: it is durable at the backend's strongest level, and reads the original without a lease", async () => {
    const backend = recordingBackend("power");
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    await state.run(tool({ name: "leaf", run: () => 1 }));
    await state.close();
    const acquired = backend.acquired;
    await reprise.fork(stateId, { stateId: "fork" });
    expect(backend.acquired).toBe(acquired + 1);
    expect(backend.released).toBe(backend.acquired);
    expect([undefined, "power"]).toContain(backend.appends.at(-1)?.options.durability);
    expect(backend.appends.at(-1)?.options.fence).not.toBe(false);
  });
});

describe("R10: pins", () => {
  test("R10: agents can be pinned, their code does not run; so can the root", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const leaf = counter<number>({ name: "leaf" });
    const inner = agent({ name: "inner", run: (value: number, context) => context.run(leaf.actor, value) });
    const ask = llm({ name: "ask", run: (value: number) => value + 1 });
    const work = agent({ name: "work", run: async (value: number, context) => context.run(ask, await context.run(inner, value)) });
    await reprise.execute(work, 1, { stateId });
    await reprise.fork(stateId, { stateId: "inner", pin: { "work::inner::agent_call": 10, "work::ask::llm_call": new Map([["n", 5n]]) } });
    expect(await reprise.resume(work, "inner")).toMatchObject({ value: new Map([["n", 5n]]) });
    await reprise.fork(stateId, { stateId: "root", pin: { "work::agent_call": undefined } });
    const outcome = await reprise.resume(work, "root");
    expect(outcome).toMatchObject({ status: "completed" });
    expect(outcome.status === "completed" && outcome.value).toBeUndefined();
    expect(await reprise.head("root")).toMatchObject({ status: "completed" });
    expect(leaf.runs).toBe(1);
  });

  test("R10: a pinned value passes the output schema like any other", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const output = {
      "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => { const { size = 3 } = value as { size?: unknown }; return typeof size === "number" ? { value: { size } } : { issues: [{ message: "no size" }] }; } },
    };
    let runs = 0;
    const sized = tool({ name: "sized", output, retry: retry({ maxAttempts: 3, initialDelayMs: 0, retryOn: ["SCHEMA_REJECTED"] }), run: () => { runs += 1; return { size: 1 }; } });
    const work = agent({ name: "work", run: async (_: void, context) => (await context.run(sized)).size });
    await reprise.execute(work, undefined, { stateId });
    await reprise.fork(stateId, { stateId: "fits", pin: { "work::sized::tool_call": {} } });
    expect(await reprise.resume(work, "fits")).toMatchObject({ value: 3 });
    expect(await reprise.resume(work, "fits")).toMatchObject({ value: 3 });
    await reprise.fork(stateId, { stateId: "misfit", pin: { "work::sized::tool_call": { size: "large" } } });
    expect(await reprise.resume(work, "misfit")).toMatchObject({ status: "failed", error: { cause: { cause: { code: "SCHEMA_REJECTED" } } } });
    // Whatever tries it again: the value is the pinned one.
    expect(await reprise.resume(work, "misfit")).toMatchObject({ status: "failed", error: { cause: { cause: { code: "SCHEMA_REJECTED" } } } });
    expect(runs).toBe(1);
  });

  test("R10: a process that dies while a pinned call is recorded does not run its handler when it is resumed", async () => {
    for (let crashAt = 1; ; crashAt += 1) {
      const system = virtualSystem();
      const memory = memoryBackend({ system });
      const pipeline = writer();
      const reprise = createReprise({ backend: memory, system });
      await system.runUntil(reprise.execute(pipeline.work, "t", { stateId }));
      await system.runUntil(reprise.fork(stateId, { stateId: "fork", pin: { "writer::draft::tool_call": "by hand" } }));
      const disk = faultyBackend(memory, { system, faults: { append: { [crashAt]: { kind: "crash", done: true } } } });
      const died = await system.runUntil(createReprise({ backend: disk, system }).resume(pipeline.work, "fork")).then(() => false, () => true);
      expect(await system.runUntil(createReprise({ backend: disk, system }).resume(pipeline.work, "fork"))).toMatchObject({ value: { text: "by hand+review" } });
      expect(pipeline.draft.runs).toBe(1);
      if (!died) break;
    }
  });

  test("R10: a pin that could never take effect is refused, and nothing is made", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const pipeline = writer();
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const work = agent({ name: "work", run: async (text: string, context) => { await context.map("group", [1], leaf); return context.run(pipeline.work, text); } });
    await reprise.execute(work, "t", { stateId });
    const fork = (options: ForkOptions) => rejectionOf(reprise.fork(stateId, { stateId: "fork", ...options }));
    expect(await fork({ pin: { "work::writer::draftt::tool_call": 1 } })).toMatchObject({ code: "POINT_NOT_FOUND", nearest: ["work::writer::draft::tool_call", expect.anything(), expect.anything(), expect.anything(), expect.anything()] });
    for (const address of ["work::group::group", "work::group{0}::branch"]) expect(await fork({ pin: { [address]: 1 } })).toMatchObject({ code: "INVALID_OPTION", path: `pin["${address}"]` });
    const ended = { "work::writer::plan::tool_call": 1 };
    expect(await fork({ at: { address: "work::writer::draft::tool_call" }, pin: ended })).toMatchObject({ code: "INVALID_OPTION", path: 'pin["work::writer::plan::tool_call"]' });
    expect(await fork({ at: { address: "work::writer::draft::tool_call" }, pin: { "work::writer::agent_call": 1 } })).toMatchObject({ code: "INVALID_OPTION" });
    expect(await fork({ pin: { "no address": 1 } })).toMatchObject({ code: "INVALID_ADDRESS" });
    expect(await fork({ pin: { "work::writer::plan::tool_call": () => 1 } })).toMatchObject({ code: "NOT_ENCODABLE", message: expect.stringContaining("work::writer::plan::tool_call") });
    expect(await fork({ pin: 1 as never })).toMatchObject({ code: "INVALID_OPTION", path: "pin" });
    expect(await fork({ at: {} as never })).toMatchObject({ code: "INVALID_OPTION", path: "at" });
    expect(await fork({ at: { position: 999 } })).toMatchObject({ code: "POINT_NOT_FOUND" });
    expect(await fork({ metadata: { parentStateId: "x" } })).toMatchObject({ code: "INVALID_OPTION", path: "metadata.parentStateId" });
    expect(await fork({ metadata: { tags: "x" } as never })).toMatchObject({ code: "INVALID_OPTION", path: "metadata.tags" });
    expect(await fork({ stateId: "" })).toMatchObject({ code: "INVALID_ID" });
    expect(await fork({ allowRepeat: 1 as never })).toMatchObject({ code: "INVALID_OPTION", path: "allowRepeat" });
    expect(await rejectionOf(reprise.fork("unknown"))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.fork(stateId, 1 as never))).toMatchObject({ code: "INVALID_OPTION", path: "options" });
    expect(await reprise.head("fork")).toBeUndefined();
    await reprise.fork(stateId, { stateId: "fork" });
    expect(await fork({})).toMatchObject({ code: "ALREADY_EXISTS" });
  });
});

describe("R11: forks and what must not happen twice", () => {
  test("R11: a fork in which it would happen is refused, unless allowed or pinned", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const pay = counter<number>({ name: "pay", repeatable: false });
    const plan = tool({ name: "plan", run: (value: number) => value });
    const work = agent({ name: "work", run: async (value: number, context) => context.run(pay.actor, await context.run(plan, value)) });
    await reprise.execute(work, 5, { stateId });
    const [address, from] = ["work::pay::tool_call", { address: "work::plan::tool_call" }] as const;
    expect(await rejectionOf(reprise.fork(stateId, { at: from }))).toMatchObject({ code: "NOT_REPEATABLE", addresses: [address] });
    await reprise.fork(stateId, { stateId: "end" });
    await reprise.fork(stateId, { stateId: "pinned", pin: { [address]: 6 } });
    expect(await reprise.resume(work, "pinned")).toMatchObject({ value: 6 });
    expect(await reprise.resume(work, "end")).toMatchObject({ value: 5 });
    expect(pay.runs).toBe(1);
    // It never happened there.
    expect(await reprise.plan("pinned", from)).toMatchObject({ nonRepeatable: [] });
    await reprise.fork(stateId, { stateId: "allowed", at: from, allowRepeat: [address] });
    expect(await reprise.resume(work, "allowed")).toMatchObject({ value: 5 });
    expect(pay.runs).toBe(2);
  });

  test("R11: one that is open in the original is in reach of a fork at its end", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const pay = tool({ name: "pay", repeatable: false, run: async (value: number) => { await point.now(); return value; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(pay, 5) });
    await world.runUntilCrash(work, undefined, point);
    const { reprise } = world.begin();
    expect(await rejectionOf(reprise.fork(stateId, { stateId: "fork" }))).toMatchObject({ code: "NOT_REPEATABLE", address: "work::pay::tool_call" });
    await reprise.fork(stateId, { stateId: "fork", pin: { "work::pay::tool_call": 7 } });
    expect(await reprise.resume(work, "fork")).toMatchObject({ value: 7 });
  });

  test("R11: the idempotency key of a fork's call is not that of the original's", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const keys: string[] = [];
    const leaf = tool({ name: "leaf", run: (value: number, { idempotencyKey }) => { keys.push(idempotencyKey); return value; } });
    const work = agent({ name: "work", run: (value: number, context) => context.run(leaf, value) });
    await reprise.execute(work, 1, { stateId });
    await reprise.fork(stateId, { stateId: "fork", at: { address: "work::leaf::tool_call" } });
    await reprise.resume(work, "fork");
    expect(new Set(keys).size).toBe(2);
  });
});

test("R10, S4: a fork of a completed run that gives its value again has completed, as has a run that was rewound to its end", async () => {
  const backend = memoryBackend();
  const reprise = createReprise({ backend });
  const work = agent({ name: "work", run: () => "done" });
  await reprise.execute(work, undefined, { stateId });
  await reprise.fork(stateId, { stateId: "fork" });
  await reprise.rewind(stateId, { position: (await reprise.head(stateId))!.lastSeq });
  for (const id of ["fork", stateId]) {
    expect((await reprise.head(id))?.status).toBe("paused");
    expect(await reprise.resume(work, id)).toMatchObject({ status: "completed", value: "done" });
    expect((await reprise.head(id))?.status).toBe("completed");
    const before = (await reprise.head(id))?.lastSeq;
    expect(await reprise.resume(work, id)).toMatchObject({ status: "completed", value: "done" });
    expect((await reprise.head(id))?.lastSeq).toBe(before);
    expect(await reprise.verify(id)).toMatchObject({ intact: true });
  }
  expect((await reprise.list({ status: "paused" })).rows).toEqual([]);
});
