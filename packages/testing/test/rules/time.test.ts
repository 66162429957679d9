import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type AgentContext } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { virtualSystem, type VirtualSystem } from "../../src/index.ts";
import { backendWith, crashPoint, createWorld, journalOf, rejectionOf, stateId, type World } from "./support/world.ts";

const echo = tool({ name: "echo", run: (text: string) => text });

function agentOf<Output>(run: (context: AgentContext) => Promise<Output>) {
  return agent({ name: "work", run: (_input: void, context) => run(context) });
}

/** Runs until a time and dies there. */
async function dieAt(world: World, system: VirtualSystem, ms: number, run: (context: AgentContext) => Promise<unknown>): Promise<void> {
  void world.begin({ system }).reprise.execute(agentOf(run), undefined, { stateId });
  await system.advance(ms);
  world.disk.crash();
}

describe("I5: sleep", () => {
  test("I5: a sleep lasts as long as asked, has an address and leaves started, awaiting and completed", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld();
    const { reprise, heard } = world.begin({ system });
    const sleeper = agentOf(async (context) => {
      await context.sleep(20_000);
      await context.sleep(new Date(25_000), { key: "b" });
      return system.now();
    });
    expect(await system.runUntil(reprise.execute(sleeper))).toMatchObject({ status: "completed", value: 25_000 });
    const sleeps = heard.of("event").filter(({ type }) => type === "sleep_call");
    expect(sleeps.map(({ address, status }) => `${address} ${status}`)).toEqual([
      ...["started", "awaiting", "completed"].map((status) => `work::sleep::sleep_call ${status}`),
      ...["started", "awaiting", "completed"].map((status) => `work::sleep[b]::sleep_call ${status}`),
    ]);
    expect(sleeps.filter(({ status }) => status === "awaiting")).toMatchObject([{ dueAt: 21_000, delayMs: 20_000 }, { dueAt: 25_000 }]);
  });

  test("I5: a restart waits only the rest, and a time that has passed meanwhile not at all", async () => {
    for (const [resumedAt, expected] of [[15_000, 20_000], [90_000, 90_000]] as const) {
      const world = createWorld();
      const work = (context: AgentContext): Promise<string> => context.sleep(20_000).then(() => "slept");
      await dieAt(world, virtualSystem(), 12_000, work);
      const system = virtualSystem({ now: resumedAt });
      const { outcome } = await system.runUntil(world.resume(agentOf(work), undefined, { system }));
      expect(outcome).toMatchObject({ status: "completed", value: "slept" });
      expect(system.now()).toBe(expected);
    }
  });

  test("I5: a clock that went back makes no delay longer than it was; a date is what the clock says", async () => {
    const world = createWorld();
    const work = async (context: AgentContext): Promise<void> => {
      await context.sleep(20_000);
      await context.sleep(new Date(120_000));
    };
    await dieAt(world, virtualSystem({ now: 100_000 }), 5_000, work);
    const system = virtualSystem({ now: 50_000 });
    const { outcome, heard } = await system.runUntil(world.resume(agentOf(work), undefined, { system, suspendAfterMs: 1e9 }));
    expect(outcome.status).toBe("completed");
    expect(heard.of("event").filter(({ type, status }) => type === "sleep_call" && status === "completed").map(({ at }) => at)).toEqual([70_000, 120_000]);
  });

  test("R2: the recorded winner of a race of a call against a sleep wins again, however late the process comes", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const slow = (system: VirtualSystem) => tool({ name: "slow", run: () => new Promise<string>((resolve) => system.setTimer(10_000, () => resolve("call"))) });
    const racing = (system: VirtualSystem, ms: number) =>
      agentOf(async (context) => {
        const winner = await Promise.race([context.run(slow(system)), context.sleep(ms).then(() => "sleep")]);
        await context.run(point.actor, winner);
        return winner;
      });
    const before = virtualSystem();
    await before.runUntil(world.runUntilCrash(racing(before, 5_000), undefined, point, { system: before }));
    const after = virtualSystem({ now: 1e6 });
    expect((await after.runUntil(world.resume(racing(after, 5_000), undefined, { system: after }))).outcome).toMatchObject({ value: "sleep" });
  });

  test("I1: a sleep nobody waits for any more is cancelled when its agent ends, and no timer is left", async () => {
    const system = virtualSystem();
    const { reprise, heard } = createWorld().begin({ system });
    const outcome = reprise.execute(agentOf((context) => Promise.race([context.sleep(20_000), context.run(echo, "first")])));
    expect(await system.runUntil(outcome)).toMatchObject({ status: "completed", value: "first" });
    expect(heard.of("event").filter(({ type }) => type === "sleep_call").at(-1)).toMatchObject({ status: "cancelled" });
    expect(system.pending.timers).toBe(0);
    expect(system.now()).toBe(0);
  });

  test("T6: a sleep may be longer than a timer can count", async () => {
    const state = await createReprise({ suspendAfterMs: Number.POSITIVE_INFINITY }).create();
    const early = await Promise.race([state.sleep(new Date(Date.now() + 2 ** 31 * 1_000)).catch(() => "closed"), new Promise((resolve) => setTimeout(resolve, 20, "asleep"))]);
    expect(early).toBe("asleep");
    await state.close();
  });

  test("I5: what is no time is refused with the option, the rule and the value", async () => {
    const state = await createReprise().create();
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), "5", undefined]) {
      expect(await rejectionOf(state.sleep(wrong as number))).toMatchObject({ code: "INVALID_OPTION", path: "duration" });
    }
    expect(await rejectionOf(state.sleep(1, { key: "" }))).toMatchObject({ code: "INVALID_OPTION", path: "key" });
    await state.close();
  });
});

describe("I5: time and chance", () => {
  test("I5: now is told again as recorded, rides with the next record, and goes on with the clock behind the record", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const work = agentOf(async (context) => {
      const times = [context.now(), context.now()];
      await context.sleep(1_000);
      times.push(context.now());
      await context.run(point.actor, "x");
      return [...times, context.now()];
    });
    const before = virtualSystem({ now: 7 });
    await before.runUntil(world.runUntilCrash(work, undefined, point, { system: before }));
    const after = virtualSystem({ now: 50_000 });
    const { outcome } = await after.runUntil(world.resume(work, undefined, { system: after }));
    expect(outcome).toMatchObject({ status: "completed", value: [7, 7, 1_007, 50_000] });
  });

  test("I5: an input made of now finds its record again", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let runs = 0;
    const stamp = tool({ name: "stamp", run: (at: number) => { runs += 1; return at; } });
    const work = agentOf(async (context) => {
      const stamps = await context.map("stamps", [1, 2, 3], async (_item, branch) => branch.run(stamp, branch.now()));
      await context.run(point.actor, "x");
      return stamps;
    });
    const before = virtualSystem({ now: 7 });
    await before.runUntil(world.runUntilCrash(work, undefined, point, { system: before }));
    const after = virtualSystem({ now: 50_000 });
    expect((await after.runUntil(world.resume(work, undefined, { system: after }))).outcome).toMatchObject({ value: [7, 7, 7] });
    expect(runs).toBe(3);
  });

  test("T7: a retried agent that reuses its children is told the time they were told; one that runs afresh, the present one", async () => {
    for (const [retryChildren, expected] of [["reuse", [7, 7]], ["afresh", [7, 5_007]]] as const) {
      const system = virtualSystem({ now: 7 });
      const told: number[] = [];
      const drawn: number[] = [];
      const work = agent({
        name: "work",
        retryChildren,
        retry: { config: {}, maxAttempts: 2, decide: ({ failures }) => (failures < 2 ? { retry: true, delayMs: 0 } : { retry: false, reason: "exhausted" }) },
        run: async (_input: void, context) => {
          told.push(context.now());
          drawn.push(context.random());
          await context.sleep(5_000);
          if (context.attempt === 1) throw new Error("no");
        },
      });
      await system.runUntil(createReprise({ system }).execute(work));
      expect(told).toEqual(expected);
      expect(drawn[0] === drawn[1]).toBe(retryChildren === "reuse");
    }
  });

  test("I5: random and uuid need no record, are the same on replay, and differ by run, scope and count", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[][] = [];
    const work = agentOf(async (context) => {
      const branches = await context.map("parts", [1, 2], async (_item, branch) => [branch.random(), branch.uuid()]);
      seen.push([context.random(), context.random(), context.uuid(), context.uuid(), ...branches.flat()]);
      await context.run(point.actor, "x");
    });
    await world.runUntilCrash(work, undefined, point);
    await world.resume(work);
    expect(seen[0]).toHaveLength(8);
    expect(new Set(seen[0]).size).toBe(8);
    expect(seen[1]).toEqual(seen[0]);
    await world.begin().reprise.execute(work, undefined, { stateId: "another" });
    expect(seen[2]?.some((value) => seen[0]?.includes(value))).toBe(false);
    for (const value of seen[0] ?? []) {
      if (typeof value === "number") expect(value >= 0 && value < 1).toBe(true);
      else expect(value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
    }
    expect((await world.journal()).some(({ k }) => k === "now")).toBe(false);
  });

  test("I1: a context that has ended tells neither time nor chance", async () => {
    let kept: AgentContext | undefined;
    await createReprise().execute(agentOf(async (context) => void (kept = context)));
    for (const verb of ["now", "random", "uuid"] as const) expect(() => kept?.[verb]()).toThrow(expect.objectContaining({ code: expect.stringMatching(/SCOPE_CLOSED|CLOSED/u) }));
  });
});

test.each<[string, (context: AgentContext) => Promise<unknown>, string]>([
  ["sleep", (context) => context.sleep(100_000), "work::sleep::sleep_call"],
  ["wait", (context) => context.waitFor("answer"), "work::answer::wait_call"],
])("I5, I4: a %s of which only the beginning was stored has an end from when it is entered again", async (_, pause, address) => {
  const system = virtualSystem();
  const work = agent({ name: "work", run: async (_input: void, context) => (await pause(context)) ?? "slept" });
  const before = memoryBackend();
  await system.runUntil(createReprise({ backend: before, system }).execute(work, undefined, { stateId }));
  const records = await journalOf(before);
  const backend = await backendWith(records.slice(0, records.findIndex(({ a }) => a === address) + 1));
  const reprise = createReprise({ backend, system });
  expect((await system.runUntil(reprise.resume(work, stateId))).status).toBe("awaiting");
  expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
  if (address.endsWith("wait_call")) await reprise.answer(stateId, "answer", "answered");
  else await system.advance(100_000);
  expect((await system.runUntil(reprise.resume(work, stateId))).status).toBe("completed");
});
