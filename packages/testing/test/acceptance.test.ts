// What users of an older system of this kind counted on, told as they would tell it: pause and restore, go on with an answer,
// recover from an error, look at one step again. Rules tests hold the details; these hold the stories.
import { memoryArtifacts, memoryBackend } from "@reprise/backend-memory";
import { createReprise, tool, type ExecutionState, type Reprise } from "@reprise/core";
import { retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { addOne, counter, multiplyByTwo, recordingSubscriber, virtualSystem } from "../src/index.ts";
import { stores } from "./rules/support/backends.ts";
import { stateId } from "./rules/support/world.ts";

const addTen = tool({ name: "add_ten", run: (value: number) => value + 10 });

async function paused(reprise: Reprise, work: (state: ExecutionState) => Promise<unknown>): Promise<void> {
  const state = await reprise.create({ stateId });
  await work(state);
  await state.saveCheckpoint({ status: "paused", metadata: { tags: ["test", "replay"], pipelineName: "three steps" } });
  await state.close();
}

describe.each(stores)("a run that is paused and restored elsewhere, on %s", (_, open) => {
  test("R1: repeated steps give their stored results, a new step runs, and subscribers hear of the new step only", async () => {
    const store = await open();
    await paused(createReprise({ backend: store.backend }), async (state) => state.run(multiplyByTwo, await state.run(addOne, 5)));

    const heard = recordingSubscriber();
    await using state = await createReprise({ backend: store.reopen(), subscribers: [heard] }).load(stateId);
    expect(await state.try(addOne, 5)).toMatchObject({ value: 6, replayed: true, attempts: 1 });
    expect(await state.try(multiplyByTwo, 6)).toMatchObject({ value: 12, replayed: true });
    expect(await state.try(addTen, 12)).toMatchObject({ value: 22, replayed: false });
    expect(state.history.calls().map(({ address, value }) => [address, value])).toEqual([["add_one::tool_call", 6], ["multiply_by_two::tool_call", 12], ["add_ten::tool_call", 22]]);
    await state.close();
    expect(heard.of("event").map(({ status, address }) => [status, address])).toEqual([["started", "add_ten::tool_call"], ["completed", "add_ten::tool_call"]]);
    expect(heard.of("recovered").map(({ address }) => address)).toEqual(["add_one::tool_call", "multiply_by_two::tool_call"]);
  });

  test("S1, S2, S3: id, status, metadata, storage and contents come back, and the run is found by its tag until it is deleted", async () => {
    const { backend } = await open();
    const artifacts = memoryArtifacts();
    const reprise = createReprise({ backend, artifacts });
    await paused(reprise, async (state) => {
      state.storage.set("first", "one");
      state.storage.set("second", { nested: [1, 2] });
      state.artifacts.put("embedding", [1, 2, 3]);
    });
    const { rows } = await reprise.list({ tags: ["test"] });
    expect(rows.map((row) => [row.stateId, row.status, row.pipelineName])).toEqual([[stateId, "paused", "three steps"]]);
    const state = await reprise.load(stateId);
    expect([state.stateId, state.status, state.metadata]).toEqual([stateId, "paused", { tags: ["test", "replay"], pipelineName: "three steps" }]);
    expect([state.storage.get("first"), state.storage.get("second"), await state.artifacts.get("embedding")]).toEqual(["one", { nested: [1, 2] }, [1, 2, 3]]);
    await state.close();
    await reprise.delete(stateId);
    expect([(await reprise.list()).rows, await reprise.head(stateId)]).toEqual([[], undefined]);
  });

  test("R4: after an error earlier steps come back at once, the failed one runs again, and what follows goes on", async () => {
    const store = await open();
    let up = false;
    const before = counter<number, number>({ name: "before", run: (value) => value + 1 });
    const failing = counter<number, number>({ name: "service", run: (value) => { if (!up) throw new Error("down"); return value * 2; } });
    const work = async (state: ExecutionState): Promise<number> => state.run(addTen, await state.run(failing.actor, await state.run(before.actor, 1)));
    const first = await createReprise({ backend: store.backend }).create({ stateId });
    await expect(work(first)).rejects.toMatchObject({ code: "ACTOR_FAILED", address: "service::tool_call", cause: { message: "down" } });
    await first.saveCheckpoint({ status: "failed" });
    await first.close();
    up = true;
    await using again = await createReprise({ backend: store.reopen() }).load(stateId);
    expect(await work(again)).toBe(14);
    expect([before.runs, failing.runs]).toEqual([1, 2]);
  });

  test("R9: to look at one step again runs it and what follows, also with the same input, and nothing before it", async () => {
    const store = await open();
    const steps = ["one", "two", "three"].map((name) => counter<number, number>({ name, run: (value) => value + 1 }));
    const work = async (state: ExecutionState): Promise<number> => { let last = 0; for (const { actor } of steps) last = await state.run(actor, last); return last; };
    await paused(createReprise({ backend: store.backend }), work);
    await using state = await createReprise({ backend: store.reopen() }).load(stateId, { resumeFrom: "two::tool_call" });
    expect(await work(state)).toBe(3);
    expect(steps.map(({ runs }) => runs)).toEqual([1, 2, 2]);
    expect(state.resumeFrom).toBeNull();
  });
});

describe("retries, as events tell them", () => {
  const config = { maxAttempts: 3, initialDelayMs: 100, backoff: "constant", jitter: "none" } as const;

  test.each([
    ["success at first", 0, ["started", "completed"]],
    ["one failure", 1, ["started", "failed", "retrying", "started", "completed"]],
    ["always failing", 9, ["started", "failed", "retrying", "started", "failed", "retrying", "started", "failed"]],
  ] as const)("H1, T2: %s", async (_, failures, statuses) => {
    const system = virtualSystem();
    const heard = recordingSubscriber();
    const reprise = createReprise({ system, retry: retryProvider(), subscribers: [heard] });
    const service = tool({ name: "service", retry: { ...config }, run: (__: void, { attempt }) => { if (attempt <= failures) throw Object.assign(new Error(`refused ${attempt}`), { code: "ECONNREFUSED" }); return "ok"; } });
    const outcome = await system.runUntil(reprise.execute(service));
    expect(outcome.status).toBe(failures === 9 ? "failed" : "completed");
    const events = heard.of("event");
    expect(events.map(({ status }) => status)).toEqual(statuses);
    expect(events.filter(({ status }) => status === "started").map(({ attempt }) => attempt)).toEqual([1, 2, 3].slice(0, Math.min(failures + 1, 3)));
    expect(system.now()).toBe(100 * Math.min(failures, 2));
    for (const { delayMs, dueAt, at } of events.filter(({ status }) => status === "retrying")) expect([delayMs, dueAt]).toEqual([100, at + 100]);
  });

  test("T3: an error that is excluded ends the call after one attempt", async () => {
    const system = virtualSystem();
    let runs = 0;
    const service = tool({ name: "service", retry: { ...config, neverRetryOn: ["RangeError"] }, run: () => { runs += 1; throw new RangeError("too much"); } });
    expect(await system.runUntil(createReprise({ system, retry: retryProvider() }).execute(service))).toMatchObject({ status: "failed", error: { attempts: 1 } });
    expect(runs).toBe(1);
  });

  test("T5: a limit of the whole call ends it between the first attempt and the last", async () => {
    const system = virtualSystem();
    let runs = 0;
    const wait = (ms: number): Promise<void> => new Promise((resolve) => void system.setTimer(ms, resolve));
    const service = tool({ name: "service", timeoutMs: 500, retry: { maxAttempts: 10, initialDelayMs: 50, backoff: "constant", jitter: "none" }, run: async () => { runs += 1; await wait(200); throw new Error("slow and wrong"); } });
    expect(await system.runUntil(createReprise({ system, retry: retryProvider(), graceMs: 0 }).execute(service))).toMatchObject({ status: "failed" });
    expect(runs).toBeGreaterThan(1);
    expect(runs).toBeLessThan(10);
    expect(system.now()).toBeLessThanOrEqual(500);
  });

  test("H1: retries of a restored history can be counted", async () => {
    const backend = memoryBackend();
    const system = virtualSystem();
    const reprise = createReprise({ backend, system, retry: retryProvider() });
    const service = (name: string, failures: number) => tool({ name, retry: { ...config }, run: (__: void, { attempt }) => { if (attempt <= failures) throw new Error("again"); return attempt; } });
    const state = await system.runUntil(reprise.create({ stateId }));
    await system.runUntil(Promise.all([state.run(service("service_a", 2)), state.run(service("service_b", 1))]));
    await system.runUntil(state.close());
    const history = await system.runUntil(reprise.history(stateId));
    const retrying = history.events().filter(({ status }) => status === "retrying").map(({ name }) => name);
    expect([retrying.length, new Set(retrying).size, retrying.filter((name) => name === "service_a").length]).toEqual([3, 2, 2]);
  });
});
