import { agent, createReprise, llm, tool, type Actor, type CallOptions, type CreateOptions, type ExecutionState, type OpenOptions, type RepriseOptions, type RunRetryOptions } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { retry, retryProvider } from "@reprise/retry";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { virtualSystem } from "../../src/index.ts";
import { createWorld, journalOf, rejectionOf, stateId } from "./support/world.ts";

const directory = mkdtempSync(join(tmpdir(), "reprise-run-retry-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let disks = 0;
const backends: readonly (readonly [string, () => StateBackend])[] = [
  ["memory", () => memoryBackend()],
  ["fs", () => fsBackend({ dir: join(directory, String((disks += 1))) })],
];

const quick = { initialDelayMs: 0, jitter: "none" } as const;
const attempts = (maxAttempts: number) => ({ maxAttempts, ...quick });
const fails = (): never => {
  throw new Error("no");
};
const plain = { tool: tool({ name: "a_tool", run: fails }), llm: llm({ name: "an_llm", run: fails }), agent: agent({ name: "an_agent", run: fails }) };
const own = tool({ name: "own", retry: retry(attempts(2)), run: fails });
const never = tool({ name: "never", retry: false, run: fails });

/** How many attempts a call came to. */
async function attemptsOf(state: ExecutionState, actor: Actor<void, never>, options: CallOptions = {}): Promise<number> {
  return (await state.try(actor, undefined, options)).attempts;
}

async function created(options: CreateOptions, repriseOptions: RepriseOptions = {}): Promise<ExecutionState> {
  return createReprise({ retry: retryProvider({ defaults: { tool_call: attempts(3), llm_call: attempts(3) } }), ...repriseOptions }).create({ stateId, ...options });
}

describe("T1: the settings of the run", () => {
  test("T1: the call's, else the actor's, else the run's for the kind of call, else the run's, else the provider's", async () => {
    const state = await created({ retry: attempts(6), retryByType: { tool_call: attempts(4) } });
    expect(await attemptsOf(state, own, { retry: attempts(5) })).toBe(5);
    expect(await attemptsOf(state, own)).toBe(2);
    expect(await attemptsOf(state, plain.tool)).toBe(4);
    expect(await attemptsOf(state, plain.llm)).toBe(6);
    expect(await attemptsOf(state, plain.agent)).toBe(6);
    await state.close();
    const without = await created({ retryByType: { llm_call: attempts(7) } });
    expect(await attemptsOf(without, plain.tool)).toBe(3);
    expect(await attemptsOf(without, plain.llm)).toBe(7);
    expect(await attemptsOf(without, plain.agent)).toBe(1);
    await without.close();
  });

  test("T1: nothing is merged: the run's settings take nothing from the provider's", async () => {
    const state = await createReprise({ retry: retryProvider({ defaults: { tool_call: { ...attempts(9), neverRetryOn: ["Error"] } } }) }).create({ retry: { maxAttempts: 2, initialDelayMs: 0 } });
    expect(await attemptsOf(state, plain.tool)).toBe(2);
    await state.close();
  });

  test("T1: false switches off and wins at its place; absent inherits", async () => {
    const state = await created({ retry: attempts(4), retryByType: { tool_call: false } });
    expect(await attemptsOf(state, plain.tool)).toBe(1);
    expect(await attemptsOf(state, plain.llm)).toBe(4);
    expect(await attemptsOf(state, own)).toBe(2);
    expect(await attemptsOf(state, never)).toBe(1);
    await state.close();
    const off = await created({ retry: false, retryByType: { llm_call: attempts(2) } });
    expect(await attemptsOf(off, plain.tool)).toBe(1);
    expect(await attemptsOf(off, plain.llm)).toBe(2);
    await off.close();
  });

  test("T1: a policy can be given as it is, and then needs no provider", async () => {
    const state = await createReprise().create({ retry: retry(attempts(3)), retryByType: { llm_call: retry(attempts(2)) } });
    expect(await attemptsOf(state, plain.tool)).toBe(3);
    expect(await attemptsOf(state, plain.llm)).toBe(2);
    expect(state.retrySettings).toEqual({ retry: retry(attempts(3)).config, retryByType: { llm_call: retry(attempts(2)).config } });
    await state.close();
  });

  test("T1: groups and branches are not retried by them, what they call is", async () => {
    const state = await created({ retry: attempts(2) });
    await rejectionOf(state.map("group", [1, 2], tool({ name: "a_tool", run: (value: number) => { throw new Error(`no ${value}`); } })));
    expect(state.history.calls().map((call) => [call.address, call.attempts])).toEqual([
      ["group::group", 1],
      ["group{0}::branch", 1],
      ["group{1}::branch", 1],
      ["group{0}::a_tool::tool_call", 2],
      ["group{1}::a_tool::tool_call", 2],
    ]);
    await state.close();
  });

  test("T1, R11: what must not happen twice is not retried by them either", async () => {
    const state = await created({ retry: attempts(5) });
    expect(await attemptsOf(state, tool({ name: "pay", repeatable: false, run: fails }))).toBe(1);
    await state.close();
  });
});

describe("T1: the settings of the run are checked before anything happens", () => {
  test.each<[string, RunRetryOptions, string, RegExp]>([
    ["a setting that is none", { retry: 3 as never }, "retry", /retry must be a retry policy, its settings, or false, got 3/u],
    ["null", { retry: null as never }, "retry", /got null/u],
    ["a list of kinds that is none", { retryByType: "tool_call" as never }, "retryByType", /an object/u],
    ["a kind of call that cannot be retried", { retryByType: { group: false } as never }, "retryByType", /agent_call, tool_call, llm_call.*"group"/u],
    ["a setting of a kind that is none", { retryByType: { tool_call: true as never } }, "retryByType.tool_call", /got true/u],
    ["an option that the provider refuses", { retry: { maxAttempts: 0 } }, "retry", /retry: .*maxAttempts.*0/su],
    ["an option of a kind that the provider refuses", { retryByType: { llm_call: { retries: 2 } } }, "retryByType.llm_call", /retryByType\.llm_call: .*retries/su],
    ["a policy that cannot be recorded", { retry: { ...retry(), config: 1n } }, "retry.config", /plain data/u],
  ])("T1: %s is refused with INVALID_OPTION, by create, load and execute alike", async (_, options, path, message) => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend, retry: retryProvider() });
    await (await reprise.create({ stateId: "there" })).close();
    const attemptsToOpen = [() => reprise.create({ stateId, ...options }), () => reprise.load("there", options), () => reprise.execute(plain.tool, undefined, { stateId, ...options }), () => reprise.resume(plain.tool, "there", options)];
    for (const attempt of attemptsToOpen) {
      const error = await rejectionOf(attempt());
      expect(error).toMatchObject({ code: "INVALID_OPTION", path });
      expect(error.message).toMatch(message);
    }
    expect(await reprise.head(stateId)).toBeUndefined();
    expect(await backend.head("there")).toMatchObject({ lease: "none" });
  });

  test("T1: settings without a provider are a typed error, and nothing is created", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    expect(await rejectionOf(reprise.create({ stateId, retryByType: { tool_call: attempts(3) } }))).toMatchObject({ code: "RETRY_PROVIDER_MISSING", path: "retryByType.tool_call" });
    expect(await reprise.head(stateId)).toBeUndefined();
  });
});

describe.each(backends)("T1: the settings of the run are recorded (%s)", (_, backendOf) => {
  const provider = retryProvider({ defaults: { tool_call: attempts(3), llm_call: attempts(3) } });

  /** Loads the run in a new process, counts what each kind of call comes to, and closes it. */
  async function loaded(backend: StateBackend, options: OpenOptions = {}, name = "later") {
    const state = await createReprise({ backend, retry: provider }).load(stateId, options);
    const counts = [];
    for (const define of [tool, llm, agent] as const) counts.push(await attemptsOf(state, define({ name: `${name}_${define.name}`, run: fails })));
    const settings = state.retrySettings;
    await state.close();
    return { counts, settings };
  }

  test("T1: defect-T18: a run that is loaded has them without being told again, as working settings", async () => {
    const backend = backendOf();
    const state = await createReprise({ backend, retry: provider }).create({ stateId, retry: attempts(5), retryByType: { tool_call: attempts(4), agent_call: false } });
    const settings = state.retrySettings;
    expect(settings).toMatchObject({ retry: { maxAttempts: 5, backoff: "exponential", initialDelayMs: 0 }, retryByType: { tool_call: { maxAttempts: 4 }, agent_call: false } });
    expect(() => ((settings as { retry: unknown }).retry = false)).toThrow(TypeError);
    await state.close();
    for (const name of ["second", "third"]) expect(await loaded(backend, {}, name)).toEqual({ counts: [4, 5, 1], settings });
  });

  test("T1: settings given at a load beat the recorded ones, replace them as a whole, and are recorded in turn", async () => {
    const backend = backendOf();
    await (await createReprise({ backend, retry: provider }).create({ stateId, retry: attempts(5), retryByType: { tool_call: attempts(4) } })).close();
    expect((await loaded(backend, { retry: attempts(2) }, "two")).counts).toEqual([2, 2, 2]);
    expect((await loaded(backend, {}, "still_two")).counts).toEqual([2, 2, 2]);
    expect(await loaded(backend, { retryByType: {} }, "none")).toEqual({ counts: [3, 3, 1], settings: { retryByType: {} } });
    expect((await loaded(backend, {}, "still_none")).counts).toEqual([3, 3, 1]);
    expect((await loaded(backend, { retry: false }, "off")).counts).toEqual([1, 1, 1]);
    expect((await loaded(backend, {}, "still_off")).counts).toEqual([1, 1, 1]);
  });

  test("T1: equal settings are not recorded again, and what is shown can be given back", async () => {
    const backend = backendOf();
    const state = await createReprise({ backend, retry: provider }).create({ stateId, retry: attempts(5) });
    const given = state.retrySettings as RunRetryOptions;
    await state.close();
    await loaded(backend, given, "again");
    expect((await journalOf(backend)).filter((record) => record["retry"] !== undefined).map((record) => record.k)).toEqual(["run"]);
  });

  test("T1: execute records them, resume has them, and the attempts that were spent stay spent", async () => {
    const system = virtualSystem();
    const world = createWorld(backendOf());
    const times: number[] = [];
    const failing = tool({ name: "failing", run: (): never => { times.push(system.now()); throw new Error("no"); } });
    const minute = { maxAttempts: 5, initialDelayMs: 60_000, backoff: "constant", jitter: "none" };
    void world.begin({ system, retry: retryProvider() }).reprise.execute(failing, undefined, { stateId, retry: minute });
    // The files of a real disk take real time.
    while (times.length < 2) await system.advance(1_000);
    world.disk.crash();
    const life = world.begin({ system, retry: retryProvider() });
    let outcome: unknown;
    void life.reprise.resume(failing, stateId).then((ended) => (outcome = ended));
    while (outcome === undefined) await system.advance(1_000);
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 5 } });
    expect(times).toHaveLength(5);
  });

  test("T1: defect-T18: recorded settings without a provider are a typed error at the first call they would count for, never a silent single attempt", async () => {
    const backend = backendOf();
    await (await createReprise({ backend, retry: provider }).create({ stateId, retryByType: { tool_call: attempts(4), agent_call: false } })).close();
    const state = await createReprise({ backend }).load(stateId);
    expect(state.retrySettings).toMatchObject({ retryByType: { tool_call: { maxAttempts: 4 } } });
    expect(await attemptsOf(state, plain.agent)).toBe(1);
    expect(await attemptsOf(state, plain.llm)).toBe(1);
    expect(await attemptsOf(state, own)).toBe(2);
    expect(await rejectionOf(state.run(plain.tool))).toMatchObject({ code: "RETRY_PROVIDER_MISSING" });
    await state.close();
    expect((await loaded(backend)).counts[0]).toBe(4);
  });

  test("T1: a recorded configuration that this version of the provider refuses stops the run with its error", async () => {
    const backend = backendOf();
    const quota = retryProvider({ predicates: { quota: () => true } });
    await (await createReprise({ backend, retry: quota }).create({ stateId, retry: { retryOn: [{ predicate: "quota" }] } })).close();
    const state = await createReprise({ backend, retry: retryProvider() }).load(stateId);
    expect((await rejectionOf(state.run(plain.tool))).message).toMatch(/quota/u);
    await state.close();
  });
});

test("T1: a pending retry keeps the configuration it was planned with, unless code says otherwise", async () => {
  const system = virtualSystem();
  const world = createWorld();
  const slow = { maxAttempts: 4, initialDelayMs: 1_000, backoff: "constant", jitter: "none" } as const;
  const failing = tool({ name: "failing", retry: slow, run: fails });
  void world.begin({ system, retry: retryProvider() }).reprise.execute(failing, undefined, { stateId, retry: { ...slow, maxAttempts: 9 } });
  await system.advance(500);
  world.disk.crash();
  const bare = tool({ name: "failing", run: fails });
  const { outcome } = await system.runUntil(world.resume(bare, {}, { system, retry: retryProvider() }));
  expect(outcome).toMatchObject({ status: "failed", error: { attempts: 4 } });
});

test("T4: statistics can be computed from a history, live and restored alike: each retrying event has its error, delay and configuration", async () => {
  const backend = memoryBackend();
  const reprise = createReprise({ backend, retry: retryProvider() });
  const state = await reprise.create({ stateId, retry: attempts(3) });
  let left = 2;
  const flaky = (name: string) => tool({ name, run: () => { left -= 1; if (left >= 0) throw Object.assign(new Error(`not yet, ${left}`), { code: "BUSY" }); return 1; } });
  await state.run(flaky("service_a"));
  left = 1;
  await state.run(flaky("service_b"));
  const live = state.history.events().filter((event) => event.status === "retrying");
  await state.close();
  const restored = (await reprise.load(stateId)).history.events().filter((event) => event.status === "retrying");
  expect(restored).toEqual(live);
  expect(live.map((event) => [event.name, event.attempt, event.error?.message, event.error?.code, event.delayMs, event.maxAttempts])).toEqual([
    ["service_a", 1, "not yet, 1", "BUSY", 0, 3],
    ["service_a", 2, "not yet, 0", "BUSY", 0, 3],
    ["service_b", 1, "not yet, 0", "BUSY", 0, 3],
  ]);
  expect(new Set(live.map((event) => event.address)).size).toBe(2);
  expect(live[0]?.retryConfig).toMatchObject({ maxAttempts: 3, backoff: "exponential" });
  await reprise.close();
});
