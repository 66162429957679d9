// What went wrong in a system of the same kind, each defect shown to be impossible here. Each test is named after the defect
// in that system's list; where there is none for a number, the part it concerns does not exist.
import { memoryBackend, truncateRun } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool, type Actor, type ExecutionState } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem, type Counter, type VirtualSystem } from "../../src/index.ts";
import { bothBackends as backends } from "../rules/support/both-backends.ts";
import { crashPoint, createWorld, journalOf, stateId } from "../rules/support/world.ts";

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

/** The value of an outcome; throws its error if it has none. */
function valueOf<T>(outcome: { readonly status: string; readonly value?: T; readonly error?: Error }): T {
  if (outcome.status !== "completed") throw outcome.error ?? new Error(outcome.status);
  return outcome.value as T;
}

describe.each(backends)("one address, several calls (in %s)", (_, open) => {
  test("defect-T1: equal and different calls in a loop each run live, and each get their own result on every resume", async () => {
    const world = createWorld(await open());
    const step: Counter<number, string> = counter({ name: "step", run: (input: number) => `${input} as ${step.runs}` });
    const points = Array.from({ length: 4 }, (__, index) => crashPoint(world.disk, `crash_${index}`));
    const inputs = [0, 1, 2, 1, 1, 0];
    const loop = agent({
      name: "loop",
      run: async (__: void, context) => {
        const results: string[] = [];
        for (const input of inputs) results.push(await context.run(step.actor, input));
        for (const point of points) await context.run(point.actor, 0);
        return results;
      },
    });
    await world.runUntilCrash(loop, undefined, points[0] as never);
    expect(step.runs).toBe(6);
    for (const point of points.slice(1)) {
      const resumed = world.resume(loop);
      await point.crashed;
      void resumed;
    }
    const expected = ["0 as 1", "1 as 2", "2 as 3", "1 as 4", "1 as 5", "0 as 6"];
    for (let time = 0; time < 3; time += 1) expect(valueOf((await world.resume(loop)).outcome)).toEqual(expected);
    expect(step.runs).toBe(6);
  });

  test("defect-T1: nor does a state that is driven by hand ever reuse what it did itself", async () => {
    const reprise = createReprise({ backend: await open() });
    const step: Counter<number, number> = counter({ name: "step", run: () => step.runs });
    const byHand = async (state: ExecutionState): Promise<number[]> => [await state.run(step.actor, 7), await state.run(step.actor, 7), await state.run(step.actor, 7)];
    const state = await reprise.create({ stateId });
    expect(await byHand(state)).toEqual([1, 2, 3]);
    await state.close();
    for (let time = 0; time < 3; time += 1) {
      await using again = await reprise.load(stateId);
      expect(await byHand(again)).toEqual([1, 2, 3]);
    }
    expect(step.runs).toBe(3);
  });

  test.each([1, 2, 3, 4, 9])("defect-T2: branches of one actor get their own values by position, with %s workers, live and restored", async (maxWorkers) => {
    const world = createWorld(await open());
    const point = crashPoint(world.disk);
    const work = counter<number, number>({ name: "work", run: async (value) => { await Promise.resolve(); return value * 10; } });
    const group = agent({
      name: "group",
      run: async (__: void, context) => {
        const mapped = await context.map("tens", [0, 1, 2, 3, 1, 0], work.actor, { maxWorkers });
        const beside = await Promise.all([3, 2, 2, 0].map((value) => context.run(work.actor, value)));
        await context.run(point.actor, 0);
        return { mapped, beside };
      },
    });
    await world.runUntilCrash(group, undefined, point);
    for (let time = 0; time < 3; time += 1) {
      expect(valueOf((await world.resume(group)).outcome)).toEqual({ mapped: [0, 10, 20, 30, 10, 0], beside: [30, 20, 20, 0] });
    }
    expect(work.runs).toBe(10);
  });

  test("defect-T3: what a resume reused is reused by the next one too, however often a run is paused and loaded", async () => {
    const backend = await open();
    const steps = ["fetch", "think", "write"].map((name) => counter<number, number>({ name, run: (value) => value + 1 }));
    const nothing = counter<void, null>({ name: "nothing", run: () => null });
    let value: number | undefined;
    let saved: readonly string[] = [];
    for (let time = 0; time < 5; time += 1) {
      const state = await createReprise({ backend }).load(stateId).catch(() => createReprise({ backend }).create({ stateId }));
      let last = 1;
      for (const { actor } of steps) last = await state.run(actor, last);
      expect(await state.run(nothing.actor)).toBeNull();
      value ??= last;
      expect(last).toBe(value);
      await state.saveCheckpoint({ status: "paused" });
      const events = state.history.events().map(({ status, address }) => `${status} ${address}`);
      if (time > 0) expect(events).toEqual(saved);
      saved = events;
      await state.close();
    }
    expect([...steps, nothing].map(({ runs }) => runs)).toEqual([1, 1, 1, 1]);
  });
});

describe("attempts and events", () => {
  test("defect-T5: a flaky call leaves a row per thing that happened, each with its own status, attempt, error and time; live, kept and restored", async () => {
    const backend = memoryBackend();
    const system = virtualSystem({ now: 1_000 });
    let runs = 0;
    const flaky = tool({
      name: "flaky",
      retry: retry({ maxAttempts: 3, initialDelayMs: 10, backoff: "linear", jitter: "none" }),
      run: async (text: string) => {
        runs += 1;
        await new Promise<void>((resolve) => void system.setTimer(runs, resolve));
        if (runs < 3) throw new Error(`failure ${runs}`);
        return `${text} at last`;
      },
    });
    const reprise = createReprise({ backend, system });
    const state = await system.runUntil(reprise.create({ stateId }));
    const kept: unknown[] = [];
    state.on("event", (event) => void kept.push(event));
    await system.runUntil(state.run(flaky, "works"));
    const rows = (events: readonly unknown[]): unknown[] =>
      (events as ReturnType<typeof state.history.events>).map(({ status, attempt, error, at, executionTimeMs, delayMs, value }) => [status, attempt, error?.message, at, executionTimeMs, delayMs, value]);
    const expected = [
      ["started", 1, undefined, 1_000, undefined, undefined, undefined],
      ["failed", 1, "failure 1", 1_001, 1, undefined, undefined],
      ["retrying", 1, "failure 1", 1_001, undefined, 10, undefined],
      ["started", 2, undefined, 1_011, undefined, undefined, undefined],
      ["failed", 2, "failure 2", 1_013, 2, undefined, undefined],
      ["retrying", 2, "failure 2", 1_013, undefined, 20, undefined],
      ["started", 3, undefined, 1_033, undefined, undefined, undefined],
      ["completed", 3, undefined, 1_036, 3, undefined, "works at last"],
    ];
    expect(rows(kept)).toEqual(expected);
    expect(rows(state.history.events())).toEqual(expected);
    await system.runUntil(state.close());
    const restored = await system.runUntil(createReprise({ backend, system }).load(stateId));
    expect(rows(restored.history.events())).toEqual(expected);
    expect(new Set([...kept, ...restored.history.events()]).size).toBe(16);
  });
});

describe("branches side by side", () => {
  test("defect-T6: agents that run side by side keep their own addresses at any interleaving, and no parent gets a child's value", async () => {
    const system = virtualSystem();
    const disk = memoryBackend();
    const wait = (ms: number): Promise<void> => new Promise((resolve) => void system.setTimer(ms, resolve));
    const leaf = (name: string) => tool({ name, run: async (ms: number) => { await wait(ms); return ms; } });
    const [t1, t2, t3] = [leaf("t1"), leaf("t2"), leaf("t3")];
    const branch = (name: string, actor: Actor<number, number>, ms: number) =>
      agent({ name, run: async (__: void, context) => { await context.run(actor, ms); await wait(1); return context.run(actor, ms + 1); } });
    const [a1, a2, a3] = [branch("a1", t1, 5), branch("a2", t2, 3), branch("a3", t3, 4)];
    const root = agent({
      name: "root",
      run: async (__: void, context) => {
        const parts = await Promise.all([context.run(a1), context.run(a2), context.run(a3)]);
        return 1_000 + parts.length;
      },
    });
    const reprise = createReprise({ backend: disk, system });
    const finished = await system.runUntil(reprise.execute(root, undefined, { stateId }));
    expect(valueOf(finished)).toBe(1_003);
    const { records } = disk.snapshot().runs[0] as { readonly records: readonly unknown[] };
    const expected = ["root::agent_call", ...["a1", "a2", "a3"].flatMap((name, index) => [`root::${name}::agent_call`, `root::${name}::t${index + 1}::tool_call`, `root::${name}::t${index + 1}#2::tool_call`])];
    for (let length = 1; length <= records.length; length += 1) {
      const backend = memoryBackend({ from: truncateRun(disk.snapshot(), stateId, length) });
      const resumed = createReprise({ backend, system });
      expect(valueOf(await system.runUntil(resumed.execute(root, undefined, { stateId }))), `after record ${length}`).toBe(1_003);
      const state = await system.runUntil(resumed.load(stateId));
      expect(state.history.calls().map(({ address }) => address).toSorted(), `after record ${length}`).toEqual(expected.toSorted());
      await system.runUntil(state.close());
    }
  });

  test.each(backends)("defect-T6: completions of a flat group of one tool stay with their call, and none runs again (in %s)", async (_, open) => {
    const world = createWorld(await open());
    const point = crashPoint(world.disk);
    const ask = counter<string, string>({ name: "ask", run: async (question) => { await new Promise((resolve) => setImmediate(resolve)); return `${question}!`; } });
    const executor = agent({
      name: "executor",
      run: async (questions: string[], context) => {
        const answers = await Promise.all(questions.map((question) => context.run(ask.actor, question)));
        await context.run(point.actor, 0);
        return answers;
      },
    });
    await world.runUntilCrash(executor, ["a", "b", "a", "c"], point);
    expect(valueOf((await world.resume(executor)).outcome)).toEqual(["a!", "b!", "a!", "c!"]);
    expect(ask.runs).toBe(4);
  });

  test.each(backends)("defect-T8: a checkpoint in the middle of nested agents saves no position, so nothing is prefixed twice and nothing runs again (in %s)", async (_, open) => {
    const world = createWorld(await open());
    const point = crashPoint(world.disk);
    const paid = counter<number, number>({ name: "paid", run: (value) => value + 1 });
    let state: ExecutionState | undefined;
    const inner = agent({
      name: "inner",
      run: async (value: number, context) => {
        const result = await context.run(paid.actor, value);
        await state?.saveCheckpoint({ metadata: { where: "in the middle" } });
        return context.run(paid.actor, await context.run(point.actor, result) as number);
      },
    });
    const outer = agent({ name: "outer", run: async (value: number, context) => context.run(inner, value) });
    state = await world.begin().reprise.create({ stateId });
    void state.run(outer, 1).catch(() => undefined);
    await point.crashed;
    for (let time = 0; time < 2; time += 1) {
      state = await world.begin().reprise.load(stateId);
      expect(await state.run(outer, 1)).toBe(3);
      expect(state.history.calls().map(({ address }) => address)).toEqual([
        "outer::agent_call",
        "outer::inner::agent_call",
        "outer::inner::paid::tool_call",
        "outer::inner::crash_point::tool_call",
        "outer::inner::paid#2::tool_call",
      ]);
      await state.close();
    }
    expect(paid.runs).toBe(2);
  });
});

describe("results", () => {
  const nothings: readonly (readonly [name: string, value: unknown])[] = [
    ["null", null],
    ["undefined", undefined],
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["minus infinity", Number.NEGATIVE_INFINITY],
    ["minus zero", -0],
    ["false", false],
    ["an empty text", ""],
    ["an empty list", []],
  ];
  for (const [where, open] of backends) {
    test.each(nothings)(`defect-T9: %s is a result like any other: reused, announced as such, and not published again (${where})`, async (__, value) => {
      const world = createWorld(await open());
      const point = crashPoint(world.disk);
      const leaf = counter<string, unknown>({ name: "leaf", run: () => value });
      const inner = agent({ name: "inner", run: (___: void, context) => context.run(leaf.actor, "x") });
      const work = agent({ name: "work", run: async (___: void, context) => { const result = await context.run(inner); await context.run(point.actor, 0); return result; } });
      await world.runUntilCrash(work, undefined, point);
      const { outcome, heard } = await world.resume(work);
      expect(Object.is(valueOf(outcome), value) || (Array.isArray(value) && Array.isArray(valueOf(outcome)))).toBe(true);
      expect(leaf.runs).toBe(1);
      expect(heard.of("recovered").map(({ address }) => address)).toEqual(["work::inner::agent_call"]);
      expect(heard.of("event").filter(({ address }) => address.includes("inner"))).toEqual([]);
    });
  }

  test.each(backends)("defect-T10: results come back as the types they were, also inside lists, and no shape is guessed (in %s)", async (_, open) => {
    const world = createWorld(await open());
    const point = crashPoint(world.disk);
    const result = {
      list: [new Map<unknown, unknown>([[1, "one"], [new Date(5), new Set(["a"])]]), new Set([1n, "1", 1])],
      date: new Date(1_700_000_000_000),
      big: 12_345_678_901_234_567_890n,
      bytes: Uint8Array.of(0, 255),
      tuple: [1, ["two", [3]]] as const,
      numbers: { 1: "int key", "02": "text key" },
      looksTagged: { $: "date", $date: "2020-01-01", __type: "Map", content: "text", tools: [] },
    };
    const fetch = tool({ name: "fetch", run: () => result });
    const union = llm({ name: "union", run: (kind: string): unknown => (kind === "text" ? "2020-01-01" : kind === "number" ? 3 : { content: "c" }) });
    const work = agent({
      name: "work",
      run: async (__: void, context) => {
        const all = [await context.run(fetch), await context.run(union, "text"), await context.run(union, "number"), await context.run(union, "object")];
        await context.run(point.actor, 0);
        return all;
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect(valueOf((await world.resume(work)).outcome)).toEqual([result, "2020-01-01", 3, { content: "c" }]);
  });

  test("defect-T11: another input and another version are noticed, and the policy decides: reuse, run again, or refuse", async () => {
    const backend = memoryBackend();
    const actorOf = (version: string, runs: { count: number }) => tool({ name: "made", version, run: (input: number) => { runs.count += 1; return `${input} by ${version}`; } });
    const first = await createReprise({ backend }).create({ stateId });
    expect(await first.run(actorOf("1.0.0", { count: 0 }), 1)).toBe("1 by 1.0.0");
    await first.close();

    const ask = async (options: object, input: number, version: string) => {
      const runs = { count: 0 };
      const from = memoryBackend({ from: backend.snapshot() });
      const state = await createReprise({ backend: from }).load(stateId, options);
      const notices: { inputChanged: boolean; versionChanged: boolean }[] = [];
      const codes: string[] = [];
      state.on("recovered", ({ inputChanged, versionChanged }) => void notices.push({ inputChanged, versionChanged }));
      state.on("log", ({ code }) => void codes.push(code));
      const value = await state.run(actorOf(version, runs), input).catch((error: { code?: string }) => error.code);
      await state.close();
      return { value, runs: runs.count, notices, codes };
    };
    expect(await ask({}, 500, "2.0.0")).toEqual({ value: "1 by 1.0.0", runs: 0, notices: [{ inputChanged: true, versionChanged: true }], codes: ["INPUT_CHANGED", "VERSION_CHANGED"] });
    expect(await ask({ onInputChange: "rerun" }, 500, "1.0.0")).toMatchObject({ value: "500 by 1.0.0", runs: 1, notices: [] });
    expect(await ask({ onVersionChange: "rerun" }, 1, "2.0.0")).toMatchObject({ value: "1 by 2.0.0", runs: 1, notices: [] });
    expect(await ask({ onInputChange: "fail" }, 500, "1.0.0")).toMatchObject({ value: "INPUT_CHANGED", runs: 0, notices: [] });
    expect(await ask({ onVersionChange: "fail" }, 1, "2.0.0")).toMatchObject({ value: "VERSION_CHANGED", runs: 0, notices: [] });
    expect(await ask({}, 1, "1.0.0")).toEqual({ value: "1 by 1.0.0", runs: 0, notices: [{ inputChanged: false, versionChanged: false }], codes: [] });
  });
});

describe("names", () => {
  test("defect-T12: siblings whose names begin alike are no ancestors: only what was open is entered, only what is missing runs", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = counter<string, string>({ name: "step", run: (text) => text.toUpperCase() });
    const entered: string[] = [];
    const step = (name: string, dies: boolean) =>
      agent({
        name,
        run: async (text: string, context) => {
          entered.push(context.address);
          const result = await context.run(leaf.actor, text);
          if (dies) await context.run(point.actor, 0);
          return result;
        },
      });
    const [one, ten, tagged] = [step("step_1", true), step("step_10", false), step("step", false)];
    const work = agent({
      name: "work",
      run: async (__: void, context) => [
        await context.run(ten, "ten"),
        await context.run(tagged, "plain"),
        await context.run(tagged, "1", { key: "1" }),
        await context.run(tagged, "10", { key: "10" }),
        await context.run(leaf.actor, "leaf"),
        await context.run(one, "one"),
      ],
    });
    await world.runUntilCrash(work, undefined, point);
    expect(entered.splice(0)).toHaveLength(5);
    expect(valueOf((await world.resume(work)).outcome)).toEqual(["TEN", "PLAIN", "1", "10", "LEAF", "ONE"]);
    expect(entered).toEqual(["work::step_1::agent_call"]);
    expect(leaf.runs).toBe(6);
  });

  test("defect-T13b: code between calls that decides otherwise when it is entered again gets no other call's result", async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk, "crash_a"), crashPoint(world.disk, "crash_b")] as const;
    const ask = counter<string, string>({ name: "ask", run: (question) => `answer to ${question}` });
    const sideEffects: string[] = [];
    const effect = tool({ name: "effect", run: (text: string) => { sideEffects.push(text); return text; } });
    let life = 0;
    const planner = agent({
      name: "planner",
      run: async (__: void, context) => {
        // As a model would: another order each time, and in the end something it had not asked before.
        const questions = life === 0 ? ["a", "b", "c"] : life === 1 ? ["c", "a", "b"] : ["b", "d", "a"];
        const answers: string[] = [];
        for (const question of questions) answers.push(await context.run(ask.actor, question));
        await context.run(effect, "sent");
        for (const point of points) await context.run(point.actor, 0);
        return answers;
      },
    });
    await world.runUntilCrash(planner, undefined, points[0]);
    life = 1;
    const second = world.resume(planner);
    await points[1].crashed;
    void second;
    expect(ask.runs).toBe(3);
    life = 2;
    const { outcome, heard } = await world.resume(planner);
    expect(valueOf(outcome)).toEqual(["answer to b", "answer to d", "answer to a"]);
    expect(ask.runs).toBe(4);
    expect(sideEffects).toEqual(["sent"]);
    const notices = heard.of("log").map(({ code, address }) => `${code} ${address}`);
    expect(notices).toContain("INPUT_CHANGED planner::ask#4::tool_call");
    expect(notices).toContain("UNVISITED planner::ask#3::tool_call");
  });

  test("defect-T14: separators in names are refused and in keys escaped, and a longer plan changes no address that was recorded", async () => {
    for (const name of ["product::high", "a::", "a[1]", "a#2", "a{0}", ""]) {
      expect(() => tool({ name, run: () => 1 }), name).toThrow(expect.objectContaining({ code: expect.stringMatching(/INVALID/u) }));
    }
    const backend = memoryBackend();
    const step = counter<string, string>({ name: "step" });
    const plan = (steps: readonly string[]) => agent({ name: "plan", run: (__: void, context) => context.map("steps", steps, step.actor, { key: (text) => text }) });
    await createReprise({ backend }).execute(plan(["product::high", "product", "high"]), undefined, { stateId });
    const state = await createReprise({ backend }).load(stateId);
    expect(state.history.calls().filter(({ type }) => type === "branch").map(({ address }) => address)).toEqual([
      "plan::steps{product%3A%3Ahigh}::branch",
      "plan::steps{product}::branch",
      "plan::steps{high}::branch",
    ]);
    await state.close();
    const cut = memoryBackend({ from: truncateRun(backend.snapshot(), stateId, backend.snapshot().runs[0]!.records.length - 2) });
    const longer = await createReprise({ backend: cut }).execute(plan(["new", "product::high", "product", "high", "newer"]), undefined, { stateId });
    expect(valueOf(longer)).toEqual(["new", "product::high", "product", "high", "newer"]);
    expect(step.runs).toBe(5);
  });
});

describe("budgets", () => {
  test("defect-T15: a failure that was caught stays a failure on every load, and an interrupted retry has what is left of its budget", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const points = Array.from({ length: 3 }, (__, index) => crashPoint(world.disk, `crash_${index}`));
    const exhausted = counter<string, string>({ name: "exhausted", run: () => { throw new Error("always"); } });
    const pipeline = agent({
      name: "pipeline",
      run: async (__: void, context) => {
        const caught = await context.try(exhausted.actor, "x", { retry: quick });
        for (const point of points) await context.run(point.actor, 0);
        return caught.ok ? "went well" : `${caught.attempts} attempts`;
      },
    });
    await drive(system, world.runUntilCrash(pipeline, undefined, points[0] as never, { system }), points[0]!.crashed);
    for (const point of points.slice(1)) {
      void world.resume(pipeline, {}, { system });
      await drive(system, point.crashed, point.crashed);
    }
    expect(valueOf((await system.runUntil(world.resume(pipeline, {}, { system }))).outcome)).toBe("3 attempts");
    expect(exhausted.runs).toBe(3);
  });

  test("defect-T15: five attempts are five attempts, also if the process dies in every backoff", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const failing = counter<string, string>({ name: "failing", run: () => { throw new Error("always"); } });
    const pipeline = agent({ name: "pipeline", run: (__: void, context) => context.run(failing.actor, "x", { retry: { maxAttempts: 5, initialDelayMs: 1_000, backoff: "constant", jitter: "none" } }) });
    const options = { system, retry: retryProvider() };
    void world.begin(options).reprise.execute(pipeline, undefined, { stateId });
    await system.advance(0);
    for (let attempts = 1; attempts < 5; attempts += 1) {
      expect(failing.runs).toBe(attempts);
      world.disk.crash();
      const resumed = world.resume(pipeline, {}, options);
      await system.advance(999);
      expect(failing.runs).toBe(attempts);
      await system.advance(1);
      if (attempts === 4) expect((await resumed).outcome).toMatchObject({ status: "failed", error: { cause: { message: "pipeline::failing::tool_call failed after 5 attempts: always" } } });
    }
    expect(failing.runs).toBe(5);
  });

  test("defect-T16: what is being executed is known at any moment: the calls that have started and not ended", async () => {
    const state = await createReprise().create();
    const open = (): string[] => state.history.calls().filter(({ status }) => status === "started").map(({ address }) => address);
    const seen: string[][] = [];
    const look = tool({ name: "look", run: () => void seen.push(open()) });
    const inner = agent({ name: "inner", run: (__: void, context) => context.run(look) });
    const outer = agent({ name: "outer", run: (__: void, context) => context.map("twice", [1], async (___, branch) => branch.run(inner)) });
    expect(open()).toEqual([]);
    await state.run(outer);
    expect(seen).toEqual([["outer::agent_call", "outer::twice::group", "outer::twice{0}::branch", "outer::twice{0}::inner::agent_call", "outer::twice{0}::inner::look::tool_call"]]);
    expect(open()).toEqual([]);
  });
});

/** Drives the clock until something outside of the runs has happened. */
async function drive(system: VirtualSystem, work: Promise<unknown>, until: Promise<unknown>): Promise<void> {
  void work.catch(() => undefined);
  await system.runUntil(until);
}

describe("modes", () => {
  /** A run of which one part will be other than it was. */
  function research(seeded: boolean) {
    const fetch = tool({ name: "fetch", run: (page: number) => ({ page, found: new Map([["title", seeded && page === 2 ? "another" : `page ${page}`]]), at: new Date(page) }) });
    const nothing = tool({ name: "nothing", run: () => null });
    return agent({
      name: "research",
      run: async (__: void, context) => {
        await context.run(nothing);
        const pages = await context.map("pages", [1, 2, 3], fetch);
        return pages.length;
      },
    });
  }

  test.each(backends)("defect-T4: a validation finds a seeded divergence and nothing else; values of types of their own are no false ones (in %s)", async (__, open) => {
    const backend = await open();
    await createReprise({ backend }).execute(research(false), undefined, { stateId });
    const before = await journalOf(backend);
    const clean = await createReprise({ backend }).resume(research(false), stateId, { mode: "validation" });
    expect(clean.validation).toMatchObject({ ok: true, exitCode: 0 });
    const found = await createReprise({ backend }).resume(research(true), stateId, { mode: "validation" });
    expect(found.validation).toMatchObject({ ok: false, exitCode: 1 });
    const wrong = found.validation?.entries.filter(({ status, type }) => status !== "same" && type === "tool_call");
    expect(wrong?.map(({ address, status }) => [address, status])).toEqual([["research::pages{1}::fetch::tool_call", "value"]]);
    expect(found.validation?.toText()).toContain("another");
    expect(await journalOf(backend)).toEqual(before);
  });

  test.each(backends)("defect-T13: republishing gives every recorded event, in order, those below reused calls too, and each once (in %s)", async (__, open) => {
    const world = createWorld(await open());
    const work = research(false);
    const first = world.begin();
    await first.reprise.execute(work, undefined, { stateId });
    const { outcome, heard } = await world.resume(work, { mode: "republish_all" });
    expect(outcome).toMatchObject({ status: "completed", value: 3 });
    const told = (life: typeof first): unknown[] => life.heard.of("event").map(({ seq, status, address, attempt, at, value }) => ({ seq, status, address, attempt, at, value }));
    expect(told({ ...first, heard })).toEqual(told(first));
    expect(heard.of("event").every(({ isReplayed }) => isReplayed === true)).toBe(true);
    expect(heard.of("event").length).toBeGreaterThan(15);
  });
});
