import { agent, createReprise, interruptOnSignals, statisticsOf, tool, type AgentContext } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import type { System } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { counter, everyCrashPoint, faultyBackend, flaky, recordedRun, slow, virtualSystem } from "../../src/index.ts";
import { artifactBackendSuite, retryPolicySuite, stateBackendSuite, subscriberSuite } from "../../src/vitest.ts";
import { stateId } from "./support/world.ts";

// How to know that it works: an option that there is not is refused by every verb, by its name and with the names that there are:
// misspelt, it would be as if it had not been given. The types say so too, but not to JavaScript, nor of an object that was put together.

const step = tool({ name: "step", run: (value: number) => value });
const work = agent({ name: "work", run: () => 1 });
const misspelt = { timoutMs: 5 } as never;
const refusal = { code: "INVALID_OPTION", path: "timoutMs", message: expect.stringMatching(/timoutMs is not an option \(options: \w/u) };

describe("an option that there is not is refused", () => {
  const reprise = createReprise({ backend: memoryBackend() });

  test.each<[string, () => unknown]>([
    ["createReprise", () => createReprise(misspelt)],
    ["memoryBackend", () => memoryBackend(misspelt)],
    ["tool", () => tool({ name: "step", run: () => 1, ...(misspelt as object) })],
    ["execute", () => reprise.execute(work, undefined, misspelt)],
    ["resume", () => reprise.resume(work, stateId, misspelt)],
    ["create", () => reprise.create(misspelt)],
    ["load", () => reprise.load(stateId, misspelt)],
    ["rewind", () => reprise.rewind(stateId, { position: 1 }, misspelt)],
    ["fork", () => reprise.fork(stateId, misspelt)],
    ["wake", () => reprise.wake([work], misspelt)],
    ["compact", () => reprise.compact(stateId, misspelt)],
    ["collectArtifacts", () => reprise.collectArtifacts(misspelt)],
    ["export", () => reprise.export(stateId, misspelt)],
    ["import", () => reprise.import(new Uint8Array(), misspelt)],
    ["handOff", () => reprise.handOff(stateId, misspelt)],
    ["answer", () => reprise.answer(stateId, "approval", true, misspelt)],
    ["interrupt", () => reprise.interrupt(stateId, misspelt)],
    ["events", () => reprise.events(stateId, misspelt)],
    ["statisticsOf", () => statisticsOf([], misspelt)],
    ["interruptOnSignals", () => interruptOnSignals(reprise, misspelt)],
  ])("by %s", async (_, call) => {
    await expect(async () => call()).rejects.toMatchObject(refusal);
  });

  test.each<[string, (context: AgentContext) => unknown]>([
    ["run", (context) => context.run(step, 1, misspelt)],
    ["try", (context) => context.try(step, 1, misspelt)],
    ["map", (context) => context.map("all", [1], step, misspelt)],
    ["parallel", (context) => context.parallel("all", [() => 1], misspelt)],
    ["waitFor", (context) => context.waitFor("approval", misspelt)],
    ["sleep", (context) => context.sleep(1, misspelt)],
  ])("by %s of a context, before anything is recorded", async (_, call) => {
    const caught = agent({ name: "caught", run: async (_input: undefined, context) => (async () => call(context))().catch((error: unknown) => ({ code: (error as { code?: string }).code })) });
    const state = await reprise.create();
    const before = state.history.events().length;
    expect(await state.run(caught)).toMatchObject({ code: "INVALID_OPTION" });
    expect(state.history.events().slice(before).map(({ name }) => name)).toEqual(["caught", "caught"]);
    await state.close();
  });

  test.each<[string, (state: Awaited<ReturnType<typeof reprise.create>>) => unknown]>([
    ["saveCheckpoint", (state) => state.saveCheckpoint(misspelt)],
    ["interrupt", (state) => state.interrupt(misspelt)],
    ["setDeadline", (state) => state.setDeadline(1, misspelt)],
    ["events", (state) => state.events(misspelt)],
  ])("by %s of a run", async (_, call) => {
    const state = await reprise.create();
    await expect(async () => call(state)).rejects.toMatchObject(refusal);
    await state.close();
  });
});

describe("a test whose options are misspelt would pass without having tried what it says, so that they are refused", () => {
  test.each<[string, () => unknown]>([
    ["everyCrashPoint", () => everyCrashPoint(work, { input: undefined, open: () => memoryBackend(), ...(misspelt as object) })],
    ["recordedRun", () => recordedRun({} as never, { open: () => memoryBackend(), ...(misspelt as object) })],
    ["virtualSystem", () => virtualSystem(misspelt)],
    ["faultyBackend", () => faultyBackend(memoryBackend(), misspelt)],
    ["faultyBackend of its faults", () => faultyBackend(memoryBackend(), { faults: misspelt })],
    ["faultyBackend of a fault", () => faultyBackend(memoryBackend(), { faults: { append: { 1: { kind: "fail", ...(misspelt as object) } } } })],
    ["counter", () => counter(misspelt)],
    ["flaky", () => flaky(1, misspelt)],
    ["slow", () => slow(1, misspelt)],
    ["stateBackendSuite", () => stateBackendSuite("none", misspelt)],
    ["artifactBackendSuite", () => artifactBackendSuite("none", misspelt)],
    ["retryPolicySuite", () => retryPolicySuite("none", misspelt)],
    ["subscriberSuite", () => subscriberSuite("none", misspelt)],
  ])("by %s", async (_, call) => {
    await expect(async () => call()).rejects.toMatchObject(refusal);
  });

  test.each<[string, unknown, string]>([
    ["an operation that there is not", { apend: {} }, "faultyBackend: faults: apend is not an option (options: acquire, "],
    ["the 0th call, which never comes", { append: { 0: { kind: "fail" } } }, 'faultyBackend: faults.append must be by the number of the call, a whole number from 1, got "0"'],
    ["a list, which begins with 0", { append: [{ kind: "fail" }] }, "faultyBackend: faults.append must be by the number of the call"],
    ["a fault instead of faults by number", { append: { kind: "fail" } }, "faultyBackend: faults.append must be by the number of the call"],
    ["something else instead of faults by number", { append: 2 }, "faultyBackend: faults.append must be an object"],
    ["something else instead of a fault", { append: { 2: "fail" } }, "faultyBackend: faults.append[2] must be a fault"],
    ["a kind that there is not", { append: { 2: { kind: "fial" } } }, 'faultyBackend: faults.append[2].kind must be one of "fail", "delay", "tear", "crash", got "fial"'],
    ["no kind", { append: { 2: {} } }, "faultyBackend: faults.append[2].kind must be"],
    ["a crash that is neither done nor not", { append: { 2: { kind: "crash" } } }, "faultyBackend: faults.append[2].done must be true or false, got undefined"],
    ["a delay of no length", { append: { 2: { kind: "delay" } } }, "faultyBackend: faults.append[2].delayMs must be a number of milliseconds from 0, got undefined"],
  ])("as are faults that could not strike: %s", (_, faults, message) => {
    expect(() => faultyBackend(memoryBackend(), { faults: faults as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }));
  });

  test.each<[string, () => unknown, string]>([
    ["flaky", () => flaky("3" as never), 'flaky: failures must be a whole number from 0, got "3"'],
    ["slow", () => slow(-1), "slow: delayMs must be a number of milliseconds from 0, got -1"],
    ["virtualSystem", () => virtualSystem({ now: "1" as never }), 'virtualSystem: now must be a number of milliseconds since the epoch, got "1"'],
    ["virtualSystem, of its turns", () => virtualSystem({ turnMs: 1 as never }), "virtualSystem: turnMs must be a function that gives milliseconds, got 1"],
  ])("as are values that could not be used: by %s", (_, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message }));
  });
});

test.each<[string, (context: AgentContext) => PromiseLike<unknown>]>([
  ["of a map", (context) => context.map("steps", [1], step, { maxWorkers: Number.MAX_VALUE })],
  ["of parallel", (context) => context.parallel("steps", [() => 1], { maxWorkers: 2 ** 53 })],
])("P1: a number of workers that no record can hold is refused, %s", async (_, call) => {
  const reprise = createReprise({ backend: memoryBackend() });
  const outcome = await reprise.execute(agent({ name: "counts", run: async (_input: void, context) => call(context) }), undefined, { stateId });
  expect(outcome).toMatchObject({ status: "failed", error: { cause: { code: "INVALID_OPTION", message: expect.stringContaining("maxWorkers") } } });
  expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
});

test.each(["everyEvents", "keep"])("S3: a number that no record can hold is refused, autoCheckpoint.%s", (option) => {
  expect(() => createReprise({ autoCheckpoint: { everyEvents: 1, [option]: 1e300 } })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: `autoCheckpoint.${option}` }));
});

test("a system may be an instance of a class, whose methods need it", async () => {
  class Clock {
    readonly #inner = virtualSystem({ now: 5 });
    readonly owner = "clock";
    now(): number { return this.#inner.now(); }
    random(): number { return this.#inner.random(); }
    newId(): string { return this.#inner.newId(); }
    sha256(data: Uint8Array): string { return this.#inner.sha256(data); }
    setTimer(...given: Parameters<System["setTimer"]>): () => void { return this.#inner.setTimer(...given); }
    yield(callback: () => void): void { this.#inner.yield(callback); }
    runUntil<T>(promise: Promise<T>): Promise<T> { return this.#inner.runUntil(promise); }
  }
  const system = new Clock();
  const reprise = createReprise({ backend: memoryBackend({ system }), system });
  const sleeps = agent({
    name: "sleeps",
    run: async (_input: void, context) => {
      await context.sleep(10);
      context.artifacts.put("page", new Uint8Array(3));
      return context.map("steps", [1, 2], step);
    },
  });
  expect(await system.runUntil(reprise.execute(sleeps, undefined, { stateId }))).toMatchObject({ status: "completed", value: [1, 2] });
});

test("what is wrong with the id of a run is said by a promise, whatever is asked of it", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  for (const verb of ["head", "load", "delete", "fork", "export", "handOff", "verify", "compact", "pending", "interrupt"] as const) {
    await expect(reprise[verb](""), verb).rejects.toMatchObject({ code: "INVALID_ID" });
  }
});

test("H6: a clock that stops giving numbers fails the run with what it gave, and what was recorded before can be read", async () => {
  let broken = false;
  const system: System = { ...virtualSystem({ now: 1_000 }) };
  const reprise = createReprise({ backend: memoryBackend(), system: { ...system, now: () => (broken ? Number.NaN : 1_000), yield: (callback) => void setImmediate(callback) } });
  const state = await reprise.create({ stateId });
  await state.run(step, 1);
  broken = true;
  await expect(state.run(step, 2)).rejects.toMatchObject({ code: "NOT_ENCODABLE", path: "at" });
  await state.close().catch(() => undefined);
  broken = false;
  expect((await reprise.history(stateId)).calls().map(({ status }) => status)).toEqual(["completed"]);
});
