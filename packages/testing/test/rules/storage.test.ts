import { agent, createReprise, tool, type Storage } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { backendWith, crashPoint, createWorld, latch, stateId, turns } from "./support/world.ts";

const twice = retry({ maxAttempts: 2, initialDelayMs: 0 });
const counts = tool({ name: "counts", run: (amount: number, { storage }) => { storage.add("count", amount); return storage.get<number>("count"); } });
const leaf = tool({ name: "leaf", run: (value: number) => value });

function contentOf(storage: Storage): Record<string, unknown> {
  return Object.fromEntries(storage.keys().toSorted().map((key) => [key, storage.get(key)]));
}

describe("S1: who sees what", () => {
  test("S1: a call sees its own writes at once, also what it deletes", async () => {
    const seen: unknown[] = [];
    const writes = tool({
      name: "writes",
      run: (_: void, { storage }) => {
        seen.push(storage.get("a"), storage.has("a"));
        storage.set("a", { n: 1 });
        storage.add("sum", 2);
        storage.add("sum", 3);
        seen.push(storage.get("a"), storage.get("sum"), storage.keys().toSorted());
        storage.delete("a");
        storage.set("undefined", undefined);
        seen.push(storage.get("a"), storage.has("a"), storage.has("undefined"), storage.keys().toSorted());
      },
    });
    await createReprise().execute(writes);
    expect(seen).toEqual([undefined, false, { n: 1 }, 5, ["a", "sum"], undefined, false, true, ["sum", "undefined"]]);
  });

  test("S1: a call sees what the calls above it have written, its parent sees what it wrote once its outcome is there, and not before", async () => {
    const seen: unknown[] = [];
    const inner = agent({
      name: "inner",
      run: async (_: void, context) => {
        seen.push(["inner sees", context.storage.get("outer")]);
        context.storage.set("inner", 1);
        seen.push(["leaf counted", await context.run(counts, 5)], ["inner sees", context.storage.get("count")]);
      },
    });
    const outer = agent({
      name: "outer",
      run: async (_: void, context) => {
        context.storage.set("outer", 1);
        const call = context.run(inner);
        seen.push(["outer sees", context.storage.get("inner")]);
        await call;
        seen.push(["outer sees", context.storage.get("inner"), context.storage.get("count")]);
      },
    });
    expect(await createReprise().execute(outer)).toMatchObject({ status: "completed" });
    expect(seen).toEqual([["inner sees", 1], ["outer sees", undefined], ["leaf counted", 5], ["inner sees", 5], ["outer sees", 1, 5]]);
  });

  test("S1: siblings that run side by side do not see each other's writes", async () => {
    const looks = tool({ name: "looks", run: async (value: number, { storage }) => { storage.set(`key ${value}`, value); await turns(2); return storage.keys(); } });
    const work = agent({ name: "work", run: (_: void, context) => Promise.all([context.run(looks, 1), context.run(looks, 2)]) });
    expect(await createReprise().execute(work, undefined, { stateId })).toEqual({ status: "completed", stateId, value: [["key 1"], ["key 2"]] });
  });

  test("S1: values are copies: changing what was set or got changes nothing stored", async () => {
    const state = await createReprise().create();
    const value = { list: [1], map: new Map([["a", { n: 1 }]]) };
    state.storage.set("key", value);
    value.list.push(2);
    value.map.clear();
    const got = state.storage.get<typeof value>("key");
    expect(got).toEqual({ list: [1], map: new Map([["a", { n: 1 }]]) });
    got?.list.push(3);
    expect(state.storage.get("key")).toEqual({ list: [1], map: new Map([["a", { n: 1 }]]) });
    await state.close();
  });

  test("S1: what cannot be recorded is refused at once, with its path, and the storage stays as it was", async () => {
    const state = await createReprise().create();
    state.storage.set("key", 1);
    expect(() => state.storage.set("key", { deep: [() => 1] })).toThrow(expect.objectContaining({ code: "NOT_ENCODABLE", path: 'storage["key"].deep[0]' }));
    for (const amount of [Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) expect(() => state.storage.add("key", amount)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "key" }));
    state.storage.set("text", "text");
    expect(() => state.storage.add("text", 1)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "text" }));
    for (const key of ["", 5 as never]) for (const use of [() => state.storage.get(key), () => state.storage.set(key, 1), () => state.storage.delete(key), () => state.storage.has(key), () => state.storage.add(key, 1)]) {
      expect(use).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "key" }));
    }
    expect(contentOf(state.storage)).toEqual({ key: 1, text: "text" });
    await state.close();
  });

  test("S1: state.storage shows what calls of the run wrote once they have ended, live and after a load", async () => {
    const world = createWorld();
    const state = await world.begin().reprise.create({ stateId });
    expect(await state.run(counts, 2)).toBe(2);
    expect(state.storage.get("count")).toBe(2);
    expect(await state.run(counts, 3)).toBe(5);
    expect(contentOf(state.storage)).toEqual({ count: 5 });
    await state.close();
    const loaded = await world.begin().reprise.load(stateId);
    expect(contentOf(loaded.storage)).toEqual({ count: 5 });
    await loaded.close();
  });

  test("S1: calls see what was written outside any actor, at once", async () => {
    const state = await createReprise().create();
    state.storage.set("count", 10);
    expect(await state.run(counts, 1)).toBe(11);
    state.storage.delete("count");
    expect(await state.run(counts, 1)).toBe(1);
    await state.close();
  });

  test("S1: writes made outside any actor ride with the next record and survive the end of the handle", async () => {
    const world = createWorld();
    const state = await world.begin().reprise.create({ stateId });
    state.storage.set("a", new Date(5));
    state.storage.add("b", 2);
    state.storage.add("b", 3);
    state.storage.set("c", 1);
    state.storage.delete("c");
    await turns();
    expect((await world.journal()).map((record) => record.k)).toEqual(["run"]);
    await state.run(leaf, 1);
    expect((await world.journal()).map((record) => record.k)).toEqual(["run", "storage", "storage", "storage", "storage", "storage", "started", "completed"]);
    state.storage.set("d", 1);
    await state.close();
    const loaded = await world.begin().reprise.load(stateId);
    expect(contentOf(loaded.storage)).toEqual({ a: new Date(5), b: 5, d: 1 });
    await loaded.close();
  });
});

describe("S1: attempts", () => {
  test("S1: writes are dropped when an attempt fails, a leaf's and an agent's with all below it", async () => {
    const flakyLeaf = tool({ name: "flaky_leaf", retry: twice, run: (_: void, { storage, attempt }) => { storage.add("leaf", 1); storage.set(`leaf ${attempt}`, 1); if (attempt === 1) throw new Error("once"); } });
    const flakyAgent = agent({ name: "flaky_agent", retry: twice, run: async (_: void, context) => { context.storage.add("agent", 1); await context.run(counts, 1); if (context.attempt === 1) throw new Error("by itself"); } });
    const state = await createReprise().create();
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(flakyLeaf); await context.run(flakyAgent); return contentOf(context.storage); } });
    expect(await state.run(work)).toEqual({ leaf: 1, "leaf 2": 1, agent: 1, count: 1 });
    await state.close();
  });

  test("S1: a failed call that is caught leaves nothing in the storage", async () => {
    const bad = tool({ name: "bad", run: (_: void, { storage }) => { storage.set("bad", 1); throw new Error("no"); } });
    const badAgent = agent({ name: "bad_agent", run: async (_: void, context) => { await context.run(counts, 1); throw new Error("no"); } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.try(bad); await context.try(badAgent); return contentOf(context.storage); } });
    expect(await createReprise().execute(work, undefined, { stateId })).toEqual({ status: "completed", stateId, value: {} });
  });

  test("S1: writes of children that an agent's retry reuses are there again, once", async () => {
    const bad = tool({ name: "bad", run: (attempt: number) => { if (attempt === 1) throw new Error("once"); } });
    const work = agent({ name: "work", retry: twice, run: async (_: void, context) => { await context.run(counts, 5); await context.run(bad, context.attempt); context.storage.add("own", 1); return contentOf(context.storage); } });
    const state = await createReprise().create();
    expect(await state.run(work)).toEqual({ count: 5, own: 1 });
    await state.close();
  });

  test("S1: the writes of a child that ends after its parent do not join", async () => {
    const running = latch();
    const late = tool({ name: "late", run: async (_: void, { storage }) => { storage.set("late", 1); running.open(); await turns(5); } });
    const inner = agent({ name: "inner", run: async (_: void, context) => { void context.run(late); await running.promise; return contentOf(context.storage); } });
    const work = agent({ name: "work", run: async (_: void, context) => [await context.run(inner), contentOf(context.storage)] });
    expect(await createReprise().execute(work, undefined, { stateId })).toEqual({ status: "completed", stateId, value: [{}, {}] });
  });
});

describe("S1: groups", () => {
  test("S1: add merges as a sum for branches side by side, and set by the order in which outcomes come", async () => {
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        context.storage.set("count", 100);
        await context.map("group", [1, 2, 3, 4], async (item: number, branch) => {
          branch.storage.add("count", item);
          await branch.run(counts, item * 10);
          await turns(item === 2 ? 60 : item);
          branch.storage.set("last", item);
        });
        return contentOf(context.storage);
      },
    });
    expect(await createReprise().execute(work, undefined, { stateId })).toEqual({ status: "completed", stateId, value: { count: 210, last: 2 } });
  });

  test("S1: a branch does not see its siblings, and a failed branch leaves nothing", async () => {
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const seen: unknown[] = [];
        await context.map("group", [1, 2, 3], async (item: number, branch) => { branch.storage.add("count", 1); await branch.run(leaf, item); seen.push(branch.storage.get("count")); if (item === 2) throw new Error("no"); }).catch(() => undefined);
        const afterFailure = contentOf(context.storage);
        await context.map("other", [1, 2, 3], async (item: number, branch) => { branch.storage.add("count", 1); await branch.run(leaf, item); seen.push(branch.storage.get("count")); });
        return { seen, afterFailure, end: contentOf(context.storage) };
      },
    });
    // The group failed, so what its branches wrote is dropped with it.
    expect(await createReprise().execute(work, undefined, { stateId })).toEqual({ status: "completed", stateId, value: { seen: [1, 1, 1, 1, 1, 1], afterFailure: {}, end: { count: 3 } } });
  });
});

describe("S1: resuming", () => {
  test("S1: an increment in a resumed agent happens once, wherever the run was cut", async () => {
    const inner = agent({ name: "inner", run: async (value: number, context) => { context.storage.add("inner", 1); await context.run(counts, value); return context.storage.get("count"); } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        context.storage.add("own", 1);
        const seen: unknown[] = [await context.run(inner, 1)];
        context.storage.add("own", 1);
        await context.map("group", [10, 20, 30], async (item: number, branch) => { branch.storage.add("own", 10); await branch.run(inner, item); }, { maxWorkers: 2 });
        seen.push(contentOf(context.storage), await context.run(counts, 100));
        return { seen, end: contentOf(context.storage) };
      },
    });
    const world = createWorld();
    const live = await world.begin().reprise.execute(work, undefined, { stateId });
    expect(live).toMatchObject({ status: "completed", value: { seen: [1, { count: 61, inner: 4, own: 32 }, 161], end: { count: 161, inner: 4, own: 32 } } });
    const journal = await world.journal();
    for (let length = 2; length <= journal.length; length += 1) {
      const backend = await backendWith(journal.slice(0, length));
      const outcome = await createReprise({ backend }).resume(work, stateId);
      expect([length, outcome]).toEqual([length, live]);
      const loaded = await createReprise({ backend }).load(stateId);
      expect(contentOf(loaded.storage)).toEqual({ count: 161, inner: 4, own: 32 });
    }
  });

  test("S1: a read between two outcomes is the same on replay: writes join when the outcome is released, not when it is appended", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[][] = [];
    const slowCount = tool({ name: "slow_count", run: async (amount: number, { storage }) => { await turns(amount); storage.add("count", amount); return amount; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const reads: unknown[] = [];
        seen.push(reads);
        await Promise.all([3, 1, 2].map((amount) => context.run(slowCount, amount).then((value) => reads.push([value, context.storage.get("count")]))));
        await context.run(point.actor, 0);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    await world.resume(work);
    expect(seen[0]).toHaveLength(3);
    expect(seen[1]).toEqual(seen[0]);
  });

  test("S1: calls on a loaded state see the storage as it was when they were made, and new ones what is there now", async () => {
    const world = createWorld();
    const first = await world.begin().reprise.create({ stateId });
    await first.run(counts, 1);
    await first.run(counts, 2);
    await first.close();
    const second = await world.begin().reprise.load(stateId);
    expect([await second.run(counts, 1), await second.run(counts, 2), await second.run(counts, 4)]).toEqual([1, 3, 7]);
    expect(contentOf(second.storage)).toEqual({ count: 7 });
    await second.close();
  });

  test("S1: a new call at the top of a loaded run sees all the run had written, without its writers being asked for again", async () => {
    const world = createWorld();
    const first = await world.begin().reprise.create({ stateId });
    first.storage.set("name", "Ada");
    await first.run(counts, 2);
    await first.close();
    const reads = tool({ name: "reads", run: (_: void, { storage }) => [storage.get("name"), storage.get("count")] });
    const second = await world.begin().reprise.load(stateId);
    expect(await second.run(reads)).toEqual(["Ada", 2]);
    expect(await second.run(counts, 2)).toBe(2);
    expect(await second.run(counts, 5)).toBe(7);
    await second.close();
    const third = await world.begin().reprise.load(stateId);
    expect(contentOf(third.storage)).toEqual({ name: "Ada", count: 7 });
    await third.close();
  });

  test("S1: what is written on a loaded state is newer than all that was recorded", async () => {
    const world = createWorld();
    const first = await world.begin().reprise.create({ stateId });
    first.storage.set("key", "old");
    await first.close();
    const reads = tool({ name: "reads", run: (_: void, { storage }) => storage.get("key") });
    const second = await world.begin().reprise.load(stateId);
    second.storage.set("key", "new");
    expect([second.storage.get("key"), await second.run(reads)]).toEqual(["new", "new"]);
    await second.close();
  });

  test("S1: an agent that was open at the top sees what had joined before it was made, not what joined later", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[] = [];
    const counted = latch();
    const waits = tool({ name: "waits", run: () => counted.promise });
    const reader = agent({ name: "reader", run: async (_: void, context) => { seen.push(context.storage.get("count")); await context.run(waits); await context.run(point.actor, 0); } });
    const first = await world.begin().reprise.create({ stateId });
    await first.run(counts, 1);
    void first.run(reader).catch(() => undefined);
    await first.run(counts, 2);
    counted.open();
    await point.crashed;
    const second = await world.begin().reprise.load(stateId);
    await second.run(reader);
    expect(seen).toEqual([1, 1]);
    await second.close();
  });

  test("S1: state.storage of a loaded run shows everything that has joined it, also from calls that nobody asked for again, and can be added to", async () => {
    const world = createWorld();
    const first = await world.begin().reprise.create({ stateId });
    await first.run(counts, 1);
    await first.close();
    const second = await world.begin().reprise.load(stateId);
    expect(second.storage.get("count")).toBe(1);
    second.storage.add("count", 10);
    expect(second.storage.get("count")).toBe(11);
    await second.close();
    const third = await world.begin().reprise.load(stateId);
    expect(contentOf(third.storage)).toEqual({ count: 11 });
    await third.close();
  });
});
