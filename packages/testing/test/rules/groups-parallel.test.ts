import { agent, createReprise, GroupFailedError, tool, type AgentContext, type GroupOptions, type ParallelTasks } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { addOne, counter, multiplyByTwo, virtualSystem } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { crashPoint, createWorld, rejectionOf, stateId, turns, type World } from "./support/world.ts";

type Tasks = readonly ((context: AgentContext) => unknown)[] | { readonly [name: string]: (context: AgentContext) => unknown };

/** Runs one group of tasks, dies behind it, and resumes with other tasks, as often as there are some; what each life was given. */
async function livesWith(lives: readonly Tasks[], world: World = createWorld()): Promise<unknown[]> {
  const given: unknown[] = [];
  let life = 0;
  const point = lives.map((_, index) => crashPoint(world.disk, `point_${index}`));
  const work = agent({
    name: "work",
    run: async (_: void, context) => {
      const current = life;
      given[current] = await context.parallel("both", lives[current] ?? []);
      // Each life dies at a point of its own, behind those of the lives before.
      for (const { actor } of point.slice(0, current + 1)) await context.run(actor, 0);
      return "done";
    },
  });
  for (; life < lives.length; life += 1) {
    const at = point[life];
    if (at === undefined) break;
    await (life === 0 ? world.runUntilCrash(work, undefined, at) : Promise.race([at.crashed, world.resume(work).then(({ outcome }) => expect.fail(`it ended: ${JSON.stringify(outcome)}`))]));
  }
  return given;
}

describe("P1: parallel", () => {
  test("P1: an array gives its results by position, an object under the same names, whatever order they end in", async () => {
    const after = tool({ name: "after", run: async (count: number) => { await turns(count); return count; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => [
        await context.parallel("array", [(branch) => branch.run(after, 9), () => "at once", async (branch) => `${await branch.run(after, 3)}`]),
        await context.parallel("object", { first: (branch) => branch.run(after, 9), second: () => "at once", third: async () => undefined }),
      ],
    });
    expect(await createReprise().execute(work)).toMatchObject({ value: [[9, "at once", "3"], { first: 9, second: "at once", third: undefined }] });
  });

  test("P1: an empty group gives an empty result, a group of one gives one, on a state as in an agent, live and on replay", async () => {
    const world = createWorld();
    const state = await world.begin().reprise.create({ stateId });
    const all = async (verbs: typeof state): Promise<unknown[]> => [await verbs.parallel("none", []), await verbs.parallel("nobody", {}), await verbs.parallel("one", [(branch) => branch.run(addOne, 1)]), await verbs.parallel("named", { only: (branch) => branch.run(addOne, 2) })];
    expect(await all(state)).toEqual([[], {}, [2], { only: 3 }]);
    await state.close();
    const life = world.begin();
    const again = await life.reprise.load(stateId);
    expect(await all(again)).toEqual([[], {}, [2], { only: 3 }]);
    expect(life.heard.of("event")).toEqual([]);
    await again.close();
  });

  test("A1: a branch is addressed by the name of its task, or its position, and the history says which it is", async () => {
    const state = await createReprise().create();
    await state.parallel("page", { "a::b": (branch) => branch.run(addOne, 1), __proto__x: () => 1 });
    await state.parallel("page", [(branch) => branch.run(addOne, 1)]);
    expect(state.history.calls().map(({ address, input }) => [address, input])).toEqual([
      ["page::group", ["a::b", "__proto__x"]],
      ["page{a%3A%3Ab}::branch", "a::b"],
      ["page{__proto__x}::branch", "__proto__x"],
      ["page{a%3A%3Ab}::add_one::tool_call", 1],
      ["page#2::group", [0]],
      ["page#2{0}::branch", 0],
      ["page#2{0}::add_one::tool_call", 1],
    ]);
    await state.close();
  });

  test("P1: any name is a name, also one that every object has", async () => {
    const world = createWorld();
    const names = ["__proto__", "constructor", "then", "", "0", "~x", "ü", "k".repeat(300)];
    const tasks: ParallelTasks = Object.fromEntries(names.map((name) => [name, () => `of ${name}`]));
    const all = async (): Promise<unknown> => {
      const state = await (world.disk.crash(), world.begin()).reprise.execute(agent({ name: "work", run: (_: void, context) => context.parallel("group", tasks) }), undefined, { stateId });
      return state.status === "completed" ? Object.entries(state.value as object).toSorted() : state;
    };
    const expected = names.map((name) => [name, `of ${name}`]).toSorted();
    expect(await all()).toEqual(expected);
    expect(await all()).toEqual(expected);
  });

  test("P1: maxWorkers tasks run at once and no more; the default is 5", async () => {
    for (const [options, expected] of [[{}, 5], [{ maxWorkers: 2 }, 2], [{ maxWorkers: 100 }, 9]] as const) {
      let running = 0;
      let most = 0;
      const task = async (): Promise<void> => { running += 1; most = Math.max(most, running); await turns(40); running -= 1; };
      const state = await createReprise().create();
      await state.parallel("group", Array.from({ length: 9 }, () => task), options);
      expect(most).toBe(expected);
      await state.close();
    }
  });

  test("P1: what is no group of tasks is refused by name, and nothing of it runs", async () => {
    const state = await createReprise().create();
    let runs = 0;
    const fine = (): number => (runs += 1);
    const wrong: readonly (readonly [unknown, unknown, string])[] = [
      [undefined, undefined, "tasks"],
      [fine, undefined, "tasks"],
      [[fine, addOne], undefined, "tasks.1"],
      // oxlint-disable-next-line no-sparse-arrays -- that is what is tested
      [[fine, , fine], undefined, "tasks.1"],
      [{ fine, wrong: 3 }, undefined, "tasks.wrong"],
      [[fine], null, "options"],
      [[fine], { maxWorkers: 0 }, "maxWorkers"],
      [[fine], { errors: "never" }, "errors"],
      [[fine], { key: () => "a" }, "key"],
    ];
    for (const [tasks, options, path] of wrong) expect(await rejectionOf(state.parallel("group", tasks as ParallelTasks, options as GroupOptions))).toMatchObject({ code: "INVALID_OPTION", path });
    expect(await rejectionOf(state.parallel("a::b", [fine]))).toMatchObject({ code: "INVALID_DEFINITION" });
    expect(runs).toBe(0);
    expect(state.history.calls()).toEqual([]);
    await state.close();
  });

  test("P1: fail_slow lets all end and rejects with every outcome by position, fail_fast aborts the rest; the same on replay", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[] = [];
    const later = tool({ name: "later", run: (ms: number, { signal }) => new Promise<number>((resolve, reject) => { system.setTimer(ms, () => resolve(ms)); signal.addEventListener("abort", () => reject(signal.reason as Error)); }) });
    const facts = (error: unknown): unknown => (error instanceof GroupFailedError ? [error.address, error.outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.message))] : error);
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const tasks = { slow: (branch: AgentContext) => branch.run(later, 50), bad: async (branch: AgentContext) => { await branch.run(later, 5); throw new Error("no"); }, quick: (branch: AgentContext) => branch.run(later, 1) };
        const caught = [await context.parallel("slowly", tasks).catch(facts), await context.parallel("fast", tasks, { errors: "fail_fast" }).catch(facts)];
        seen.push(caught);
        await context.run(point.actor, 0);
        return caught.length;
      },
    });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.runUntil(point.crashed);
    await system.runUntil(world.resume(work, {}, { system }));
    expect(seen[0]).toEqual([
      ["work::slowly::group", [50, "no", 1]],
      ["work::fast::group", [expect.stringMatching(/was cancelled/u), "no", 1]],
    ]);
    expect(seen[1]).toEqual(seen[0]);
  });
});

describe.each(stores)("P1, R2: a group of tasks that was interrupted, on %s", (_, open) => {
  test("P1: open tasks go on within their attempt, completed ones do not run again", async () => {
    const store = await open();
    const world = createWorld(store.backend);
    const point = crashPoint(world.disk);
    const leaf = counter<string>({ name: "leaf" });
    const bodies: string[] = [];
    const task = (name: string) => async (branch: AgentContext): Promise<string> => {
      bodies.push(name);
      const text = await branch.run(leaf.actor, `${name} 1`);
      if (name === "b") return point.now().then(() => text);
      return `${text}, ${await branch.run(leaf.actor, `${name} 2`)}`;
    };
    const work = agent({ name: "work", run: (_: void, context) => context.parallel("group", { a: task("a"), b: task("b"), c: task("c"), d: task("d") }, { maxWorkers: 1 }) });
    await world.runUntilCrash(work, undefined, point);
    expect(bodies.splice(0)).toEqual(["a", "b"]);
    const { outcome } = await world.resume(work);
    expect(outcome).toMatchObject({ value: { a: "a 1, a 2", b: "b 1", c: "c 1, c 2", d: "d 1, d 2" } });
    expect(leaf.runs).toBe(7);
    expect(bodies.toSorted()).toEqual(["b", "c", "d"]);
  });
});

describe("A3, P1: a group of tasks whose code was edited", () => {
  const sent: string[] = [];
  const send = tool({ name: "send", run: (text: string) => { sent.push(text); return `sent ${text}`; } });
  const a = (branch: AgentContext): Promise<string> => branch.run(send, "a");
  const b = (branch: AgentContext): Promise<string> => branch.run(send, "b");
  const c = (branch: AgentContext): Promise<string> => branch.run(send, "c");
  const lives = async (...tasks: Tasks[]): Promise<readonly [given: unknown[], sent: string[]]> => { sent.length = 0; return [await livesWith(tasks), [...sent]]; };

  test("P1: tasks that changed places never get each other's results", async () => {
    expect(await lives([a, b], [b, a])).toEqual([[["sent a", "sent b"], ["sent b", "sent a"]], ["a", "b", "b", "a"]]);
  });

  test("P1: a task put in front gets no result of another, what is left out is left out", async () => {
    expect((await lives([a, b], [c, a, b]))[0]).toEqual([["sent a", "sent b"], ["sent c", "sent a", "sent b"]]);
    expect((await lives([a, b], [b]))[0]).toEqual([["sent a", "sent b"], ["sent b"]]);
    expect(await lives([a, b], [a, b, c])).toEqual([[["sent a", "sent b"], ["sent a", "sent b", "sent c"]], ["a", "b", "c"]]);
  });

  test("P1: a task whose code was edited is entered again, what it calls as before is reused; the next resume enters nothing", async () => {
    const world = createWorld();
    let entered = 0;
    const louder = async (branch: AgentContext): Promise<string> => { entered += 1; return (await branch.run(send, "a")).toUpperCase(); };
    sent.length = 0;
    expect(await livesWith([[a, b], [louder, b], [louder, b]], world)).toEqual([["sent a", "sent b"], ["SENT A", "sent b"], ["SENT A", "sent b"]]);
    expect([sent, entered]).toEqual([["a", "b"], 1]);
    expect((await world.journal()).flatMap(({ k, opening }) => (k === "restarted" && opening !== undefined ? [opening] : []))).toEqual(["changed", "changed"]);
  });

  test("P1: a name keeps a task with its record, wherever it stands and whatever its code", async () => {
    expect(await lives({ a, b }, { c, b, a })).toEqual([[{ a: "sent a", b: "sent b" }, { c: "sent c", b: "sent b", a: "sent a" }], ["a", "b", "c"]]);
    expect(await lives({ a, b }, { a: () => "otherwise", b })).toEqual([[{ a: "sent a", b: "sent b" }, { a: "sent a", b: "sent b" }], ["a", "b"]]);
  });

  test("P1: what a map did is not taken for what a task does, nor the other way round", async () => {
    for (const first of ["map", "parallel"] as const) {
      const world = createWorld();
      const point = crashPoint(world.disk);
      let now = first;
      const work = agent({
        name: "work",
        run: async (_: void, context) => {
          const values = now === "map" ? await context.map("group", [0, 1], (item: number) => `item ${item}`) : await context.parallel("group", [() => "task 0", () => "task 1"]);
          await context.run(point.actor, 0);
          return values;
        },
      });
      await world.runUntilCrash(work, undefined, point);
      now = first === "map" ? "parallel" : "map";
      expect((await world.resume(work)).outcome).toMatchObject({ value: now === "map" ? ["item 0", "item 1"] : ["task 0", "task 1"] });
    }
  });

  test("P1: functions without a text of their own are told by their positions", async () => {
    expect(await lives([a.bind(null), b.bind(null)], [a.bind(null), b.bind(null)])).toEqual([[["sent a", "sent b"], ["sent a", "sent b"]], ["a", "b"]]);
  });
});

describe("P1: groups of tasks among the other rules", () => {
  test("P1, R2: groups nest, race as they raced, and what lost is aborted when its agent ends", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const point = crashPoint(world.disk);
    const later = tool({ name: "later", run: (ms: number, { signal }) => new Promise<number>((resolve, reject) => { system.setTimer(ms, () => resolve(ms)); signal.addEventListener("abort", () => reject(signal.reason as Error)); }) });
    const winners: string[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const tasks = (ms: number) => ({ one: (branch: AgentContext) => branch.run(later, ms), two: (branch: AgentContext) => branch.parallel("inner", [(deep) => deep.run(later, ms + 1), (deep) => deep.map("innermost", [ms + 2], later)]) });
        const winner = await Promise.race([context.parallel("slow", tasks(50)).then(() => "slow"), context.parallel("quick", tasks(5)).then((value) => JSON.stringify(value))]);
        winners.push(winner);
        await context.run(point.actor, 0);
        return winner;
      },
    });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.runUntil(point.crashed);
    const { outcome } = await system.runUntil(world.resume(work, {}, { system }));
    expect(outcome).toMatchObject({ value: '{"one":5,"two":[6,[7]]}' });
    expect(winners).toHaveLength(2);
    expect(winners[1]).toBe(winners[0]);
    const reprise = world.begin().reprise;
    expect((await reprise.history(stateId)).get("work::slow::group")?.status).toBe("cancelled");
  });

  test("T7: an agent that is retried because of one task runs no other again", async () => {
    const leaf = counter<string, string>({ name: "leaf", run: (input) => { if (input === "bad" && leaf.runs < 3) throw new Error("once"); return input; } });
    const work = agent({ name: "work", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), run: (_: void, context) => context.parallel("group", { good: (branch) => branch.run(leaf.actor, "good"), bad: (branch) => branch.run(leaf.actor, "bad") }) });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: { good: "good", bad: "bad" } });
    expect(leaf.runs).toBe(3);
  });

  test("I3: tasks wait side by side, a waiting one gives its slot back, and the run is suspended when all that is left waits", async () => {
    const world = createWorld();
    const work = agent({
      name: "work",
      run: (_: void, context) => context.parallel("asks", { first: (branch) => branch.waitFor<string>("first"), second: (branch) => branch.waitFor<string>("second"), third: (branch) => branch.run(addOne, 1) }, { maxWorkers: 1 }),
    });
    const { reprise } = world.begin();
    expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "awaiting", pending: [{ name: "first" }, { name: "second" }] });
    await reprise.answer(stateId, "second", "2");
    expect((await world.resume(work)).outcome).toMatchObject({ status: "awaiting", pending: [{ name: "first" }] });
    await reprise.answer(stateId, "first", "1");
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: { first: "1", second: "2", third: 2 } });
  });

  test("R9, R10: a rewind and a fork go into a task, and a plan says what would run", async () => {
    const world = createWorld();
    const leaf = counter<number, number>({ name: "leaf", run: (value) => value + 1 });
    const work = agent({ name: "work", run: (_: void, context) => context.parallel("group", { a: async (branch) => branch.run(leaf.actor, await branch.run(leaf.actor, 1)), b: (branch) => branch.run(leaf.actor, 10) }, { maxWorkers: 1 }) });
    const { reprise } = world.begin();
    await reprise.execute(work, undefined, { stateId });
    const address = "work::group{a}::leaf#2::tool_call";
    const plan = await reprise.plan(stateId, { address });
    expect(plan.rerun.toSorted()).toEqual([address, "work::group{b}::branch", "work::group{b}::leaf::tool_call"].toSorted());
    const { stateId: forked } = await reprise.fork(stateId, { at: { address }, pin: { [address]: 100 } });
    expect(await reprise.resume(work, forked)).toMatchObject({ value: { a: 100, b: 11 } });
    expect(leaf.runs).toBe(4);
    await reprise.rewind(stateId, { address });
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: { a: 3, b: 11 } });
    expect(leaf.runs).toBe(6);
  });

  test("R5: a validation executes what the tasks call, and reports what differs where it is", async () => {
    const world = createWorld();
    let drift = 0;
    const drifting = tool({ name: "drifting", run: (value: number) => value + drift });
    const work = agent({ name: "work", run: (_: void, context) => context.parallel("group", { same: (branch) => branch.run(multiplyByTwo, 2), drifts: (branch) => branch.run(drifting, 1) }) });
    await world.begin().reprise.execute(work, undefined, { stateId });
    const outcome = await world.begin().reprise.resume(work, stateId, { mode: "validation" });
    expect(outcome).toMatchObject({ status: "completed", validation: { ok: true } });
    drift = 1;
    const drifted = await world.begin().reprise.resume(work, stateId, { mode: "validation" });
    expect(drifted).toMatchObject({ status: "completed", value: { same: 4, drifts: 1 }, validation: { ok: false } });
    if (drifted.status === "completed") expect(drifted.validation?.entries.filter(({ status }) => status === "value").map(({ address }) => address)).toContain("work::group{drifts}::drifting::tool_call");
  });

  test("R7: an incremental pass runs the leaves that changed below the tasks, and no other", async () => {
    const world = createWorld();
    const runs: string[] = [];
    const versioned = (version: string) => tool({ name: "versioned", version, run: (value: number) => { runs.push(`versioned ${version}`); return `${value} by ${version}`; } });
    const steady = tool({ name: "steady", run: (value: number) => { runs.push("steady"); return value; } });
    const work = (version: string) => agent({ name: "work", run: (_: void, context) => context.parallel("group", { one: (branch) => branch.run(versioned(version), 1), two: (branch) => branch.run(steady, 2) }) });
    await world.begin().reprise.execute(work("1"), undefined, { stateId });
    const outcome = await world.begin().reprise.resume(work("2"), stateId, { mode: "incremental" });
    expect(outcome).toMatchObject({ value: { one: "1 by 2", two: 2 } });
    expect(runs).toEqual(["versioned 1", "steady", "versioned 2"]);
  });

  test("S1: what tasks add to the storage is there once the group has ended, also after a resume", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        await context.parallel("group", [(branch) => branch.storage.add("count", 1), (branch) => branch.storage.add("count", 2)]);
        const before = context.storage.get("count");
        await context.run(point.actor, 0);
        return [before, context.storage.get("count")];
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ value: [3, 3] });
  });
});
