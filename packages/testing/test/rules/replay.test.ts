import { memoryBackend, truncateRun } from "@reprise/backend-memory";
import { agent, createReprise, tool, type Actor, type AgentContext } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, journalOf, latch, rejectionOf, stateId, turns, type World } from "./support/world.ts";
import { backendWith } from "./support/world.ts";

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

describe("R1: reuse", () => {
  test("R1: three equal calls in a live loop give three results, and on resume the same three", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let next = 0;
    const dice = tool({ name: "dice", run: (text: string) => (next += text.length) });
    const work = agent({ name: "work", run: async (_: void, context) => { const values = [await context.run(dice, "x"), await context.run(dice, "x"), await context.run(dice, "x")]; await context.run(point.actor, 0); return values; } });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ value: [1, 2, 3] });
    expect(next).toBe(3);
  });

  test("R1: calls made on a state are never reused by that same state", async () => {
    const state = await createReprise().create();
    const leaf = counter<number>({ name: "leaf" });
    for (let index = 0; index < 3; index += 1) await state.run(leaf.actor, 1);
    expect(leaf.runs).toBe(3);
    await state.close();
  });

  test("R1: each reuse is announced once with the time it saved, nothing old is published, and the result says it was replayed", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld();
    const slow = tool({ name: "slow", run: (value: number) => new Promise<number>((resolve) => void system.setTimer(70, () => resolve(value))) });
    const first = await world.begin({ system }).reprise.create({ stateId });
    const live = await system.runUntil(first.try(slow, 1));
    expect(live).toEqual({ ok: true, value: 1, address: "slow::tool_call", replayed: false, attempts: 1, executionTimeMs: 70, savedMs: 0 });
    await system.runUntil(first.close());
    const life = world.begin({ system });
    const second = await life.reprise.load(stateId);
    const again = await system.runUntil(second.try(slow, 1));
    expect(again).toEqual({ ok: true, value: 1, address: "slow::tool_call", replayed: true, attempts: 1, executionTimeMs: 70, savedMs: 70 });
    await system.runUntil(second.close());
    expect(life.heard.of("recovered")).toEqual([
      { stateId, address: "slow::tool_call", type: "tool_call", name: "slow", call: 2, parent: undefined, status: "completed", attempts: 1, savedMs: 70, at: 1_070, inputChanged: false, versionChanged: false },
    ]);
    expect(life.heard.of("event")).toEqual([]);
  });
});

describe("R2: the gate", () => {
  /** Resumes after every prefix of the journal and gives what each resumed run gave, with the runs of leaves that had completed. */
  async function everyPrefix<Output>(make: (count: (name: string) => void) => Actor<void, Output>): Promise<{ readonly live: Output; readonly journal: readonly unknown[]; readonly resumed: Output[] }> {
    const world = createWorld();
    const live = await world.begin().reprise.execute(make(() => undefined), undefined, { stateId });
    if (live.status !== "completed") throw "error" in live ? live.error : new Error(live.status);
    const journal = await world.journal();
    const resumed: Output[] = [];
    for (let length = 2; length <= journal.length; length += 1) {
      const prefix = journal.slice(0, length);
      const done = new Set(prefix.filter((record) => record.k === "completed").map((record) => prefix[(record["c"] as number) - 1]?.["a"]));
      const again = new Map<string, number>();
      const outcome = await createReprise({ backend: await backendWith(prefix) }).resume(make((name) => again.set(name, (again.get(name) ?? 0) + 1)), stateId);
      if (outcome.status !== "completed") throw "error" in outcome ? outcome.error : new Error(outcome.status);
      for (const address of done) expect(again.get(String(address)) ?? 0).toBe(0);
      resumed.push(outcome.value);
    }
    return { live: live.value, journal, resumed };
  }

  /** A leaf that ends after some turns of the event loop; in a resumed run after others. */
  function leafOf(count: (address: string) => void): Actor<{ name: string; wait: number }, string> {
    return tool({ name: "leaf", run: async ({ name, wait }: { name: string; wait: number }, { address }) => { count(address); await turns(wait); return name; } });
  }

  test("R2: after a crash behind any record the run gives the same value, and no completed leaf runs again", async () => {
    const { live, journal, resumed } = await everyPrefix((count) => {
      const leaf = leafOf(count);
      const inner = agent({ name: "inner", run: async (name: string, context) => { context.storage.add("calls", 1); return (await context.run(leaf, { name: `${name}1`, wait: 1 })) + (await context.run(leaf, { name: `${name}2`, wait: 2 })); } });
      return agent({
        name: "work",
        run: async (_: void, context) => {
          const order: string[] = [];
          const helper = async (name: string, wait: number): Promise<string> => { const value = await context.run(leaf, { name, wait }, { key: name }); order.push(value); return value; };
          const values = await Promise.all([helper("a", 5), helper("b", 1), context.run(inner, "i"), context.map("group", ["x", "y", "z"], (item: string, branch) => branch.run(inner, item), { maxWorkers: 2 })]);
          return { values, order, calls: context.storage.get("calls") };
        },
      });
    });
    expect(live).toMatchObject({ values: ["a", "b", "i1i2", ["x1x2", "y1y2", "z1z2"]], order: ["b", "a"], calls: 4 });
    // What was not decided yet may be decided otherwise: the order of two leaves of which none has ended.
    const decided = journal.findIndex((record) => (record as { k: string; v?: string }).v === "b");
    for (const value of resumed.slice(Math.max(0, decided))) expect(value).toEqual(live);
    for (const value of resumed) expect({ ...value, order: value.order.toSorted() }).toEqual({ ...live, order: ["a", "b"] });
  });

  async function raced(race: (context: AgentContext, leaf: Actor<string, string>) => Promise<string>): Promise<string[]> {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const releases = new Map<string, () => void>();
    const leaf = tool({ name: "leaf", run: (name: string) => new Promise<string>((resolve, reject) => releases.set(name, () => (name.startsWith("bad") ? reject(new Error(name)) : resolve(name)))) });
    const winners: string[] = [];
    const allReleased = latch();
    // All three have ended and are recorded before the process dies: on replay each could win.
    const work = agent({ name: "work", run: async (_: void, context) => { winners.push(await race(context, leaf)); await allReleased.promise; await context.run(point.actor, 0); } });
    const crashed = world.runUntilCrash(work, undefined, point);
    while (releases.size < 3) await turns(1);
    for (const name of [...releases.keys()].toSorted().toReversed()) {
      releases.get(name)?.();
      await turns(5);
    }
    allReleased.open();
    await crashed;
    expect((await world.resume(work)).outcome.status).toBe("completed");
    expect(winners).toHaveLength(2);
    expect(releases.size).toBe(3);
    return winners;
  }

  test("R2: Promise.race replays the recorded winner, not the first that was asked", async () => {
    expect(await raced((context, leaf) => Promise.race(["a", "b", "c"].map((name) => context.run(leaf, name))))).toEqual(["c", "c"]);
  });

  test("R2: Promise.any replays the recorded winner behind recorded failures", async () => {
    expect(await raced((context, leaf) => Promise.any(["a", "b", "bad"].map((name) => context.run(leaf, name))))).toEqual(["b", "b"]);
  });

  test("R2: Promise.race over agents and branches replays the recorded winner", async () => {
    const through = agent({ name: "through", run: (leaf: string, context) => context.run(holder.leaf as Actor<string, string>, leaf) });
    const holder: { leaf?: Actor<string, string> } = {};
    expect(
      await raced((context, leaf) => {
        holder.leaf = leaf;
        return Promise.race([context.run(through, "a"), context.run(leaf, "b"), context.map("group", ["c"], (item: string, branch) => branch.run(leaf, item)).then(([value]) => value ?? "")]);
      }),
    ).toEqual(["c", "c"]);
  });

  test("R2: a leaf that was open when another won is not waited for on replay, and its later outcome reaches nobody before its time", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const order: string[][] = [];
    let life = 0;
    const never = latch<string>();
    const leaf = tool({ name: "leaf", run: async (name: string) => { if (name === "open" && life === 1) return never.promise; await turns(name === "open" ? 0 : 3); return name; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        life += 1;
        const seen: string[] = [];
        order.push(seen);
        const ask = (name: string): Promise<void> => context.run(leaf, name).then((value) => void seen.push(value));
        const all = Promise.all([ask("open"), ask("one"), ask("two")]);
        await Promise.race([all, ask("three")]);
        await context.run(point.actor, 0);
        await all;
        return seen;
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect(order[0]?.toSorted()).toEqual(["one", "three", "two"]);
    const { outcome } = await world.resume(work);
    expect(outcome).toMatchObject({ status: "completed", value: [...(order[0] ?? []), "open"] });
  });

  test("R2: an asynchronous output schema changes nothing about who wins on replay", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let checkMs = 0;
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: async (value: unknown) => { await new Promise((resolve) => setTimeout(resolve, checkMs)); return { value: value as string }; } } };
    const checked = tool({ name: "checked", output: schema, run: () => "checked" });
    const plain = tool({ name: "plain", run: async () => { await new Promise((resolve) => setTimeout(resolve, 10)); return "plain"; } });
    const work = agent({ name: "work", run: async (_: void, context) => { const winner = await Promise.race([context.run(checked), context.run(plain)]); await context.run(point.actor, 0); return winner; } });
    await world.runUntilCrash(work, undefined, point);
    checkMs = 20;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: "checked" });
  });

  test("R2: an agent's code starts in the turn of its call, live and entered again", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const lives: string[][] = [];
    const inner = agent({ name: "inner", run: async (_: void, context) => { lives.at(-1)?.push("inner"); await context.run(point.actor, 0); } });
    const work = agent({ name: "work", run: async (_: void, context) => { lives.push([]); const call = context.run(inner); lives.at(-1)?.push("after the call"); await call; } });
    await world.runUntilCrash(work, undefined, point);
    await world.resume(work);
    expect(lives).toEqual([["inner", "after the call"], ["inner", "after the call"]]);
  });
});

/** A tool whose first `times` runs kill the process. */
function killer(world: World, times: number, options: { readonly repeatable?: boolean; readonly onUnknownOutcome?: "fail" | "ask" } = {}) {
  const points = Array.from({ length: times }, (_, index) => crashPoint(world.disk, `killer_${index}`));
  let runs = 0;
  const attempts: number[] = [];
  return {
    points,
    attempts,
    get runs() {
      return runs;
    },
    actor: tool({
      ...options,
      name: "killer",
      run: async (value: number, { attempt }) => {
        attempts.push(attempt);
        runs += 1;
        await points[runs - 1]?.now();
        return value;
      },
    }),
  };
}

describe("R3: lost attempts", () => {
  test("R3: a leaf without an outcome runs again, with the next attempt number and none of its retry budget spent", async () => {
    const world = createWorld();
    const deadly = killer(world, 1);
    const attempts: number[] = [];
    const flakyAfter = tool({ name: "killer", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), run: (value: number, { attempt }) => { attempts.push(attempt); if (attempt === 2) throw new Error("once"); return value; } });
    const work = (leaf: Actor<number, number>): Actor<void, number> => agent({ name: "work", run: (_: void, context) => context.run(leaf, 7) });
    await world.runUntilCrash(work(deadly.actor), undefined, deadly.points[0] as never);
    const { outcome, heard } = await world.resume(work(flakyAfter));
    expect(outcome).toMatchObject({ status: "completed", value: 7 });
    expect(attempts).toEqual([2, 3]);
    expect(heard.of("event").filter((event) => event.name === "killer").map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(["started 2", "failed 2", "retrying 2", "started 3", "completed 3"]);
  });

  test.each([undefined, 1, 2])("R3: after maxLost lost attempts in a row the call fails with OutcomeUnknownError (maxLost %s)", async (maxLost) => {
    const world = createWorld();
    const deadly = killer(world, 10);
    const work = agent({ name: "work", run: (_: void, context) => context.run(deadly.actor, 7) });
    const limit = maxLost ?? 3;
    const options = maxLost === undefined ? {} : { maxLost };
    for (let index = 0; index < limit; index += 1) {
      const point = deadly.points[index];
      if (point) await world.runUntilCrash(work, undefined, point, options);
    }
    const { outcome } = await world.resume(work, {}, options);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED" } });
    expect(deadly.runs).toBe(limit);
    const journal = await world.journal();
    expect(JSON.stringify(journal.filter((record) => record.k === "failed"))).toContain("OUTCOME_UNKNOWN");
  });

  test("R3: lost attempts count only in a row: an outcome between them begins anew", async () => {
    const world = createWorld();
    const points = Array.from({ length: 4 }, () => crashPoint(world.disk));
    const attempts: number[] = [];
    const deadly = tool({
      name: "deadly",
      retry: retry({ maxAttempts: 3, initialDelayMs: 0 }),
      run: async (_: void, { attempt }) => {
        attempts.push(attempt);
        if (attempt === 3) throw new Error("an outcome");
        const point = { 1: points[0], 2: points[1], 4: points[2], 5: points[3] }[attempt];
        await point?.now();
        return attempt;
      },
    });
    const work = agent({ name: "work", run: (_: void, context) => context.run(deadly) });
    for (const point of points) await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: 6 });
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('R3: onUnknownOutcome "fail" fails the call without another attempt, and "ask" stops the run and records nothing', async () => {
    for (const where of ["actor", "load", "call", "reprise"] as const) {
      for (const wish of ["fail", "ask"] as const) {
        const world = createWorld();
        const deadly = killer(world, 1, where === "actor" ? { onUnknownOutcome: wish } : {});
        const work = agent({ name: "work", run: (_: void, context) => context.run(deadly.actor, 7, where === "call" ? { onUnknownOutcome: wish } : {}).catch((error: { code: string; cause?: { code?: string } }) => { throw Object.assign(new Error("seen"), { code: `${error.code} ${error.cause?.code}` }); }) });
        await world.runUntilCrash(work, undefined, deadly.points[0] as never);
        const before = await world.journal();
        const { outcome } = await world.resume(work, where === "load" ? { onUnknownOutcome: wish } : {}, where === "reprise" ? { onUnknownOutcome: wish } : {});
        expect(outcome.status).toBe("failed");
        expect(deadly.runs).toBe(1);
        const after = await world.journal();
        if (wish === "ask") {
          expect([where, outcome]).toMatchObject([where, { error: { code: "OUTCOME_UNKNOWN", address: "work::killer::tool_call" } }]);
          expect(after).toEqual(before);
        } else {
          expect([where, outcome]).toMatchObject([where, { error: { cause: { code: "ACTOR_FAILED OUTCOME_UNKNOWN" } } }]);
        }
      }
    }
  });

  test("R3: an open agent and an open branch are entered again within their attempt", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const attempts: number[] = [];
    const inner = agent({ name: "inner", run: async (_: void, context) => { attempts.push(context.attempt); await context.map("group", [1], async (_item: number, branch) => { attempts.push(branch.attempt); await branch.run(point.actor, 0); }); } });
    await world.runUntilCrash(inner, undefined, point);
    const { heard } = await world.resume(inner);
    expect(attempts).toEqual([1, 1, 1, 1]);
    expect(heard.of("event").filter((event) => event.status === "started").map((event) => event.name)).toEqual(["crash_point"]);
  });
});

describe("R4: failures", () => {
  /** A tool that fails as long as it is told to. */
  function breakable(name: string) {
    let broken = true;
    let runs = 0;
    return {
      repair: () => void (broken = false),
      get runs() {
        return runs;
      },
      actor: tool({ name, run: (value: number, { attempt }) => { runs += 1; if (broken) throw new Error(`${name} is broken`); return value * 10 + attempt; } }),
    };
  }

  test("R4: a recorded failure is replayed as a failure while the attempt of its parent is open", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const bad = breakable("bad");
    const work = agent({ name: "work", run: async (_: void, context) => { const tried = await context.try(bad.actor, 1); await context.run(point.actor, 0); return tried.ok ? "ok" : { ...tried, error: tried.error.message }; } });
    await world.runUntilCrash(work, undefined, point);
    bad.repair();
    const { outcome } = await world.resume(work);
    expect(outcome).toMatchObject({ status: "completed", value: { ok: false, replayed: true, attempts: 1, error: "work::bad::tool_call failed: bad is broken" } });
    expect(bad.runs).toBe(1);
  });

  const endings: readonly [name: string, ending: (context: AgentContext, bad: Actor<number, number>, other: Actor<number, number>) => Promise<unknown>, executesAgain: boolean][] = [
    ["the failure itself was rethrown", (context, bad) => context.run(bad, 1), true],
    ["it is a cause of what was thrown", async (context, bad, other) => { const error = await context.run(bad, 1).catch((caught: unknown) => caught); await context.run(other, 1); if (error instanceof Error) throw new Error("wrapped", { cause: new Error("twice", { cause: error }) }); return error; }, true],
    ["it is among the errors of what was thrown", async (context, bad, other) => { const error = await context.run(bad, 1).catch((caught: unknown) => caught); await context.run(other, 1); if (error instanceof Error) throw new AggregateError([new Error("x"), error]); return error; }, true],
    ["nothing was issued after it", async (context, bad) => { const tried = await context.try(bad, 1); if (!tried.ok) throw new Error("an error of its own"); return tried.value; }, true],
    ["a call was issued after it and it is in no chain", async (context, bad, other) => { const tried = await context.try(bad, 1); await context.run(other, 1); if (!tried.ok) throw new Error("an error of its own"); return tried.value; }, false],
  ];

  test.each(endings)("R4: after a recovery: %s", async (_name, ending, executesAgain) => {
    const world = createWorld();
    const bad = breakable("bad");
    const other = counter<number>({ name: "other" });
    const work = agent({ name: "work", run: (_: void, context) => ending(context, bad.actor, other.actor) });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    bad.repair();
    const otherRuns = other.runs;
    const { outcome, heard } = await world.resume(work);
    expect(outcome.status).toBe(executesAgain ? "completed" : "failed");
    if (executesAgain) expect(outcome).toMatchObject({ value: 12 });
    expect(bad.runs).toBe(executesAgain ? 2 : 1);
    expect(other.runs).toBe(otherRuns);
    expect(heard.of("event")[0]).toMatchObject({ status: "started", address: "work::agent_call", attempt: 2, opening: "recovery" });
  });

  test.each(endings)("R4: after a retry of the agent: %s", async (_name, ending, executesAgain) => {
    const bad = breakable("bad");
    const other = counter<number>({ name: "other" });
    const work = agent({ name: "work", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), retryChildren: "reuse", run: (_: void, context) => { if (context.attempt === 2) bad.repair(); return ending(context, bad.actor, other.actor); } });
    const outcome = await createReprise().execute(work);
    expect(outcome.status).toBe(executesAgain ? "completed" : "failed");
    expect(bad.runs).toBe(executesAgain ? 2 : 1);
  });

  test("R4: each parent on the way down is opened again, completed siblings are reused, and attempt numbers go on counting", async () => {
    const world = createWorld();
    const bad = breakable("bad");
    const good = counter<number>({ name: "good" });
    const inner = agent({ name: "inner", run: async (value: number, context) => (await context.run(good.actor, value)) + (await context.run(bad.actor, value)) });
    const work = agent({ name: "work", run: (_: void, context) => context.map("group", [1, 2], (item: number, branch) => (item === 2 ? branch.run(inner, item) : branch.run(good.actor, item))) });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    bad.repair();
    const { outcome, heard } = await world.resume(work);
    expect(outcome).toMatchObject({ status: "completed", value: [1, 2 + 22] });
    expect(good.runs).toBe(2);
    expect(heard.of("event").filter((event) => event.status === "started").map(({ address, attempt, opening }) => `${address} ${attempt} ${opening}`)).toEqual([
      "work::agent_call 2 recovery",
      "work::group::group 2 recovery",
      "work::group{1}::branch 2 recovery",
      "work::group{1}::inner::agent_call 2 recovery",
      "work::group{1}::inner::bad::tool_call 2 undefined",
    ]);
  });

  test("R4: after a terminal failure the budget starts anew", async () => {
    const world = createWorld();
    const attempts: number[] = [];
    const bad = tool({ name: "bad", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), run: (_: void, { attempt }) => { attempts.push(attempt); if (attempt < 4) throw new Error("no"); return attempt; } });
    expect(await world.begin().reprise.execute(bad, undefined, { stateId })).toMatchObject({ status: "failed", error: { attempts: 2 } });
    expect((await world.resume(bad)).outcome).toMatchObject({ status: "completed", value: 4 });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test("R4: a run that failed is opened again by every load, as often as it fails", async () => {
    const world = createWorld();
    const bad = breakable("bad");
    const work = agent({ name: "work", run: (_: void, context) => context.run(bad.actor, 1) });
    for (let index = 1; index <= 3; index += 1) {
      expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED" } });
      expect(bad.runs).toBe(index);
      expect((await world.disk.head(stateId))?.status).toBe("failed");
    }
    bad.repair();
    expect((await world.resume(bad.actor as never)).outcome).toMatchObject({ status: "failed", error: { code: "INVALID_OPTION" } });
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: 14 });
    expect((await world.disk.head(stateId))?.status).toBe("completed");
  });

  test("R4: calls made on a state fail for good until the run has a recorded failed status", async () => {
    const world = createWorld();
    const bad = breakable("bad");
    const first = await world.begin().reprise.create({ stateId });
    expect(await rejectionOf(first.run(bad.actor, 1))).toMatchObject({ code: "ACTOR_FAILED" });
    await first.close();
    bad.repair();
    const second = await world.begin().reprise.load(stateId);
    expect(await rejectionOf(second.run(bad.actor, 1))).toMatchObject({ code: "ACTOR_FAILED" });
    await second.saveCheckpoint({ status: "failed" });
    await second.close();
    const third = await world.begin().reprise.load(stateId);
    expect(await third.run(bad.actor, 1)).toBe(12);
    await third.close();
  });

  test("R4: an opening is recorded, so what it has not reached yet executes again after one more restart", async () => {
    const world = createWorld();
    const one = breakable("one");
    const two = breakable("two");
    const first = await world.begin().reprise.create({ stateId });
    await Promise.allSettled([first.run(one.actor, 1), first.run(two.actor, 2)]);
    await first.saveCheckpoint({ status: "failed" });
    await first.close();
    one.repair();
    two.repair();
    const second = await world.begin().reprise.load(stateId);
    expect(await second.run(one.actor, 1)).toBe(12);
    await second.close();
    const third = await world.begin().reprise.load(stateId);
    expect(await third.run(one.actor, 1)).toBe(12);
    expect(await third.run(two.actor, 2)).toBe(22);
    expect([one.runs, two.runs]).toEqual([2, 2]);
    await third.close();
  });

  test("R4: an opening that was cut short goes on after one more crash", async () => {
    const world = createWorld();
    const bad = breakable("bad");
    const point = crashPoint(world.disk);
    const work = agent({ name: "work", run: async (_: void, context) => { const values = await Promise.allSettled([context.run(bad.actor, 1), context.run(bad.actor, 2)]); for (const value of values) if (value.status === "rejected") throw value.reason; await context.run(point.actor, 0); return values.map((value) => value.status === "fulfilled" && value.value); } });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    bad.repair();
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: [12, 22] });
    expect(bad.runs).toBe(4);
  });

  test("R4: failures after an opening follow the same rule: caught and passed over, they stay failures in that attempt", async () => {
    const world = createWorld();
    const bad = breakable("bad");
    const other = counter<number>({ name: "other" });
    const point = crashPoint(world.disk);
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const tried = await context.try(bad.actor, 1);
        if (context.attempt === 1) throw new Error("first");
        await context.run(other.actor, 1);
        await context.run(point.actor, 0);
        return tried.ok;
      },
    });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    await world.runUntilCrash(work, undefined, point);
    expect(bad.runs).toBe(2);
    bad.repair();
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: false });
    expect(bad.runs).toBe(2);
  });

  test("R4: a cancelled call is replayed as cancelled while the attempt that cancelled it is open, and executes again once that has failed", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const bad = breakable("bad");
    let runs = 0;
    const slow = tool({ name: "slow", run: (value: number, { signal }) => { runs += 1; return new Promise<number>((resolve, reject) => { if (runs > 1) resolve(value); signal.addEventListener("abort", () => reject(signal.reason as Error)); }); } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const caught = await context.map("group", [1, 2], (item: number, branch) => (item === 1 ? branch.run(slow, item) : branch.run(bad.actor, item)), { errors: "fail_fast" }).catch((error: unknown) => error);
        await context.run(point.actor, 0);
        if (caught instanceof Error) throw caught;
        return caught;
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect(runs).toBe(1);
    bad.repair();
    const replayed = await world.resume(work);
    expect(replayed.outcome.status).toBe("failed");
    expect([runs, bad.runs]).toEqual([1, 1]);
    const recovered = await world.resume(work);
    expect(recovered.outcome).toMatchObject({ status: "completed", value: [1, 22] });
    expect([runs, bad.runs]).toEqual([2, 2]);
  });
});

describe("R8: changed inputs and versions", () => {
  const cases = [
    { wish: undefined, value: "1", runs: 1, codes: ["INPUT_CHANGED"] },
    { wish: "reuse", value: "1", runs: 1, codes: ["INPUT_CHANGED"] },
    { wish: "warn", value: "1", runs: 1, codes: ["INPUT_CHANGED"] },
    { wish: "rerun", value: "2", runs: 2, codes: ["INPUT_CHANGED"] },
    { wish: "fail", value: undefined, runs: 1, codes: [] },
  ] as const;

  for (const where of ["actor", "call", "load", "reprise"] as const) {
    test.each(cases)(`R8: a keyed call with another input, onInputChange $wish on the ${where}`, async ({ wish, value, runs, codes }) => {
      const world = createWorld();
      const point = crashPoint(world.disk);
      const policy = wish === undefined ? {} : { onInputChange: wish };
      let executed = 0;
      let input = 1;
      const leaf = tool({ ...(where === "actor" && policy), name: "leaf", run: (given: number) => { executed += 1; return `${given}`; } });
      const work = agent({ name: "work", run: async (_: void, context) => { const result = await context.run(leaf, input, { key: "k", ...(where === "call" && policy) }); await context.run(point.actor, 0); return result; } });
      await world.runUntilCrash(work, undefined, point);
      input = 2;
      const { outcome, heard } = await world.resume(work, where === "load" ? policy : {}, where === "reprise" ? policy : {});
      expect(outcome).toMatchObject(value === undefined ? { status: "failed", error: { code: "INPUT_CHANGED" } } : { status: "completed", value });
      expect(executed).toBe(runs);
      expect(heard.of("log").map((notice) => notice.code).filter((code) => code !== "UNVISITED")).toEqual(codes);
      if (runs === 1 && value !== undefined) expect(heard.of("recovered").find((notice) => notice.name === "leaf")).toMatchObject({ inputChanged: true });
    });
  }

  test("R8: what was rerun is reused by the next resume, and the old record still belongs to its own asker", async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk), crashPoint(world.disk)] as const;
    const leaf = counter<number, string>({ name: "leaf", run: (value) => `${value}` });
    let input = 1;
    const work = agent({ name: "work", run: async (_: void, context) => { const value = await context.run(leaf.actor, input, { onInputChange: "rerun" }); await points[0].now(); await points[1].now(); return value; } });
    await world.runUntilCrash(work, undefined, points[0]);
    input = 2;
    await world.runUntilCrash(work, undefined, points[1]);
    expect(leaf.runs).toBe(2);
    expect((await world.resume(work)).outcome).toMatchObject({ value: "2" });
    expect(leaf.runs).toBe(2);
  });

  test.each(cases)("R8: another version of the actor, onVersionChange $wish", async ({ wish, runs }) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let executed = 0;
    const leaf = (version: string) => tool({ name: "leaf", version, ...(wish && { onVersionChange: wish }), run: (given: number) => { executed += 1; return `${given} by ${version}`; } });
    const work = (version: string) => { const actor = leaf(version); return agent({ name: "work", run: async (_: void, context) => { const value = await context.run(actor, 1); await context.run(point.actor, 0); return value; } }); };
    await world.runUntilCrash(work("one"), undefined, point);
    const { outcome, heard } = await world.resume(work("two"));
    expect(outcome).toMatchObject(wish === "fail" ? { status: "failed", error: { code: "VERSION_CHANGED" } } : { status: "completed", value: wish === "rerun" ? "1 by two" : "1 by one" });
    expect(executed).toBe(runs);
    if (wish !== "fail" && wish !== "rerun") expect(heard.of("recovered").find((notice) => notice.name === "leaf")).toMatchObject({ versionChanged: true, inputChanged: false });
  });

  test.each(["completed", "failed"])("R8: what another version has %s in a call that was begun before belongs to that version", async (end) => {
    for (const kind of ["tool", "agent"] as const) {
      const world = createWorld();
      const points = [crashPoint(world.disk, "first"), crashPoint(world.disk, "second")] as const;
      const executed: string[] = [];
      const work = (version: string) => {
        const finish = async (): Promise<string> => {
          executed.push(version);
          await points[0].now();
          if (end === "failed") throw new Error(`not by ${version}`);
          return `by ${version}`;
        };
        const settings = { name: "part", version };
        const part = kind === "tool" ? tool({ ...settings, run: finish }) : agent({ ...settings, run: finish });
        return agent({
          name: "work",
          run: async (_: void, context) => {
            const result = await context.try(part);
            await context.run(points[1].actor, 0);
            return result.ok ? result.value : result.error.cause;
          },
        });
      };
      await world.runUntilCrash(work("one"), undefined, points[0]);
      await world.runUntilCrash(work("two"), undefined, points[1]);
      expect(executed).toEqual(["one", "two"]);
      const value = end === "failed" ? { message: "not by two" } : "by two";
      expect((await world.resume(work("one"), { onVersionChange: "fail" })).outcome).toMatchObject({ status: "failed", error: { code: "VERSION_CHANGED" } });
      const { outcome, heard } = await world.resume(work("two"), { onVersionChange: "fail" });
      expect(outcome).toMatchObject({ status: "completed", value });
      expect(heard.of("recovered").find(({ name }) => name === "part")).toMatchObject({ versionChanged: false });
      expect(executed).toEqual(["one", "two"]);
    }
  });

  test('R8: what was rerun for its version is reused by the next resume with that version (R2)', async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk), crashPoint(world.disk)] as const;
    let executed = 0;
    const work = (version: string) => {
      const leaf = tool({ name: "leaf", version, onVersionChange: "rerun", run: (given: number) => { executed += 1; return `${given} by ${version}`; } });
      return agent({ name: "work", run: async (_: void, context) => { const value = await context.run(leaf, 1); await points[0].now(); await points[1].now(); return value; } });
    };
    await world.runUntilCrash(work("one"), undefined, points[0]);
    await world.runUntilCrash(work("two"), undefined, points[1]);
    expect(executed).toBe(2);
    expect((await world.resume(work("two"))).outcome).toMatchObject({ value: "1 by two" });
    expect(executed).toBe(2);
  });

  test("R8: the input of the root is recorded: a resumed run uses it, a different one is refused and records nothing", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const inputs: unknown[] = [];
    const work = agent({ name: "work", run: async (input: { topic: string; at: Date }, context) => { inputs.push(input); await context.run(point.actor, 0); return input.topic; } });
    const input = { topic: "sagas", at: new Date(5) };
    await world.runUntilCrash(work, input, point);
    const before = await world.journal();
    const life = world.begin();
    expect(await life.reprise.execute(work, { topic: "else", at: new Date(5) }, { stateId })).toMatchObject({ status: "failed", error: { code: "INPUT_CHANGED", address: "work::agent_call" } });
    expect(await life.reprise.execute(work, undefined as never, { stateId })).toMatchObject({ status: "failed", error: { code: "INPUT_CHANGED" } });
    expect(await world.journal()).toEqual(before);
    expect(inputs).toHaveLength(1);
    expect(await world.begin().reprise.execute(work, { at: new Date(5), topic: "sagas" }, { stateId })).toMatchObject({ status: "completed", value: "sagas" });
    expect(inputs).toEqual([input, input]);
  });

  test.each(["reuse", "warn"] as const)('R8: onInputChange "%s" lets a run go on with its recorded input, with a notice', async (onInputChange) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const work = agent({ name: "work", run: async (input: number, context) => { await context.run(point.actor, 0); return input; } });
    await world.runUntilCrash(work, 1, point);
    const life = world.begin();
    expect(await life.reprise.execute(work, 2, { stateId, onInputChange })).toMatchObject({ status: "completed", value: 1 });
    expect(life.heard.of("log").map((notice) => notice.code)).toContain("INPUT_CHANGED");
  });

  test("R8: a completed run gives its value to whoever executes it again, and runs nothing", async () => {
    const world = createWorld();
    let runs = 0;
    const work = agent({ name: "work", run: (input: number) => { runs += 1; return { input }; } });
    const first = await world.begin().reprise.execute(work, 1, { stateId });
    const before = await world.journal();
    const second = await world.begin().reprise.execute(work, 1, { stateId });
    expect(second).toEqual(first);
    expect((await world.resume(work)).outcome).toEqual(first);
    expect(runs).toBe(1);
    expect(await world.journal()).toEqual(before);
  });

  test("R8: a run belongs to its actor", async () => {
    const world = createWorld();
    await world.begin().reprise.execute(agent({ name: "work", run: () => 1 }), undefined, { stateId });
    expect((await world.resume(agent({ name: "other", run: () => 1 }))).outcome).toMatchObject({ status: "failed", error: { code: "INVALID_OPTION", path: "actor" } });
    expect(await rejectionOf(world.begin().reprise.resume(agent({ name: "work", run: () => 1 }), "unknown"))).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("R11: what must not happen twice", () => {
  test("R11: it is never retried by itself, whatever the retry policy says", async () => {
    let runs = 0;
    const pay = tool({ name: "pay", repeatable: false, retry: quick, run: () => { runs += 1; throw new Error("no"); } });
    const outcome = await createReprise({ retry: retryProvider() }).execute(pay);
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 1 } });
    expect(runs).toBe(1);
  });

  test("R11: its unknown outcome stops the run and records nothing, until allowRepeat names its address", async () => {
    const world = createWorld();
    const deadly = killer(world, 1, { repeatable: false });
    const swallowed: unknown[] = [];
    const work = agent({ name: "work", run: async (_: void, context) => { const value = await context.run(deadly.actor, 7).catch((error: unknown) => { swallowed.push(error); return "swallowed"; }); return value; } });
    await world.runUntilCrash(work, undefined, deadly.points[0] as never);
    const before = await world.journal();
    for (const [options, ends] of [[{}, "in allowRepeat"], [{ onUnknownOutcome: "retry" as const }, "in allowRepeat"], [{ allowRepeat: ["work::other::tool_call"] }, "in allowRepeat, which names work::other::tool_call"]] as const) {
      expect((await world.resume(work, options)).outcome).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN", address: "work::killer::tool_call", message: expect.stringMatching(new RegExp(`${ends}$`, "u")) } });
      expect(await world.journal()).toEqual(before);
    }
    expect(deadly.runs).toBe(1);
    expect((await world.resume(work, { allowRepeat: ["work::killer::tool_call"] })).outcome).toMatchObject({ status: "completed", value: 7 });
    expect(deadly.attempts).toEqual([1, 2]);
  });

  test("R11: it asks for an unknown outcome also where its actor was marked only after it had started", async () => {
    const world = createWorld();
    const deadly = killer(world, 1);
    const marked = counter<number>({ name: "killer", repeatable: false });
    const work = (leaf: Actor<number, number>): Actor<void, number> => agent({ name: "work", run: (_: void, context) => context.run(leaf, 7) });
    await world.runUntilCrash(work(deadly.actor), undefined, deadly.points[0] as never);
    expect((await world.resume(work(marked.actor))).outcome).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });
    expect(marked.runs).toBe(0);
  });

  test("R11: it is not retried by itself where its actor was marked only after it had started", async () => {
    const disk = memoryBackend();
    await createReprise({ backend: disk }).execute(tool({ name: "pay", run: () => 1 }), undefined, { stateId });
    const cut = memoryBackend({ from: truncateRun(disk.snapshot(), stateId, 2) });
    let runs = 0;
    const marked = tool({ name: "pay", repeatable: false, retry: quick, run: (): number => { runs += 1; throw new Error("declined"); } });
    expect(await createReprise({ backend: cut }).execute(marked, undefined, { stateId, allowRepeat: ["pay::tool_call"] })).toMatchObject({ status: "failed" });
    expect(runs).toBe(1);
  });

  test("R11: a pending retry does not go on where its actor was marked meanwhile", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const tries = (repeatable: boolean) => tool({ name: "pay", repeatable, retry: retry({ maxAttempts: 3, initialDelayMs: 60_000, jitter: "none" }), run: () => { throw new Error("declined"); } });
    const work = (pay: Actor<void, unknown>) => agent({ name: "work", run: (_: void, context) => context.run(pay) });
    void world.begin({ system }).reprise.execute(work(tries(true)), undefined, { stateId });
    await system.advance(1_000);
    world.disk.crash();
    const resumed = await system.runUntil(world.resume(work(tries(false)), {}, { system }));
    expect(resumed.outcome).toMatchObject({ status: "failed", error: { code: "NOT_REPEATABLE", address: "work::pay::tool_call" } });
  });

  test("R11: a failed one does not run again when its run is recovered, unless allowRepeat names it", async () => {
    const world = createWorld();
    let broken = true;
    let runs = 0;
    const pay = tool({ name: "pay", repeatable: false, run: (amount: number) => { runs += 1; if (broken) throw new Error("declined"); return amount; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(pay, 5) });
    expect(await world.begin().reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    broken = false;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "failed", error: { code: "NOT_REPEATABLE", address: "work::pay::tool_call", cause: { message: "declined" } } });
    expect(runs).toBe(1);
    expect((await world.resume(work, { allowRepeat: ["work::pay::tool_call"] })).outcome).toMatchObject({ status: "completed", value: 5 });
    expect(runs).toBe(2);
  });

  test.each(["auto", "reuse", "afresh"] as const)('R11: an agent that is retried after it failed by itself does not pay again (retryChildren "%s")', async (retryChildren) => {
    const pay = counter<number>({ name: "pay", repeatable: false });
    const work = agent({ name: "work", retry: quick, retryChildren, run: async (_: void, context) => { const paid = await context.run(pay.actor, 5); if (context.attempt < 3) throw new Error("by itself"); return paid; } });
    const outcome = await createReprise().execute(work);
    expect(pay.runs).toBe(1);
    if (outcome.status === "failed") expect(outcome.error).toMatchObject({ code: expect.stringMatching(/NOT_REPEATABLE|AMBIGUOUS_REPLAY/u) });
    else expect(outcome).toMatchObject({ value: 5 });
  });

  test("R11: nor does one that paid deeper down, through agents and branches", async () => {
    const pay = counter<number>({ name: "pay", repeatable: false });
    const inner = agent({ name: "inner", run: (_: void, context) => context.map("group", [5], pay.actor) });
    const work = agent({ name: "work", retry: quick, run: async (_: void, context) => { const paid = await context.run(inner); if (context.attempt < 3) throw new Error("by itself"); return paid; } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: [5] });
    expect(pay.runs).toBe(1);
  });

  test("R11: a retried agent that comes with another payment is refused, not served", async () => {
    const pay = counter<number>({ name: "pay", repeatable: false });
    const work = agent({ name: "work", retry: quick, run: async (_: void, context) => { await context.run(pay.actor, context.attempt); if (context.attempt < 3) throw new Error("by itself"); } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "failed", error: { code: "AMBIGUOUS_REPLAY" } });
    expect(pay.runs).toBe(1);
  });

  test("R11: onVersionChange does not make it run again", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let runs = 0;
    const work = (version: string) => { const pay = tool({ name: "pay", repeatable: false, version, onVersionChange: "rerun", run: () => (runs += 1) }); return agent({ name: "work", run: async (_: void, context) => { await context.run(pay); await context.run(point.actor, 0); } }); };
    await world.runUntilCrash(work("one"), undefined, point);
    expect((await world.resume(work("two"))).outcome.status).toBe("failed");
    expect(runs).toBe(1);
  });

  test("R11: the idempotency key stays the same over attempts and restarts, and differs by run, address and input", async () => {
    const world = createWorld();
    const points = [crashPoint(world.disk), crashPoint(world.disk)] as const;
    const keys: string[] = [];
    const leaf = tool({ name: "leaf", retry: quick, run: async (value: string, { idempotencyKey, attempt }) => { keys.push(`${value} ${idempotencyKey}`); if (value === "a" && attempt === 1) throw new Error("once"); if (value === "a" && attempt === 2) await points[0].now(); return value; } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(leaf, "a"); await context.run(leaf, "b"); await context.run(leaf, "b"); } });
    await world.runUntilCrash(work, undefined, points[0]);
    await world.resume(work);
    await world.begin().reprise.execute(work, undefined, { stateId: "another" }).catch(() => undefined);
    const ofA = keys.filter((key) => key.startsWith("a"));
    expect(new Set(ofA.slice(0, 3)).size).toBe(1);
    const all = new Set(keys);
    expect(all.size).toBe(6);
    for (const key of all) expect(key).toMatch(/^[ab] [0-9a-f]{32,}$/u);
    expect((await journalOf(world.disk)).length).toBeGreaterThan(0);
  });
});
