import { memoryBackend, truncateRun } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool, type AgentContext, type CallPolicy } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { counter, type Counter } from "../../src/index.ts";
import { retry } from "@reprise/retry";
import { crashPoint, createWorld, latch, rejectionOf, stateId, turns, type Life, type World } from "./support/world.ts";

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

function logsOf({ heard }: Life, code: string): (string | undefined)[] {
  return heard.of("log").filter((notice) => notice.code === code).map((notice) => notice.address);
}

function addressesOf(journal: readonly { readonly k: string; readonly [field: string]: unknown }[]): unknown[] {
  return journal.filter((record) => record.k === "started").map((record) => record["a"]);
}

describe("A1: addresses", () => {
  test("A1: an address is the path of names, keys and numbers, and ends in the type", async () => {
    const world = createWorld();
    const fetch = tool({ name: "fetch", run: (id: string) => id });
    const think = llm({ name: "think", run: (text: string) => text });
    const research = agent({
      name: "research",
      run: async (_: void, context) => {
        await context.run(fetch, "a");
        await context.run(fetch, "a");
        await context.run(fetch, "b", { key: "doc-7" });
        await context.run(fetch, "c", { key: "doc-7" });
        await context.run(think, "d");
        await context.map("pages", ["x", "y"], fetch);
        await context.map("named", ["x"], fetch, { key: (item) => `k/${item}` });
        await context.map("pages", ["z"], async (item: string, branch) => branch.run(fetch, item));
      },
    });
    await world.begin().reprise.execute(research, undefined, { stateId });
    expect(addressesOf(await world.journal())).toEqual([
      "research::agent_call",
      "research::fetch::tool_call",
      "research::fetch#2::tool_call",
      "research::fetch[doc-7]::tool_call",
      "research::fetch[doc-7]#2::tool_call",
      "research::think::llm_call",
      "research::pages::group",
      "research::pages{0}::branch",
      "research::pages{1}::branch",
      "research::pages{0}::fetch::tool_call",
      "research::pages{1}::fetch::tool_call",
      "research::named::group",
      "research::named{k%2Fx}::branch",
      "research::named{k%2Fx}::fetch::tool_call",
      "research::pages#2::group",
      "research::pages#2{0}::branch",
      "research::pages#2{0}::fetch::tool_call",
    ]);
  });

  test("A1: keys are percent-encoded, a key of more than 128 characters stands as a hash, and different keys stay different", async () => {
    const world = createWorld();
    const fetch = tool({ name: "fetch", run: (id: number) => id });
    const keys = ["a::b", "a[b]{c}#2", "ä €", "%", "~x", "k".repeat(128), "k".repeat(129), `${"k".repeat(129)}2`];
    const all = agent({ name: "all", run: async (_: void, context) => { for (const [index, key] of keys.entries()) await context.run(fetch, index, { key }); } });
    const { reprise } = world.begin();
    expect(await reprise.execute(all, undefined, { stateId })).toMatchObject({ status: "completed" });
    const addresses = addressesOf(await world.journal()) as string[];
    expect(new Set(addresses).size).toBe(keys.length + 1);
    expect(addresses.slice(1, 4)).toEqual(["all::fetch[a%3A%3Ab]::tool_call", "all::fetch[a%5Bb%5D%7Bc%7D%232]::tool_call", "all::fetch[%C3%A4%20%E2%82%AC]::tool_call"]);
    expect(addresses[6]).toBe(`all::fetch[${"k".repeat(128)}]::tool_call`);
    expect(addresses[7]).toMatch(/^all::fetch\[~[0-9a-f]{32}\]::tool_call$/u);
  });

  test.each(["", "a::b", ":a", "a:", "a[b", "a]", "a{b", "a}", "a#2", "a\nb", "a\u0000", "x".repeat(129)])("A1: the name %j is refused when its actor is defined", (name) => {
    for (const define of [tool, llm, agent] as const) {
      expect(() => (define as typeof tool)({ name, run: () => 1 })).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION", path: "name" }));
    }
  });

  test("A1: a group's name that could be mistaken for structure is refused, and the run goes on", async () => {
    const world = createWorld();
    const maps = agent({
      name: "maps",
      run: (_: void, context) => context.map("a::b", [1], (item: number) => item).then(() => "mapped", (error: { code: string; path: string }) => `${error.code} ${error.path}`),
    });
    expect(await world.begin().reprise.execute(maps, undefined, { stateId })).toMatchObject({ status: "completed", value: "INVALID_DEFINITION name" });
  });
});

describe("A2: numbers", () => {
  test("A2: numbers are given per scope, name and key, in the order in which calls are issued", async () => {
    const world = createWorld();
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const inner = agent({ name: "inner", run: (value: number, context) => Promise.all([context.run(leaf, value), context.run(leaf, value + 1)]) });
    const outer = agent({ name: "outer", run: (_: void, context) => Promise.all([context.run(inner, 1), context.run(inner, 2), context.run(leaf, 9), context.run(leaf, 9, { key: "k" })]) });
    await world.begin().reprise.execute(outer, undefined, { stateId });
    const addresses = addressesOf(await world.journal());
    expect(new Set(addresses)).toEqual(
      new Set([
        "outer::agent_call",
        "outer::inner::agent_call",
        "outer::inner#2::agent_call",
        "outer::leaf::tool_call",
        "outer::leaf[k]::tool_call",
        "outer::inner::leaf::tool_call",
        "outer::inner::leaf#2::tool_call",
        "outer::inner#2::leaf::tool_call",
        "outer::inner#2::leaf#2::tool_call",
      ]),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  test("A2: numbers start anew in each attempt of the scope", async () => {
    const world = createWorld();
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const flakyAgent = agent({
      name: "flaky_agent",
      retry: quick,
      run: async (_: void, context) => {
        await context.run(leaf, context.attempt);
        await context.run(leaf, 10 + context.attempt);
        if (context.attempt < 3) throw new Error("by itself");
      },
    });
    const { reprise } = world.begin();
    expect(await reprise.execute(flakyAgent, undefined, { stateId })).toMatchObject({ status: "completed" });
    const leaves = addressesOf(await world.journal()).filter((address) => String(address).endsWith("tool_call"));
    expect(leaves).toEqual(Array.from({ length: 3 }, () => ["flaky_agent::leaf::tool_call", "flaky_agent::leaf#2::tool_call"]).flat());
  });

  test("A2: after a reopening that keeps its children a matched call keeps its address, and a new one is numbered above all recorded", async () => {
    const world = createWorld();
    const leaf = counter<number>({ name: "leaf" });
    const fails = tool({ name: "fails", run: (attempt: number) => { if (attempt < 2) throw new Error("no"); return attempt; } });
    const work = agent({
      name: "work",
      retry: quick,
      run: async (_: void, context) => {
        if (context.attempt === 1) {
          await context.run(leaf.actor, 1);
          await context.run(leaf.actor, 2);
          return context.run(fails, 1);
        }
        const values = [await context.run(leaf.actor, 3), await context.run(leaf.actor, 2), await context.run(leaf.actor, 1), await context.run(leaf.actor, 1)];
        await context.run(fails, 2);
        return values;
      },
    });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: [3, 2, 1, 1] });
    expect(leaf.runsOf("work::leaf::tool_call")).toBe(1);
    expect(leaf.runsOf("work::leaf#2::tool_call")).toBe(1);
    expect(leaf.runsOf("work::leaf#3::tool_call")).toBe(1);
    expect(leaf.runsOf("work::leaf#4::tool_call")).toBe(1);
  });
});

/** Runs `before` until it crashes behind its recorded calls, then resumes with `after`. Both are the same agent to Reprise. */
async function edited<Output>(
  world: World,
  before: (context: AgentContext) => Promise<unknown>,
  after: (context: AgentContext) => Promise<Output>,
  options: { readonly load?: Pick<CallPolicy, "onInputChange" | "onVersionChange">; readonly reprise?: Pick<CallPolicy, "onInputChange"> } = {},
): Promise<Life & { readonly outcome: { readonly status: string; readonly value?: Output; readonly error?: Error } }> {
  const point = crashPoint(world.disk);
  const first = agent({ name: "edited", run: async (_: void, context) => { await before(context); await point.now(); } });
  await world.runUntilCrash(first, undefined, point);
  return world.resume(agent({ name: "edited", run: (_: void, context) => after(context) }), options.load, options.reprise);
}

/** The same code in both lives: what it asks for comes from outside, as from a clock or an environment. */
async function unedited<Output>(
  world: World,
  ask: (context: AgentContext, life: number) => Promise<Output>,
  options: { readonly load?: Pick<CallPolicy, "onInputChange" | "onVersionChange">; readonly reprise?: Pick<CallPolicy, "onInputChange"> } = {},
): Promise<Life & { readonly outcome: { readonly status: string; readonly value?: Output; readonly error?: Error } }> {
  const point = crashPoint(world.disk);
  let life = 1;
  const same = agent({ name: "same", run: async (_: void, context) => { const value = await ask(context, life); await point.now(); return value; } });
  await world.runUntilCrash(same, undefined, point);
  life = 2;
  return world.resume(same, options.load, options.reprise);
}

describe("A3: how a call finds its record", () => {
  test("A3: an unkeyed call takes the first record of its name with an equal input, whatever order the code now asks in", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const { outcome } = await edited(
      world,
      async (context) => { for (const value of [1, 2, 3, 2]) await context.run(leaf.actor, value); },
      async (context) => { const values: string[] = []; for (const value of [3, 2, 1, 2]) values.push(await context.run(leaf.actor, value)); return values; },
    );
    expect(outcome).toMatchObject({ status: "completed", value: ["3", "2", "1", "2"] });
    expect(leaf.runs).toBe(4);
  });

  test("A3: equality is that of values: the order of keys does not count, 0 and -0 and undefined do", async () => {
    const world = createWorld();
    const leaf = counter<unknown, number>({ name: "leaf", run: () => 1 });
    const { outcome } = await edited(
      world,
      async (context) => { for (const value of [{ a: 1, b: 2 }, 0, [undefined]]) await context.run(leaf.actor, value); },
      async (context) => { for (const value of [{ b: 2, a: 1 }, -0, [null], 0]) await context.run(leaf.actor, value); },
    );
    expect(outcome.status).toBe("completed");
    expect(leaf.runs).toBe(3 + 2);
  });

  test("A3: an inserted call is new, with a notice, and the records behind it stay for their own askers", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await edited(
      world,
      async (context) => { await context.run(leaf.actor, 1); await context.run(leaf.actor, 2); },
      async (context) => [await context.run(leaf.actor, 1), await context.run(leaf.actor, 99), await context.run(leaf.actor, 2)],
    );
    expect(resumed.outcome).toMatchObject({ status: "completed", value: ["1", "99", "2"] });
    expect(leaf.runs).toBe(3);
    expect(leaf.runsOf("edited::leaf#3::tool_call")).toBe(1);
    expect(logsOf(resumed, "INPUT_CHANGED")).toEqual(["edited::leaf#3::tool_call"]);
  });

  test("A3: with changed code, a changed input is a new call with a notice, even where one record is left, and that record is unvisited", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await edited(world, (context) => context.run(leaf.actor, 1), (context) => context.run(leaf.actor, 2));
    expect(resumed.outcome).toMatchObject({ status: "completed", value: "2" });
    expect(leaf.runs).toBe(2);
    expect(logsOf(resumed, "INPUT_CHANGED")).toEqual(["edited::leaf#2::tool_call"]);
    expect(logsOf(resumed, "UNVISITED")).toEqual(["edited::leaf::tool_call"]);
  });

  test("A3: with the same code, one record of the name is taken by name alone, with a notice", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await unedited(world, (context, life) => context.run(leaf.actor, life));
    expect(resumed.outcome).toMatchObject({ status: "completed", value: "1" });
    expect(leaf.runs).toBe(1);
    expect(logsOf(resumed, "INPUT_CHANGED")).toEqual(["same::leaf::tool_call"]);
    expect(resumed.heard.of("recovered").find((notice) => notice.name === "leaf")).toMatchObject({ inputChanged: true });
  });

  test("A3: with the same code but two records of the name, a changed input is a new call", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await unedited(world, async (context, life) => [await context.run(leaf.actor, life * 10), await context.run(leaf.actor, life * 10 + 1)]);
    expect(resumed.outcome).toMatchObject({ status: "completed", value: ["20", "21"] });
    expect(leaf.runs).toBe(4);
    expect(logsOf(resumed, "INPUT_CHANGED")).toHaveLength(2);
  });

  test("A3: two records visible at the opening do not become one by taking the other", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await unedited(world, async (context, life) => [await context.run(leaf.actor, 1), await context.run(leaf.actor, life * 10)]);
    expect(resumed.outcome).toMatchObject({ status: "completed", value: ["1", "20"] });
    expect(leaf.runs).toBe(3);
  });

  test("A3: calls made on the run itself are known code", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const before = await world.begin().reprise.create({ stateId });
    await before.run(leaf.actor, 1);
    await before.close();
    const life = world.begin();
    const after = await life.reprise.load(stateId);
    expect(await after.run(leaf.actor, 2)).toBe("1");
    expect(logsOf(life, "INPUT_CHANGED")).toEqual(["leaf::tool_call"]);
    expect(leaf.runs).toBe(1);
  });

  test("A3: a later call with the input whose record was given away is ambiguous; the run stops, and better code resumes it", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const point = crashPoint(world.disk);
    let life = 1;
    const later = tool({ name: "later", run: () => "ran" });
    const same = agent({
      name: "same",
      run: async (_: void, context) => {
        if (life === 2) await context.run(leaf.actor, 2);
        const value = await context.run(leaf.actor, 1).catch((error: unknown) => error);
        // The code tries to swallow it and to go on: every verb rejects.
        if (value instanceof Error) await context.run(later).catch(() => undefined);
        await point.now();
        return "swallowed";
      },
    });
    await world.runUntilCrash(same, undefined, point);
    const recorded = (await world.journal()).length;
    life = 2;
    const refused = await world.resume(same);
    expect(refused.outcome).toMatchObject({ status: "failed", error: { code: "AMBIGUOUS_REPLAY" } });
    expect(await world.journal()).toHaveLength(recorded);
    expect(leaf.runs).toBe(1);

    const better = agent({ name: "same", run: async (_: void, context) => [await context.run(leaf.actor, 2, { key: "new" }), await context.run(leaf.actor, 1)] });
    const resumed = await world.resume(better);
    expect(resumed.outcome).toMatchObject({ status: "completed", value: ["2", "1"] });
    expect(leaf.runs).toBe(2);
  });

  test("A3: a record that was given away by name stays with that call on every later resume, whatever came after it (R2)", async () => {
    const world = createWorld();
    const leaf: Counter<number, string> = counter({ name: "leaf", run: (value: number) => `${value} in run ${leaf.runs}` });
    const life = async (inputs: readonly number[]): Promise<{ readonly values: string[]; readonly changed: string[] }> => {
      const { reprise, heard } = world.begin();
      await using state = await reprise.load(stateId).catch(() => reprise.create({ stateId }));
      const values: string[] = [];
      for (const input of inputs) values.push(await state.run(leaf.actor, input));
      await state.close();
      return { values, changed: heard.of("recovered").filter(({ inputChanged }) => inputChanged).map(({ address }) => address) };
    };
    expect((await life([1])).values).toEqual(["1 in run 1"]);
    const expected = { values: ["1 in run 1", "3 in run 2", "4 in run 3"], changed: ["leaf::tool_call"] };
    for (let time = 0; time < 4; time += 1) expect(await life([2, 3, 4])).toEqual(expected);
    expect(await rejectionOf(life([2, 3, 1]))).toMatchObject({ code: "AMBIGUOUS_REPLAY" });
    expect((await life([1, 3, 2])).values).toEqual(["1 in run 1", "3 in run 2", "2 in run 4"]);
  });

  test("A3: records that were taken by key for other inputs stay with those calls, in a fork, too (R2, R10)", async () => {
    const world = createWorld();
    const leaf: Counter<number, string> = counter({ name: "leaf", run: (value: number) => `${value} in run ${leaf.runs}` });
    const life = async (id: string, inputs: readonly number[]): Promise<string[]> => {
      const { reprise } = world.begin();
      await using state = await reprise.load(id).catch(() => reprise.create({ stateId: id }));
      const values: string[] = [];
      for (const input of inputs) values.push(await state.run(leaf.actor, input, { key: "k" }));
      return values;
    };
    await life(stateId, [1, 2]);
    const { reprise } = world.begin();
    await reprise.rewind(stateId, { position: 3 });
    // From here on the records of a fork have other numbers than those of the run: what a cut has hidden is not in it.
    await life(stateId, [1, 2]);
    const expected = ["1 in run 1", "2 in run 3", "3 in run 4"];
    for (let time = 0; time < 3; time += 1) expect(await life(stateId, [3, 3, 3])).toEqual(expected);
    await reprise.fork(stateId, { stateId: "fork" });
    for (let time = 0; time < 2; time += 1) expect(await life("fork", [3, 3, 3])).toEqual(expected);
  });

  test('A3: onInputChange "reuse" of the actor, the call, the load or the Reprise extends the pairing by name to changed code', async () => {
    const leafWith = (policy: CallPolicy) => {
      let runs = 0;
      return { actor: tool({ ...policy, name: "leaf", run: (value: number) => { runs += 1; return `${value}`; } }), runs: () => runs };
    };
    const reuse = { onInputChange: "reuse" } as const;
    for (const where of ["actor", "call", "load", "reprise"] as const) {
      const world = createWorld();
      const leaf = leafWith(where === "actor" ? reuse : {});
      const resumed = await edited(
        world,
        (context) => context.run(leaf.actor, 1),
        (context) => context.run(leaf.actor, 2, where === "call" ? reuse : {}),
        { ...(where === "load" && { load: reuse }), ...(where === "reprise" && { reprise: reuse }) },
      );
      expect([where, resumed.outcome]).toMatchObject([where, { status: "completed", value: "1" }]);
      expect(leaf.runs()).toBe(1);
      expect(logsOf(resumed, "INPUT_CHANGED")).toEqual(["edited::leaf::tool_call"]);
    }
  });

  test("A3: a keyed call takes the record with its exact address, whatever its input and whatever became of the code", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await edited(
      world,
      async (context) => { await context.run(leaf.actor, 1, { key: "a" }); await context.run(leaf.actor, 2, { key: "b" }); },
      async (context) => [await context.run(leaf.actor, 20, { key: "b" }), await context.run(leaf.actor, 1, { key: "a" }), await context.run(leaf.actor, 1, { key: "c" })],
    );
    expect(resumed.outcome).toMatchObject({ status: "completed", value: ["2", "1", "1"] });
    expect(leaf.runs).toBe(3);
    expect(logsOf(resumed, "INPUT_CHANGED")).toEqual(["edited::leaf[b]::tool_call"]);
  });

  test("A3: a keyed call never takes an unkeyed record, nor the other way round", async () => {
    const world = createWorld();
    const leaf = counter<number>({ name: "leaf" });
    await edited(
      world,
      async (context) => { await context.run(leaf.actor, 1); await context.run(leaf.actor, 2, { key: "a" }); },
      async (context) => { await context.run(leaf.actor, 1, { key: "b" }); await context.run(leaf.actor, 2); },
    );
    expect(leaf.runs).toBe(4);
  });

  test("A3: records of another type are not records of the name", async () => {
    const world = createWorld();
    const asTool = counter<number, string>({ name: "leaf", run: () => "tool" });
    const asLlm = llm({ name: "leaf", run: (value: number) => (value === 1 ? "llm" : "another") });
    const { outcome } = await edited(world, (context) => context.run(asTool.actor, 1), (context) => context.run(asLlm, 1));
    expect(outcome).toMatchObject({ status: "completed", value: "llm" });
  });

  test("A3: a call that is not repeatable never becomes new while records of its name are left", async () => {
    const world = createWorld();
    const pay = counter<number>({ name: "pay", repeatable: false });
    const refused = await edited(world, (context) => context.run(pay.actor, 1), (context) => context.run(pay.actor, 2).catch(() => "swallowed"));
    expect(refused.outcome).toMatchObject({ status: "failed", error: { code: "AMBIGUOUS_REPLAY" } });
    expect(pay.runs).toBe(1);
    // Once the record has been asked for, a second payment is a second payment.
    const both = agent({ name: "edited", run: async (_: void, context) => [await context.run(pay.actor, 1), await context.run(pay.actor, 2)] });
    expect((await world.resume(both)).outcome).toMatchObject({ status: "completed", value: [1, 2] });
    expect(pay.runs).toBe(2);
  });

  test('A3: "rerun" does not make a call new that is not repeatable', async () => {
    const world = createWorld();
    const pay = counter<number>({ name: "pay", repeatable: false });
    const refused = await unedited(world, (context, life) => context.run(pay.actor, life, { onInputChange: "rerun" }));
    expect(refused.outcome).toMatchObject({ status: "failed", error: { code: "AMBIGUOUS_REPLAY" } });
    expect(pay.runs).toBe(1);
  });

  test("A3: in a scope that was opened again only an equal input matches, keyed or not", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const fails = tool({ name: "fails", run: (attempt: number) => { if (attempt === 1) throw new Error("no"); } });
    const work = agent({
      name: "work",
      retry: quick,
      run: async (_: void, context) => {
        const values = [await context.run(leaf.actor, context.attempt), await context.run(leaf.actor, context.attempt * 10, { key: "k" })];
        await context.run(fails, context.attempt);
        return values;
      },
    });
    const life = world.begin();
    expect(await life.reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: ["2", "20"] });
    expect(leaf.runs).toBe(4);
    expect(leaf.runsOf("work::leaf[k]#2::tool_call")).toBe(1);
  });

  test("A3: a run that was opened again is such a scope, also for the load after the one that opened it", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const first = await world.begin().reprise.create({ stateId });
    await first.run(leaf.actor, 1);
    await first.saveCheckpoint({ status: "failed" });
    await first.close();
    const other = tool({ name: "other", run: () => 1 });
    const second = await world.begin().reprise.load(stateId);
    await second.run(other);
    await second.close();
    const third = await world.begin().reprise.load(stateId);
    expect(await third.run(leaf.actor, 2)).toBe("2");
    await third.close();
  });

  test("A3: a branch matches by an equal item only", async () => {
    const world = createWorld();
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    const resumed = await unedited(world, (context, life) => context.map("group", life === 1 ? [1, 2] : [1, 3], leaf.actor, { key: (_item, index) => `k${index}` }));
    expect(resumed.outcome).toMatchObject({ status: "completed", value: ["1", "3"] });
    expect(leaf.runs).toBe(3);
  });

  test("A3: inside a branch that was entered again, the branch's code is matched by equal input only", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    let life = 1;
    const same = agent({
      name: "same",
      run: (_: void, context) =>
        context.map("group", ["x"], async (_item: string, branch) => {
          const value = await branch.run(leaf.actor, life);
          await point.now();
          return value;
        }),
    });
    await world.runUntilCrash(same, undefined, point);
    life = 2;
    expect((await world.resume(same)).outcome).toMatchObject({ status: "completed", value: ["2"] });
    expect(leaf.runs).toBe(2);
  });

  test("A3: a refusal cannot be swallowed: it is no recorded failure, every later verb rejects, and nothing is recorded", async () => {
    const world = createWorld();
    const leaf = counter<number>({ name: "leaf" });
    const later = counter<number>({ name: "later" });
    const seen: unknown[] = [];
    const point = crashPoint(world.disk);
    let life = 1;
    const same = agent({
      name: "same",
      run: async (_: void, context) => {
        const open = life === 2 ? context.run(later.actor, 0).catch((error: { code: string }) => seen.push(error.code)) : undefined;
        await context.run(leaf.actor, life, { onInputChange: "fail" }).catch((error: { code: string }) => seen.push(error.code));
        if (life === 2) {
          await context.run(later.actor, 1).catch((error: { code: string }) => seen.push(error.code));
          await context.try(later.actor, 2).catch((error: { code: string }) => seen.push(error.code));
          await context.map("later", [1], later.actor).catch((error: { code: string }) => seen.push(error.code));
          await open;
          return "swallowed";
        }
        await point.now();
        return "done";
      },
    });
    await world.runUntilCrash(same, undefined, point);
    const recorded = (await world.journal()).length;
    life = 2;
    const { outcome } = await world.resume(same);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "INPUT_CHANGED" } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual(Array.from({ length: 5 }, () => "INPUT_CHANGED"));
    const after = await world.journal();
    expect(after.slice(recorded).filter((record) => record.k !== "session" && !(record.k === "started" && String(record["a"]).includes("later")))).toEqual([]);
    expect((await world.disk.head(stateId))?.status).toBe("running");
    life = 1;
    expect((await world.resume(same)).outcome).toMatchObject({ status: "completed", value: "done" });
    expect(leaf.runs).toBe(1);
  });

  test("A3: replay of many calls of one name stays fast and right in any order", async () => {
    const world = createWorld();
    const leaf = counter<number>({ name: "leaf" });
    const count = 2_000;
    const forwards = Array.from({ length: count }, (_, index) => index);
    const resumed = await edited(
      world,
      (context) => Promise.all(forwards.map((value) => context.run(leaf.actor, value))),
      (context) => Promise.all(forwards.toReversed().map((value) => context.run(leaf.actor, value))),
    );
    expect(resumed.outcome.value).toEqual(forwards.toReversed());
    expect(leaf.runs).toBe(count);
  });
});

test("A3: the code of a bound handler is not known, so nothing is paired by name alone", async () => {
  const fetch = tool({ name: "fetch", run: (url: string) => `content of ${url}` });
  // oxlint-disable-next-line no-extra-bind -- as `this.method.bind(this)` would be
  const bound = (url: string) => agent({ name: "work", run: async function (this: void, _: void, context: AgentContext) { return context.run(fetch, url); }.bind(undefined) });
  const disk = memoryBackend();
  await createReprise({ backend: disk }).execute(bound("a"), undefined, { stateId });
  const cut = memoryBackend({ from: truncateRun(disk.snapshot(), stateId, 4) });
  expect(await createReprise({ backend: cut }).execute(bound("b"), undefined, { stateId })).toMatchObject({ value: "content of b" });
});

describe("A4: the outer context inside a branch", () => {
  const look = tool({ name: "look", run: (value: number) => value });

  test("A4: an unkeyed call on the outer context from inside a branch is warned about once, with its address", async () => {
    const world = createWorld();
    const audit = agent({
      name: "audit",
      run: (_: void, context) => context.map("pages", [1, 2, 3], (item: number) => context.run(look, item)),
    });
    const life = world.begin();
    await life.reprise.execute(audit, undefined, { stateId });
    expect(logsOf(life, "OUTER_CONTEXT_IN_BRANCH")).toEqual(["audit::look::tool_call"]);
  });

  test("A4: several branches that do so are one warning", async () => {
    const world = createWorld();
    const audit = agent({ name: "audit", run: (_: void, context) => context.map("pages", [1, 2, 3], async (item: number) => [await context.run(look, item), await context.run(look, item)]) });
    const life = world.begin();
    await life.reprise.execute(audit, undefined, { stateId });
    expect(logsOf(life, "OUTER_CONTEXT_IN_BRANCH")).toHaveLength(1);
  });

  test("A4: the warning comes after an awaited call of the branch, too", async () => {
    const world = createWorld();
    const audit = agent({
      name: "audit",
      run: (_: void, context) =>
        context.map("pages", [1], async (item: number, branch) => {
          await branch.run(look, item);
          return context.run(look, item);
        }),
    });
    const life = world.begin();
    await life.reprise.execute(audit, undefined, { stateId });
    expect(logsOf(life, "OUTER_CONTEXT_IN_BRANCH")).toHaveLength(1);
  });

  test("A4: calls of the branch's own context, keyed calls, and calls beside a group are not warned about", async () => {
    const world = createWorld();
    const audit = agent({
      name: "audit",
      run: async (_: void, context) => {
        const sequence = async (): Promise<void> => {
          await context.run(look, 10);
          await context.run(look, 11);
        };
        await Promise.all([context.map("pages", [1, 2], async (item: number, branch) => [await branch.run(look, item), await branch.run(look, item)]), context.run(look, 9), sequence()]);
        await context.map("keyed", [1, 2], (item: number) => context.run(look, item, { key: `k${item}` }));
        await context.run(look, 12);
      },
    });
    const life = world.begin();
    await life.reprise.execute(audit, undefined, { stateId });
    expect(logsOf(life, "OUTER_CONTEXT_IN_BRANCH")).toEqual([]);
  });

  test("A4: a call beside a running group after raw work is not warned about", async () => {
    const world = createWorld();
    const begun = latch();
    const held = latch();
    const audit = agent({
      name: "audit",
      run: async (_: void, context) => {
        const group = context.map("pages", [1, 2], async (item: number, branch) => {
          await branch.run(look, item);
          begun.open();
          await held.promise;
        });
        await begun.promise;
        // In a turn that belongs to nobody, while the branches are at work.
        await turns(2);
        await context.run(look, 9);
        held.open();
        await group;
      },
    });
    const life = world.begin();
    await life.reprise.execute(audit, undefined, { stateId });
    expect(logsOf(life, "OUTER_CONTEXT_IN_BRANCH")).toEqual([]);
  });
});

describe("A5: unvisited", () => {
  test("A5: recorded calls that nobody asked for are reported once the run has finished, those of reused calls are not", async () => {
    const world = createWorld();
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const inner = agent({ name: "inner", run: (value: number, context) => context.run(leaf, value) });
    const resumed = await edited(
      world,
      async (context) => { await context.run(leaf, 1); await context.run(inner, 2); await context.map("pages", [1, 2], leaf); await context.run(inner, 3); },
      async (context) => { await context.run(inner, 2); await context.map("pages", [1], leaf); },
    );
    expect(resumed.outcome.status).toBe("completed");
    expect(logsOf(resumed, "UNVISITED").toSorted()).toEqual(["edited::inner#2::agent_call", "edited::leaf::tool_call", "edited::pages{1}::branch"]);
  });

  test("A5: nothing is reported where everything was asked for, nor on a first run", async () => {
    const world = createWorld();
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const ask = async (context: AgentContext): Promise<void> => { await context.run(leaf, 1); await context.map("pages", [1, 2], leaf); };
    const resumed = await edited(world, ask, ask);
    expect(logsOf(resumed, "UNVISITED")).toEqual([]);
  });

  test("A5: a run that was recovered reports what its better code does not ask for", async () => {
    const world = createWorld();
    const old = tool({ name: "old", run: () => 1 });
    const renamed = tool({ name: "renamed", run: () => 1 });
    const bad = tool({ name: "bad", run: (): number => { throw new Error("no"); } });
    const good = tool({ name: "bad", run: () => 2 });
    await world.begin().reprise.execute(agent({ name: "work", run: async (_: void, context) => { await context.run(old); await context.run(bad); } }), undefined, { stateId });
    const resumed = await world.resume(agent({ name: "work", run: async (_: void, context) => { await context.run(renamed); await context.run(good); } }));
    expect(resumed.outcome.status).toBe("completed");
    expect(logsOf(resumed, "UNVISITED")).toEqual(["work::old::tool_call"]);
  });

  test("A5: a run that was refused before it began reports nothing", async () => {
    const world = createWorld();
    const work = agent({ name: "work", run: (value: number) => value });
    await world.begin().reprise.execute(work, 1, { stateId });
    const life = world.begin();
    expect(await life.reprise.execute(work, 2, { stateId })).toMatchObject({ status: "failed", error: { code: "INPUT_CHANGED" } });
    expect(logsOf(life, "UNVISITED")).toEqual([]);
  });
});
