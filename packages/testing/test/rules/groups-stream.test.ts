import { agent, CancelledError, createReprise, GroupFailedError, isRepriseError, tool, type AgentContext, type StreamedOutcome } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { addOne, counter, virtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, rejectionOf, stateId, turns, unhandledDuring } from "./support/world.ts";

const after = tool({ name: "after", run: async (count: number) => { await turns(count); return count; } });
const picky = tool({ name: "picky", run: async (count: number) => { await turns(count); if (count % 2 === 1) throw new Error(`no ${count}`); return count; } });

function told(outcome: StreamedOutcome<unknown>): unknown {
  return [outcome.index, outcome.key, outcome.ok ? outcome.value : outcome.error.message];
}

async function taken(stream: AsyncIterable<StreamedOutcome<unknown>>): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for await (const outcome of stream) outcomes.push(told(outcome));
  return outcomes;
}

/** A clock, and a tool that takes so many ms of it. */
function timed() {
  const system = virtualSystem();
  const ran: number[] = [];
  const aborted: number[] = [];
  const lasts = tool({
    name: "lasts",
    run: (ms: number, { signal }) =>
      new Promise<number>((resolve, reject) => {
        ran.push(ms);
        system.setTimer(ms, () => resolve(ms));
        signal.addEventListener("abort", () => { aborted.push(ms); reject(signal.reason as Error); });
      }),
  });
  return { system, ran, aborted, lasts };
}

describe("P1: a stream", () => {
  test("P1: yields each outcome as its branch ends, the quickest first, with its position and key", async () => {
    const work = agent({
      name: "work",
      run: async (_: void, context) => [
        await taken(context.map("map", [60, 0, 30], after).stream()),
        await taken(context.map("keyed", [60, 0, 30], after, { key: (item) => `item ${item}` }).stream()),
        await taken(context.parallel("array", [(branch) => branch.run(after, 30), () => "at once"]).stream()),
        await taken(context.parallel("object", { slow: (branch) => branch.run(after, 30), quick: () => "at once" }).stream()),
        await taken(context.map("empty", [], after).stream()),
        await taken(context.parallel("nobody", {}).stream()),
      ],
    });
    expect(await createReprise().execute(work)).toMatchObject({
      value: [
        [[1, undefined, 0], [2, undefined, 30], [0, undefined, 60]],
        [[1, "item 0", 0], [2, "item 30", 30], [0, "item 60", 60]],
        [[1, undefined, "at once"], [0, undefined, 30]],
        [[1, "quick", "at once"], [0, "slow", 30]],
        [],
        [],
      ],
    });
  });

  test("P1: yields while the group runs, not when it has ended", async () => {
    const { system, lasts } = timed();
    const times: number[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        for await (const outcome of context.map("group", [30, 10, 20], lasts).stream()) times.push(outcome.index, context.now());
      },
    });
    await system.runUntil(createReprise({ system }).execute(work));
    expect(times).toEqual([1, 10, 2, 20, 0, 30]);
  });

  test("P1: the promise gives the same results beside it, and what was not taken in time is kept", async () => {
    const state = await createReprise().create();
    const group = state.map("group", [2, 0, 1], after);
    expect(await group).toEqual([2, 0, 1]);
    const late = await taken(group.stream());
    expect(late.map((outcome) => (outcome as unknown[])[0]).toSorted()).toEqual([0, 1, 2]);
    const [one, other] = [group.stream(), group.stream()];
    expect(await one.next()).toEqual(await other.next());
    expect((await taken(one)).length + (await taken(other)).length).toBe(4);
    expect(await one.next()).toEqual({ done: true, value: undefined });
    await state.close();
  });

  test("P1: fail_slow yields every failure as it comes and ends; fail_fast ends with what it aborts; nothing is unhandled", async () => {
    let streams: unknown[] = [];
    const { system, lasts } = timed();
    const refuses = async (ms: number, branch: AgentContext): Promise<number> => { await branch.run(lasts, ms); if (ms % 2 === 1) throw new Error(`no ${ms}`); return ms; };
    const unhandled = await unhandledDuring(async () => {
      const work = agent({ name: "work", run: async (_: void, context) => [await taken(context.map("slow", [40, 1, 20, 3], refuses).stream()), await taken(context.map("fast", [40, 3, 2], refuses, { errors: "fail_fast", maxWorkers: 3 }).stream())] });
      const outcome = await system.runUntil(createReprise({ system }).execute(work));
      if (outcome.status === "completed") streams = outcome.value;
    });
    expect(unhandled).toEqual([]);
    expect(streams).toEqual([
      [[1, undefined, "no 1"], [3, undefined, "no 3"], [2, undefined, 20], [0, undefined, 40]],
      [[2, undefined, 2], [1, undefined, "no 3"]],
    ]);
  });

  test("P1: the promise of a streamed group still rejects for those who await it", async () => {
    const state = await createReprise().create();
    const group = state.map("group", [1, 0], picky);
    expect(await taken(group.stream())).toHaveLength(2);
    expect(await rejectionOf(group)).toBeInstanceOf(GroupFailedError);
    await state.close();
  });

  test("P1: a group whose options are refused refuses the stream too", async () => {
    const state = await createReprise().create();
    expect(await rejectionOf(taken(state.map("group", [1], addOne, { maxWorkers: 0 }).stream()))).toMatchObject({ code: "INVALID_OPTION", path: "maxWorkers" });
    await state.close();
    expect(await rejectionOf(taken(state.map("group", [1], addOne).stream()))).toMatchObject({ code: "CLOSED" });
  });

  test("P1: a run that is stopped ends the stream with the reason", async () => {
    const state = await createReprise().create();
    const first = state.map("group", [1], () => new Promise(() => undefined)).stream().next();
    const reason = rejectionOf(first);
    await turns(5);
    await state.close();
    expect(await reason).toMatchObject({ code: "CLOSED" });
  });

  test("P1: the storage written by a branch joins with its group, not with its outcome", async () => {
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const seen: unknown[] = [];
        const group = context.parallel("group", [(branch) => branch.storage.add("count", 1), async (branch) => { await branch.run(after, 9); branch.storage.add("count", 1); }]);
        for await (const { index } of group.stream()) seen.push([index, context.storage.get("count")]);
        return [...seen, context.storage.get("count")];
      },
    });
    expect(await createReprise().execute(work)).toMatchObject({ value: [[0, undefined], [1, undefined], 2] });
  });
});

describe("P1, R2: a stream that is replayed", () => {
  test.each(["map", "parallel"] as const)("R2: a %s comes again in the order in which it came, and the code between goes the same way", async (verb) => {
    const world = createWorld();
    const points = [crashPoint(world.disk, "inside"), crashPoint(world.disk, "behind")] as const;
    const leaf = counter<number, number>({ name: "leaf", run: async (count) => { await turns(count); return count; } });
    const noted = counter<string>({ name: "noted" });
    const lives: unknown[][] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const outcomes: unknown[] = [];
        lives.push(outcomes);
        const group = verb === "map" ? context.map("group", [40, 0, 20, 60], leaf.actor) : context.parallel("group", [40, 0, 20, 60].map((count) => (branch: AgentContext) => branch.run(leaf.actor, count)));
        for await (const outcome of group.stream()) {
          outcomes.push(told(outcome));
          await context.run(noted.actor, `saw ${outcome.index}`);
          if (outcomes.length === 2) await points[0].now();
        }
        await points[1].now();
        return outcomes;
      },
    });
    await world.runUntilCrash(work, undefined, points[0]);
    void world.resume(work);
    await points[1].crashed;
    const { outcome } = await world.resume(work);
    const expected = [[1, undefined, 0], [2, undefined, 20], [0, undefined, 40], [3, undefined, 60]];
    expect(outcome).toMatchObject({ status: "completed", value: expected });
    expect(lives).toEqual([expected.slice(0, 2), expected, expected]);
    expect([leaf.runs >= 4, leaf.runs <= 6, noted.runs]).toEqual([true, true, 4]);
  });

  test("R2: a group that was not streamed can be, one that was need not be, and a late stream has the recorded order", async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk, "one"), crashPoint(world.disk, "two"), crashPoint(world.disk, "three")] as const;
    const orders: unknown[] = [];
    let life = 0;
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const group = context.map("group", [40, 0, 20], after);
        if (life !== 0) await group;
        orders.push(life === 1 ? await group : await taken(group.stream()));
        for (const { actor } of points.slice(0, life + 1)) await context.run(actor, 0);
      },
    });
    await world.runUntilCrash(work, undefined, points[0]);
    for (life = 1; life < 3; life += 1) { void world.resume(work); await points[life as 1 | 2].crashed; }
    expect(orders).toEqual([[[1, undefined, 0], [2, undefined, 20], [0, undefined, 40]], [40, 0, 20], [[1, undefined, 0], [2, undefined, 20], [0, undefined, 40]]]);
  });

  test("R2: outcomes pass an asynchronous output schema in their recorded order", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: async (value: unknown) => { await turns(3 - Number(value)); return { value: `checked ${String(value)}` }; } } };
    const checked = tool({ name: "checked", output: schema, run: async (count: number) => { await turns(count * 20); return count; } });
    const orders: unknown[] = [];
    const work = agent({ name: "work", run: async (_: void, context) => { orders.push(await taken(context.map("group", [2, 1], checked).stream())); await context.run(point.actor, 0); } });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed" });
    expect(orders).toEqual([[[1, undefined, "checked 1"], [0, undefined, "checked 2"]], [[1, undefined, "checked 1"], [0, undefined, "checked 2"]]]);
  });

  test("R5: a validated run gives its stream in the recorded order, whichever branch is quicker now", async () => {
    const world = createWorld();
    let validating = false;
    const moody = tool({ name: "moody", run: async (count: number) => { await turns(validating ? 60 - count : count); return count; } });
    const work = agent({ name: "work", run: async (_: void, context) => taken(context.map("group", [40, 0, 20], moody).stream()) });
    const first = await world.begin().reprise.execute(work, undefined, { stateId });
    validating = true;
    const second = await world.begin().reprise.resume(work, stateId, { mode: "validation" });
    expect(first).toMatchObject({ status: "completed", value: [[1, undefined, 0], [2, undefined, 20], [0, undefined, 40]] });
    expect(second).toMatchObject({ status: "completed", validation: { ok: true } });
  });

  test("I3: a stream of branches that wait is suspended and goes on", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const work = agent({ name: "work", run: async (_: void, context) => taken(context.parallel("asks", { one: (branch) => branch.waitFor<string>("one"), none: () => "none", two: (branch) => branch.waitFor<string>("two") }).stream()) });
    expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "awaiting" });
    await reprise.answer(stateId, "two", "2");
    expect((await world.resume(work)).outcome).toMatchObject({ status: "awaiting" });
    await reprise.answer(stateId, "one", "1");
    expect((await world.resume(work)).outcome).toMatchObject({ value: [[1, "none", "none"], [2, "two", "2"], [0, "one", "1"]] });
  });
});

describe("P1: a stream that is left early", () => {
  test.each(["break", "throw", "return"] as const)("defect-T40: with %s what is open is aborted and recorded as cancelled, what has not begun does not begin", async (how) => {
    const { system, ran, aborted, lasts } = timed();
    const world = createWorld();
    const leave = async (context: AgentContext): Promise<string> => {
      for await (const outcome of context.map("group", [50, 5, 60, 70, 80], lasts, { maxWorkers: 3 }).stream()) {
        if (how === "throw") throw new Error("enough");
        if (how === "return") return `first ${outcome.index}`;
        break;
      }
      return "left";
    };
    const work = agent({ name: "work", run: (_: void, context) => leave(context).catch((error: unknown) => String(error)) });
    const outcome = await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }));
    expect(outcome).toMatchObject({ status: "completed", value: { break: "left", throw: "Error: enough", return: "first 1" }[how] });
    expect([ran, aborted.toSorted(), system.now()]).toEqual([[50, 5, 60], [50, 60], 5]);
    const history = await world.begin().reprise.history(stateId);
    expect(history.calls({ type: "branch" }).map(({ status, input }) => [input, status])).toEqual([[50, "cancelled"], [5, "completed"], [60, "cancelled"], [70, "cancelled"]]);
    expect(history.get("work::group::group")).toMatchObject({ status: "cancelled" });
    expect(history.events({ actor: "group" }).find(({ status, type }) => status === "cancelled" && type === "group")?.reason).toBe("its stream was left");
  });

  test("P1: its promise rejects as cancelled, and what a branch does not end within the grace is dropped", async () => {
    const { system } = timed();
    const stubborn = tool({ name: "stubborn", run: (ms: number) => new Promise<number>((resolve) => void system.setTimer(ms, () => resolve(ms))) });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const group = context.map("group", [1, 40, 9_000], stubborn);
        for await (const outcome of group.stream()) if (outcome.ok) break;
        const at = context.now();
        return [at, await group.catch((error: unknown) => isRepriseError(error, "CANCELLED") && error instanceof CancelledError && error.reason)];
      },
    });
    expect(await system.runUntil(createReprise({ system, graceMs: 100 }).execute(work))).toMatchObject({ value: [101, "its stream was left"] });
  });

  test("P1: leaving it after its last outcome, or after its end, changes nothing", async () => {
    const state = await createReprise().create();
    const group = state.map("group", [0, 20], after);
    let count = 0;
    for await (const outcome of group.stream()) { count += 1; if (outcome.index === 1) break; }
    expect(count).toBe(2);
    expect(await group).toEqual([0, 20]);
    const stream = group.stream();
    expect(await stream.return?.()).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await group).toEqual([0, 20]);
    await state.close();
  });

  test("R2: on replay it is left where it was left, and nothing runs again", async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk, "inside"), crashPoint(world.disk, "behind")] as const;
    let runs = 0;
    const leaf = tool({ name: "leaf", run: async (count: number, { signal }) => { runs += 1; for (let turn = 0; turn < count && !signal.aborted; turn += 1) await turns(1); if (signal.aborted) throw signal.reason; return count; } });
    const firsts: unknown[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const group = context.map("group", [90, 10, 100, 110, 120], leaf, { maxWorkers: 3 });
        for await (const outcome of group.stream()) {
          firsts.push(told(outcome));
          await context.run(points[0].actor, 0);
          break;
        }
        const rest = await group.catch((error: Error) => error.message);
        await context.run(points[1].actor, 0);
        return rest;
      },
    });
    await world.runUntilCrash(work, undefined, points[0]);
    void world.resume(work);
    await points[1].crashed;
    const before = runs;
    expect((await world.resume(work)).outcome).toMatchObject({ value: "work::group::group was cancelled: its stream was left" });
    expect(firsts).toEqual([[1, undefined, 10], [1, undefined, 10], [1, undefined, 10]]);
    expect(runs).toBe(before);
  });

  test("R4, T7: an agent that fails with the failure of a branch runs that branch again when it is retried, and no completed one", async () => {
    const ran: string[] = [];
    const flaky = tool({ name: "flaky", run: async (item: string) => { ran.push(item); await turns(item === "good" ? 0 : 10); if (item === "bad" && ran.length < 4) throw new Error("once"); return item; } });
    const work = agent({
      name: "work",
      retry: retry({ maxAttempts: 2, initialDelayMs: 0 }),
      run: async (_: void, context) => {
        const values: string[] = [];
        for await (const outcome of context.map("group", ["good", "bad"], flaky).stream()) {
          if (!outcome.ok) throw outcome.error;
          values.push(outcome.value);
        }
        return values;
      },
    });
    const world = createWorld();
    const failed = await world.begin().reprise.execute(work, undefined, { stateId });
    expect(failed.status).toBe("failed");
    expect(ran).toEqual(["good", "bad", "bad"]);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: ["good", "bad"] });
    expect(ran).toEqual(["good", "bad", "bad", "bad"]);
  });
});
