import { agent, createReprise, GroupFailedError, tool, type Actor, type AgentContext, type OpenOptions } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, latch, stateId, turns, type World } from "./support/world.ts";

const double = tool({ name: "double", run: (value: number) => value * 2 });

/** Runs `group` with some items, dies behind it, and resumes with others; the branches that ran in each life. */
async function regrouped<Item>(
  items: readonly (readonly Item[])[],
  options: { readonly key?: (item: Item) => string; readonly crashInside?: boolean } = {},
): Promise<{ readonly values: readonly string[]; readonly ran: readonly (readonly string[])[]; readonly world: World }> {
  const world = createWorld();
  const point = crashPoint(world.disk);
  const ran: string[][] = [];
  const leaf = tool({ name: "leaf", run: async (item: Item) => { await turns(1); ran.at(-1)?.push(JSON.stringify(item)); return JSON.stringify(item); } });
  const settings = options.key ? { key: options.key } : {};
  const work = agent({
    name: "work",
    run: async (_: void, context) => {
      ran.push([]);
      const current = items[Math.min(ran.length, items.length) - 1] ?? [];
      const values = await context.map(
        "group",
        current,
        async (item: Item, branch) => {
          const value = await branch.run(leaf, item);
          if (options.crashInside === true && item === current.at(-1)) await point.now();
          return value;
        },
        settings,
      );
      await point.now();
      return values;
    },
  });
  await world.runUntilCrash(work, undefined, point);
  const { outcome } = await world.resume(work);
  if (outcome.status !== "completed") throw "error" in outcome ? outcome.error : new Error(outcome.status);
  return { values: outcome.value, ran, world };
}

describe("P1: results", () => {
  test("P1: results come by position, whatever order the branches end in", async () => {
    const waits = tool({ name: "waits", run: async (count: number) => { await turns(count); return `after ${count}`; } });
    const work = agent({ name: "work", run: (items: number[], context) => context.map("group", items, waits, { maxWorkers: 10 }) });
    expect(await createReprise().execute(work, [9, 1, 5, 0])).toMatchObject({ value: ["after 9", "after 1", "after 5", "after 0"] });
  });

  test("P1: the actor form and the function form give the same, the function may be synchronous, and an agent may be the actor", async () => {
    const asAgent = agent({ name: "as_agent", run: (value: number, context) => context.run(double, value) });
    const work = agent({
      name: "work",
      run: async (_: void, context) => [
        await context.map("actor", [1, 2], double),
        await context.map("agent", [1, 2], asAgent),
        await context.map("async", [1, 2], (item: number, branch) => branch.run(double, item)),
        await context.map("sync", [1, 2], (item: number) => item * 2),
      ],
    });
    expect(await createReprise().execute(work)).toMatchObject({ value: [[2, 4], [2, 4], [2, 4], [2, 4]] });
  });

  test("P1: a group on a state, an empty group and a group of undefined", async () => {
    const world = createWorld();
    const state = await world.begin().reprise.create({ stateId });
    expect(await state.map("group", [1, 2], double)).toEqual([2, 4]);
    expect(await state.map("empty", [], double)).toEqual([]);
    expect(await state.map("nothing", [undefined, null], (item: undefined | null) => item)).toEqual([undefined, null]);
    await state.close();
    const again = await world.begin().reprise.load(stateId);
    expect(await again.map("group", [1, 2], double)).toEqual([2, 4]);
    expect(await again.map("empty", [], double)).toEqual([]);
    expect(await again.map("nothing", [undefined, null], (item: undefined | null) => item)).toEqual([undefined, null]);
    expect(again.history.events().filter((event) => event.status === "started")).toHaveLength(1 + 2 + 2 + 1 + 1 + 2);
    await again.close();
  });

  test("P1: items are passed as recorded copies", async () => {
    const items = [{ n: 1 }, { n: 2 }];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const group = context.map("group", items, async (item: { n: number }) => { const before = item.n; item.n = 99; await turns(1); return before; });
        const first = items[0];
        if (first) first.n = 50;
        return group;
      },
    });
    expect(await createReprise().execute(work)).toMatchObject({ value: [1, 2] });
    expect(items.map((item) => item.n)).toEqual([50, 2]);
  });

  test("P1: maxWorkers branches run at once and no more; the default is 5", async () => {
    for (const [maxWorkers, expected] of [[undefined, 5], [1, 1], [3, 3], [100, 12]] as const) {
      let running = 0;
      let most = 0;
      const work = agent({
        name: "work",
        run: (_: void, context) =>
          context.map("group", Array.from({ length: 12 }, (_item, index) => index), async () => { running += 1; most = Math.max(most, running); await turns(40); running -= 1; }, maxWorkers === undefined ? {} : { maxWorkers }),
      });
      expect(await createReprise().execute(work)).toMatchObject({ status: "completed" });
      expect(most).toBe(expected);
    }
  });

  test("P1: a branch in backoff keeps its slot", async () => {
    const system = virtualSystem();
    const begun: number[] = [];
    const once = tool({ name: "once", retry: retry({ maxAttempts: 2, initialDelayMs: 1_000, jitter: "none" }), run: (item: number, { attempt }) => { begun.push(item * 10 + attempt); if (item === 1 && attempt === 1) throw new Error("once"); return item; } });
    const work = agent({ name: "work", run: (_: void, context) => context.map("group", [1, 2], once, { maxWorkers: 1 }) });
    expect(await system.runUntil(createReprise({ system }).execute(work))).toMatchObject({ value: [1, 2] });
    expect(begun).toEqual([11, 12, 21]);
  });

  test("P1: groups nest, in actors and in branches", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = counter<number>({ name: "leaf" });
    const work = agent({
      name: "work",
      run: (_: void, context) =>
        context.map("outer", [1, 2], (outer: number, branch) =>
          branch.map("inner", [10, 20], async (inner: number, deep) => {
            const value = await deep.run(leaf.actor, outer + inner);
            if (value === 22) await point.now();
            return value;
          }),
        ),
    });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ value: [[11, 21], [12, 22]] });
    expect(leaf.runs).toBe(4);
    expect(leaf.runsOf("work::outer{1}::inner{1}::leaf::tool_call")).toBe(1);
  });

  test("P1: a thousand items run, and come back without running, within a second or two", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = counter<number>({ name: "leaf" });
    const items = Array.from({ length: 1_000 }, (_, index) => index);
    const work = agent({ name: "work", run: async (_: void, context) => { const values = await context.map("group", items, leaf.actor, { maxWorkers: 50, key: (item) => `item ${item}` }); await context.run(point.actor, 0); return values; } });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ value: items });
    expect(leaf.runs).toBe(1_000);
  });

  test("P1: progress is published on group", async () => {
    const world = createWorld();
    const bad = tool({ name: "bad", run: (item: number) => { if (item === 2) throw new Error("no"); return item; } });
    const life = world.begin();
    await life.reprise.execute(agent({ name: "work", run: (_: void, context) => context.map("group", [1, 2, 3], bad, { maxWorkers: 1 }) }), undefined, { stateId });
    const notices = life.heard.of("group");
    for (const { size, running, completed, failed } of notices) expect([size, running <= 1, completed + failed <= 3]).toEqual([3, true, true]);
    expect(notices.at(-1)).toMatchObject({ address: "work::group::group", running: 0, completed: 2, failed: 1, cancelled: 0, recovered: 0 });
  });
});

describe("P1: keys", () => {
  test("P1: duplicate keys and keys that are no strings are refused by name, and nothing of the group runs", async () => {
    const leaf = counter<number>({ name: "leaf" });
    for (const [key, message] of [
      [() => "same", /unique.*0.*1.*"same"/u],
      [(item: number) => item as unknown as string, /string.*number/u],
      [() => { throw new Error("key is broken"); }, /key is broken/u],
    ] as const) {
      const work = agent({ name: "work", run: (_: void, context) => context.map("group", [1, 2], leaf.actor, { key }).then(() => "mapped", (error: Error) => error.message) });
      const outcome = await createReprise().execute(work);
      expect(outcome).toMatchObject({ status: "completed", value: expect.stringMatching(message) });
    }
    expect(leaf.runs).toBe(0);
  });

  test("P1: a key may be any text, also one that looks like an address or is empty", async () => {
    const world = createWorld();
    const leaf = counter<string>({ name: "leaf" });
    const keys = ["a::b", "{0}", "#2", "k".repeat(300), "ü"];
    const work = agent({ name: "work", run: (_: void, context) => context.map("group", keys, leaf.actor, { key: (item) => item }) });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: keys });
    const loaded = await world.begin().reprise.load(stateId);
    expect(new Set(loaded.history.calls().map((call) => call.address)).size).toBe(2 + 2 * keys.length);
    await loaded.close();
  });
});

describe("P1: fail_slow", () => {
  const picky = tool({ name: "picky", run: async (item: number) => { await turns(item); if (item % 2 === 0) throw Object.assign(new RangeError(`no ${item}`), { code: "E_EVEN" }); return new Date(item); } });

  function facts(error: unknown): unknown {
    if (!(error instanceof GroupFailedError)) return String(error);
    const outcomes = error.outcomes;
    return {
      name: error.name,
      message: error.message,
      address: error.address,
      outcomes: outcomes.map((outcome) => (outcome.ok ? outcome : { ok: false, name: outcome.error.name, message: outcome.error.message, code: (outcome.error as { code?: string }).code, cause: (outcome.error.cause as { code?: string } | undefined)?.code })),
      errors: error.errors.map((inner) => inner.message),
      aggregate: error instanceof AggregateError || "errors" in error,
    };
  }

  test.each(["actor", "function"] as const)("P1: all branches end, and the group rejects with every outcome by position, the same live and on replay (%s form)", async (form) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const items = [4, 1, 2, 3];
        const group = form === "actor" ? context.map("group", items, picky) : context.map("group", items, async (item: number, branch) => branch.run(picky, item));
        seen.push(await group.catch(facts));
        await context.run(point.actor, 0);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome.status).toBe("completed");
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({
      name: "GroupFailedError",
      address: "work::group::group",
      aggregate: true,
      outcomes: [
        { ok: false, code: "ACTOR_FAILED", cause: "E_EVEN" },
        { ok: true, value: new Date(1) },
        { ok: false, code: "ACTOR_FAILED", cause: "E_EVEN" },
        { ok: true, value: new Date(3) },
      ],
    });
    expect((seen[0] as { errors: string[] }).errors).toHaveLength(2);
  });

  test("P1: the rejection is an AggregateError", async () => {
    const state = await createReprise().create();
    const error = await state.map("group", [2], picky).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AggregateError);
    await state.close();
  });

  test("P1: outcomes of branches pass the output schema, also an asynchronous one", async () => {
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: async (value: unknown) => ({ value: `checked ${String(value)}` }) } };
    const checked = tool({ name: "checked", output: schema, run: (item: number) => { if (item === 2) throw new Error("no"); return item; } });
    const state = await createReprise().create();
    const error = await state.map("group", [1, 2], checked).catch((caught: unknown) => caught);
    expect((error as GroupFailedError).outcomes[0]).toEqual({ ok: true, value: "checked 1" });
    await state.close();
  });

  test("P1: on replay an outcome that the schema now refuses stops the run with the refusal, not the process", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const point = crashPoint(world.disk);
    let strict = false;
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => (strict ? { issues: [{ message: "not any more" }] } : { value }) } };
    const checked = tool({ name: "checked", output: schema, run: (item: number) => { if (item === 2) throw new Error("no"); return item; } });
    const work = agent({ name: "work", run: async (_: void, context) => { const caught = await context.map("group", [1, 2], checked).catch(() => "caught"); await context.run(point.actor, 0); return caught; } });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.advance(1);
    await point.crashed;
    strict = true;
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome).toMatchObject({ status: "failed", error: { code: "SCHEMA_REJECTED" } });
  });
});

test("P1: a group that is aborted ends with its branches, not with the grace", async () => {
  const system = virtualSystem();
  const aborted = tool({ name: "aborted", run: (_: number, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });
  const work = agent({ name: "work", run: async (_: void, context) => { context.map("group", [1, 2], aborted).catch(() => undefined); await new Promise<void>((resolve) => void system.setTimer(1, resolve)); return "done"; } });
  expect(await system.runUntil(createReprise({ system }).execute(work))).toMatchObject({ value: "done" });
  expect(system.now()).toBe(1);
});

test("P1: a group that was closed before all had begun is no group that completed, though what had begun did", async () => {
  const system = virtualSystem();
  const world = createWorld();
  const stubborn = tool({ name: "stubborn", run: (item: number) => new Promise<number>((resolve) => void system.setTimer(5, () => resolve(item))) });
  const work = agent({ name: "work", run: async (_: void, context) => { context.map("group", [1, 2, 3], stubborn, { maxWorkers: 1 }).catch(() => undefined); await new Promise<void>((resolve) => void system.setTimer(1, resolve)); return "done"; } });
  expect(await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }))).toMatchObject({ value: "done" });
  const calls = new Map((await world.journal()).flatMap((record, index) => (record.k === "started" ? [[index + 1, String(record["a"])]] : [])));
  const ends = (await world.journal()).filter((record) => record.k === "completed" || record.k === "cancelled").map((record) => `${record.k} ${calls.get(record["c"] as number)}`);
  expect(ends).toContain("completed work::group{0}::stubborn::tool_call");
  expect(ends).toContain("cancelled work::group::group");
});

describe("P1: fail_fast", () => {
  test("P1: the first failure aborts the rest, which are recorded as cancelled; what never began is cancelled, too", async () => {
    const world = createWorld();
    const reasons: string[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const error = await context
          .map("group", [1, 2, 3, 4], async (item: number, branch) => {
            if (item === 2) { await turns(3); throw new Error("first"); }
            return branch.run(tool({ name: "hangs", run: (_input: number, { signal }) => new Promise<number>((_resolve, reject) => signal.addEventListener("abort", () => { reasons.push(String(signal.reason)); reject(signal.reason as Error); })) }), item);
          }, { errors: "fail_fast", maxWorkers: 3 })
          .catch((caught: unknown) => caught);
        return error instanceof GroupFailedError ? error.outcomes.map((outcome) => (outcome.ok ? "ok" : (outcome.error as { code?: string }).code ?? outcome.error.message)) : "mapped";
      },
    });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: ["CANCELLED", "first", "CANCELLED", "CANCELLED"] });
    expect(reasons).toHaveLength(2);
    const journal = await world.journal();
    const cancelled = journal.filter((record) => record.k === "cancelled").map((record) => journal[(record["c"] as number) - 1]?.["a"]);
    expect(cancelled.toSorted()).toEqual(["work::group{0}::branch", "work::group{0}::hangs::tool_call", "work::group{2}::branch", "work::group{2}::hangs::tool_call"]);
    expect(journal.filter((record) => record.k === "started" && String(record["a"]).includes("{3}"))).toEqual([]);
  });

  test("P1: the error of a fail_fast group is the same live and on replay, and branches that ended before keep their values", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[] = [];
    const leaf = counter<number>({ name: "leaf" });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const error = await context.map("group", [1, 2, 3], async (item: number, branch) => { await branch.run(leaf.actor, item); if (item === 2) throw new Error("first"); return item; }, { errors: "fail_fast", maxWorkers: 1 }).catch((caught: unknown) => caught);
        seen.push((error as GroupFailedError).outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.message)), (error as Error).message);
        await context.run(point.actor, 0);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome.status).toBe("completed");
    expect(seen.slice(2)).toEqual(seen.slice(0, 2));
    expect(seen[0]).toEqual([1, "first", expect.stringMatching(/group\{2\}/u)]);
    expect(leaf.runs).toBe(2);
  });

  test("P1: a result that a branch gives within the grace is kept, although another failed first", async () => {
    const world = createWorld();
    const release = latch();
    const slow = tool({ name: "slow", run: async (item: number) => { await release.promise; return item; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const group = context.map("group", [1, 2], async (item: number, branch) => { if (item === 2) { setTimeout(release.open, 5); await turns(2); throw new Error("first"); } return branch.run(slow, item); }, { errors: "fail_fast" });
        return group.catch(() => "caught");
      },
    });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ value: "caught" });
    const journal = await world.journal();
    const slowSeq = journal.findIndex((record) => record["a"] === "work::group{0}::slow::tool_call") + 1;
    expect(journal.find((record) => record["c"] === slowSeq)?.k).toBe("completed");
  });
});

describe("P1: resuming", () => {
  test("P1: open branches are entered again, completed ones reused", async () => {
    const { values, ran } = await regrouped([[1, 2, 3]], { crashInside: true });
    expect(values).toEqual(["1", "2", "3"]);
    expect(ran).toEqual([["1", "2", "3"], []]);
  });

  test.each([
    ["inserted", [1, 2, 3], [1, 99, 2, 3], ["99"]],
    ["inserted at the front", [1, 2, 3], [99, 1, 2, 3], ["99"]],
    ["removed", [1, 2, 3], [1, 3], []],
    ["reordered", [1, 2, 3], [3, 1, 2], []],
    ["changed", [1, 2, 3], [1, 20, 3], ["20"]],
    ["repeated", [1, 2], [1, 1, 2, 2], ["1", "2"]],
    ["taken away one of equal ones", [1, 1, 2], [1, 2], []],
    ["replaced", [1, 2], [8, 9], ["8", "9"]],
    ["emptied", [1, 2], [], []],
    ["filled", [], [1, 2], ["1", "2"]],
  ] as const)("P1: items %s: equal ones are reused, others run, and the group is never reused as a whole", async (_name, before, after, runs) => {
    for (const crashInside of before.length > 0 ? [true, false] : [false]) {
      const { values, ran } = await regrouped<number>([before, after], { crashInside });
      expect(values).toEqual(after.map(String));
      expect(ran[1]).toEqual(runs);
    }
  });

  test.each([
    ["inserted", ["a", "b"], ["a", "x", "b"], ["x"]],
    ["removed", ["a", "b"], ["b"], []],
    ["reordered", ["a", "b", "c"], ["c", "a", "b"], []],
  ] as const)("P1: keyed items %s keep their records", async (_name, before, after, runs) => {
    const { values, ran } = await regrouped<string>([before, after], { key: (item) => item });
    expect(values).toEqual(after.map((item) => JSON.stringify(item)));
    expect(ran[1]).toEqual(runs.map((item) => JSON.stringify(item)));
  });

  test("P1: a keyed branch whose item changed runs, although its key is recorded", async () => {
    const { values, ran } = await regrouped<{ id: string; text: string }>([[{ id: "a", text: "one" }, { id: "b", text: "two" }], [{ id: "a", text: "ONE" }, { id: "b", text: "two" }]], { key: (item) => item.id });
    expect(values).toEqual(['{"id":"a","text":"ONE"}', '{"id":"b","text":"two"}']);
    expect(ran[1]).toEqual(['{"id":"a","text":"ONE"}']);
  });

  test("P1: a keyed branch takes the record of its key alone, although another key has an equal item", async () => {
    let life = 0;
    const { ran } = await regrouped<string>([["x"], ["x", "x"]], { key: () => `key ${(life += 1)}` });
    expect(ran).toEqual([['"x"'], ['"x"', '"x"']]);
  });

  test("P1: a run whose items changed can be resumed again, with nothing run twice", async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk), crashPoint(world.disk), crashPoint(world.disk)] as const;
    const leaf = counter<number>({ name: "leaf" });
    let items = [1, 2];
    const work = agent({ name: "work", run: async (_: void, context) => { const values = await context.map("group", items, leaf.actor); for (const point of points) await point.now(); return values; } });
    await world.runUntilCrash(work, undefined, points[0]);
    items = [3, 1];
    await world.runUntilCrash(work, undefined, points[1]);
    items = [1, 2, 3, 4];
    await world.runUntilCrash(work, undefined, points[2]);
    expect((await world.resume(work)).outcome).toMatchObject({ value: [1, 2, 3, 4] });
    expect(leaf.runs).toBe(4);
  });

  test("P1: recorded branches are asked for at once, without a slot, so that they come back in the recorded order", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const orders: number[][] = [];
    const waits = tool({ name: "waits", run: async (item: number) => { await turns(30 - item * 10); return item; } });
    const stays = tool({ name: "stays", run: async (item: number) => { if (orders.length > 1) return item; if (item === 0) await point.now(); return new Promise<number>(() => undefined); } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const order: number[] = [];
        orders.push(order);
        return context.map("group", [0, 1, 2], async (item: number, branch) => { order.push(await branch.run(waits, item)); return branch.run(stays, item); }, { maxWorkers: orders.length === 1 ? 3 : 1 });
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect(orders[0]).toEqual([2, 1, 0]);
    expect((await world.resume(work)).outcome).toMatchObject({ value: [0, 1, 2] });
    expect(orders[1]).toEqual([2, 1, 0]);
  });

  test("P1: maxWorkers counts recorded branches until they are released", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let life = 0;
    let running = 0;
    let most = 0;
    const slow = tool({ name: "slow", run: async (item: number) => { running += 1; most = Math.max(most, running); if (item === 1 && life === 1) { await turns(5); await point.now(); } await turns(5); running -= 1; return item; } });
    const work = agent({ name: "work", run: (_: void, context) => { life += 1; return context.map("group", [0, 1, 2, 3, 4, 5], slow, { maxWorkers: 2 }); } });
    await world.runUntilCrash(work, undefined, point);
    running = 0;
    most = 0;
    expect((await world.resume(work)).outcome).toMatchObject({ value: [0, 1, 2, 3, 4, 5] });
    expect(most).toBe(2);
  });

  test("P1: a failed group of a failed run runs its failed branches again, and no other", async () => {
    const world = createWorld();
    const runs: number[] = [];
    let broken = true;
    const leaf = tool({ name: "leaf", run: (item: number) => { runs.push(item); if (broken && item % 2 === 0) throw new Error("no"); return item; } });
    const work = agent({ name: "work", run: (_: void, context) => context.map("group", [1, 2, 3, 4], leaf) });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    broken = false;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: [1, 2, 3, 4] });
    expect(runs).toEqual([1, 2, 3, 4, 2, 4]);
  });

  test("P1: an agent that is retried because of its group runs only the failed branches again", async () => {
    const runs: number[] = [];
    const leaf = tool({ name: "leaf", run: (item: number) => { runs.push(item); if (item === 2 && runs.length < 4) throw new Error("no"); return item; } });
    const work = agent({ name: "work", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), run: (_: void, context) => context.map("group", [1, 2, 3], leaf) });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: [1, 2, 3] });
    expect(runs).toEqual([1, 2, 3, 2]);
  });
});

describe("P1, R2: a group whose items changed", () => {
  test.each([true, false])("P1: its record says which items it has now, and whoever resumes it next pairs it by them (it was open: %s)", async (open) => {
    const world = createWorld();
    const points = [crashPoint(world.disk, "first"), crashPoint(world.disk, "second")] as const;
    const ran: number[] = [];
    let life = 1;
    const leaf = tool({ name: "leaf", run: async (item: number) => { ran.push(item); if (open && life === 1) await points[0].now(); return item * 10; } });
    const caller = agent({
      name: "caller",
      run: async (_: void, context) => {
        if (life === 1) return [await context.map("group", [1], leaf), await points[0].now()];
        // Two groups with equal items: the first takes the record of the group as it was.
        const values = [await context.map("group", [2, 1], leaf), await context.map("group", [2, 1], leaf)];
        await points[1].now();
        return values;
      },
    });
    await world.runUntilCrash(caller, undefined, points[0]);
    life = 2;
    await world.runUntilCrash(caller, undefined, points[1]);
    expect(ran.toSorted()).toEqual(open ? [1, 1, 1, 2, 2] : [1, 1, 2, 2]);
    const { outcome, reprise } = await world.resume(caller);
    expect(outcome).toMatchObject({ status: "completed", value: [[20, 10], [20, 10]] });
    expect(ran).toHaveLength(open ? 5 : 4);
    const history = await reprise.history(stateId);
    expect(history.get("caller::group::group")?.input).toEqual([2, 1]);
    const started = history.events().filter(({ type, status }) => type === "group" && status === "started");
    expect(started.map(({ address, group, opening }) => [address, group?.size, opening])).toEqual([
      ["caller::group::group", 1, undefined],
      ["caller::group::group", 2, "changed"],
      ["caller::group#2::group", 2, undefined],
    ]);
  });
});

describe("P1, R8: a group whose actor changed", () => {
  type Work = Actor<number, string> | ((item: number, context: AgentContext) => Promise<string>);

  /** With `hangs`, the second item takes for ever. */
  function named(name: string, version?: string, hangs = false) {
    const runs: number[] = [];
    const run = (item: number): string | Promise<string> => {
      runs.push(item);
      return hangs && item === 2 ? new Promise<string>(() => undefined) : `${item} by ${name} ${version ?? ""}`.trim();
    };
    return { runs, actor: tool({ name, ...(version !== undefined && { version }), run }) };
  }

  /** Dies behind the group, or inside of it, and resumes with other work. */
  async function resumedWith(before: Work, after: Work, options: OpenOptions & { readonly inside?: boolean } = {}) {
    const { inside = false, ...openOptions } = options;
    const world = createWorld();
    const points = [crashPoint(world.disk, "first"), crashPoint(world.disk, "second")] as const;
    let work = before;
    const late = tool({ name: "late", run: async (value: number) => { await turns(5); await points[0].now(); return value; } });
    const caller = agent({
      name: "caller",
      run: async (_: void, context) => {
        const values = context.map("group", [1, 2], work);
        // Behind the first branch, while the second hangs.
        if (inside) await context.run(late, 0);
        await values;
        await context.run(points[0].actor, 0);
        await context.run(points[1].actor, 0);
        return values;
      },
    });
    await world.runUntilCrash(caller, undefined, points[0]);
    work = after;
    const second = world.resume(caller, openOptions);
    const refused = await Promise.race([points[1].crashed, second]);
    return refused ?? world.resume(caller, openOptions);
  }

  test.each([true, false])("P1: branches of another actor run, and are reused by the next resume (died inside: %s)", async (inside) => {
    const [old, current] = [named("old", undefined, inside), named("current")];
    const { outcome } = await resumedWith(old.actor, current.actor, { inside });
    expect(outcome).toMatchObject({ status: "completed", value: ["1 by current", "2 by current"] });
    expect([old.runs, current.runs.toSorted()]).toEqual([[1, 2], [1, 2]]);
  });

  test("P1: what a function did is not taken for what an actor does, nor the other way round; equal calls below are reused", async () => {
    const leaf = named("leaf");
    const byHand = async (item: number, branch: AgentContext): Promise<string> => `${await branch.run(leaf.actor, item)}!`;
    expect((await resumedWith(byHand, leaf.actor)).outcome).toMatchObject({ value: ["1 by leaf", "2 by leaf"] });
    expect(leaf.runs).toEqual([1, 2]);
    expect((await resumedWith(leaf.actor, byHand)).outcome).toMatchObject({ value: ["1 by leaf!", "2 by leaf!"] });
    expect(leaf.runs).toEqual([1, 2, 1, 2]);
  });

  test("R8: another version of a group's actor is reused with a notice, run again, or refused, like that of a single call", async () => {
    for (const inside of [true, false]) {
      const [one, two] = [named("leaf", "1", inside), named("leaf", "2")];
      const reused = await resumedWith(one.actor, two.actor, { inside });
      expect(reused.outcome).toMatchObject({ value: ["1 by leaf 1", inside ? "2 by leaf 2" : "2 by leaf 1"] });
      expect(two.runs.splice(0)).toEqual(inside ? [2] : []);
      expect(reused.heard.of("log").filter(({ code }) => code === "VERSION_CHANGED").length).toBeGreaterThan(0);
      expect(reused.heard.of("recovered").some(({ versionChanged }) => versionChanged)).toBe(true);

      expect((await resumedWith(one.actor, two.actor, { inside, onVersionChange: "rerun" })).outcome).toMatchObject({ value: ["1 by leaf 2", "2 by leaf 2"] });
      expect(two.runs.splice(0).toSorted()).toEqual([1, 2]);

      expect((await resumedWith(one.actor, two.actor, { inside, onVersionChange: "fail" })).outcome).toMatchObject({ status: "failed", error: { code: "VERSION_CHANGED" } });
      expect(two.runs).toEqual([]);
    }
  });

  test("P1: the failure of a group is not replayed for other items", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = counter<number, number>({ name: "leaf", run: (item) => { if (item === 13) throw new Error("unlucky"); return item; } });
    let items = [1, 13];
    const caller = agent({
      name: "caller",
      run: async (_: void, context) => {
        const values = await context.map("group", items, leaf.actor).catch((error: unknown) => (error as GroupFailedError).outcomes.map(({ ok }) => ok));
        await context.run(point.actor, 0);
        return values;
      },
    });
    await world.runUntilCrash(caller, undefined, point);
    items = [1, 2, 3];
    expect((await world.resume(caller)).outcome).toMatchObject({ status: "completed", value: [1, 2, 3] });
    expect(leaf.runs).toBe(4);
  });

  test("P1: with the same items it is, and nothing runs", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = counter<number, number>({ name: "leaf", run: (item) => { if (item === 13) throw new Error("unlucky"); return item; } });
    const caller = agent({
      name: "caller",
      run: async (_: void, context) => {
        const values = await context.map("group", [1, 13], leaf.actor, { errors: "fail_fast", maxWorkers: 1 }).catch((error: unknown) => (error as GroupFailedError).outcomes.map(({ ok }) => ok));
        await context.run(point.actor, 0);
        return values;
      },
    });
    await world.runUntilCrash(caller, undefined, point);
    expect((await world.resume(caller)).outcome).toMatchObject({ status: "completed", value: [true, false] });
    expect(leaf.runs).toBe(2);
  });
});

test("P1, I2: a listener that pauses the run while a group begins its branches ends that, however many are left", async () => {
  const items = Array.from({ length: 20_000 }, (_, index) => index);
  const state = await createWorld().begin().reprise.create({ stateId });
  state.on("group", ({ completed }) => void (completed === 3 && state.pause()));
  await expect(state.map("all", items, double)).rejects.toMatchObject({ code: "EXECUTION_PAUSED" });
  expect(state.history.calls({ type: "branch" }).length).toBeLessThan(20);
  await state.close();
});
