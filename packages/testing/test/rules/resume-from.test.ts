import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type ExecutionState, type Reprise } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { counter, faultyBackend, recordingSubscriber, virtualSystem } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { journalOf, rejectionOf, stateId } from "./support/world.ts";

/** The three steps of the pipeline, and how often each ran. */
function steps() {
  return {
    addOne: counter({ name: "add_one", run: (value: number) => value + 1 }),
    multiply: counter({ name: "multiply_by_two", run: (value: number) => value * 2 }),
    addTen: counter({ name: "add_ten", run: (value: number) => value + 10 }),
  };
}

const middle = "multiply_by_two::tool_call";

/** The pipeline by hand, with another input for the middle step if one is given. */
async function drive(state: ExecutionState, { addOne, multiply, addTen }: ReturnType<typeof steps>, forMiddle?: number): Promise<number> {
  const one = await state.run(addOne.actor, 10);
  const two = await state.run(multiply.actor, forMiddle ?? one);
  const three = await state.run(addTen.actor, two);
  state.storage.set("result", three);
  return three;
}

async function firstRun(reprise: Reprise, all: ReturnType<typeof steps>): Promise<void> {
  const state = await reprise.create({ stateId });
  await drive(state, all);
  await state.saveCheckpoint({ status: "completed" });
  await state.close();
}

describe.each(stores)("R9: resumeFrom, on %s", (_, open) => {
  test("R9: steps before the address are reused, the step runs again with a new input, and so does everything after", async () => {
    const store = await open();
    const all = steps();
    await firstRun(createReprise({ backend: store.backend }), all);
    const heard = recordingSubscriber();
    const state = await createReprise({ backend: store.reopen(), subscribers: [heard] }).load(stateId, { resumeFrom: middle });
    expect([state.resumeFrom, state.status, state.storage.get("result")]).toEqual([middle, "paused", undefined]);
    const first = await state.try(all.addOne.actor, 10);
    expect(first).toMatchObject({ value: 11, replayed: true });
    expect(state.resumeFrom).toBe(middle);
    const second = await state.try(all.multiply.actor, 100);
    expect(second).toMatchObject({ value: 200, replayed: false, address: middle });
    expect(state.resumeFrom).toBeNull();
    const third = await state.try(all.addTen.actor, 200);
    expect(third).toMatchObject({ value: 210, replayed: false });
    expect(heard.of("log")).toEqual([]);
    await state.saveCheckpoint({ status: "completed" });
    await state.close();
  });

  test("R9: a load that finds its own cut unfinished goes on with it; one that finds it completed cuts again", async () => {
    const store = await open();
    const all = steps();
    await firstRun(createReprise({ backend: store.backend }), all);
    const lengths: number[] = [];
    for (let life = 0; life < 3; life += 1) {
      const heard = recordingSubscriber();
      const reprise = createReprise({ backend: store.reopen(), subscribers: [heard] });
      const state = await reprise.load(stateId, { resumeFrom: middle });
      await state.run(all.addOne.actor, 10);
      await state.run(all.multiply.actor, 100);
      expect(state.resumeFrom).toBeNull();
      await state.close();
      lengths.push((await journalOf(store.reopen())).filter((record) => record.k === "cut").length);
      expect(heard.of("log").map(({ code, address }) => [code, address])).toEqual(life === 0 ? [] : [["RESUME_CONTINUED", middle]]);
    }
    expect([lengths, all.multiply.runs, all.addTen.runs]).toEqual([[1, 1, 1], 2, 1]);
    const last = await createReprise({ backend: store.reopen() }).load(stateId, { resumeFrom: middle });
    await drive(last, all, 100);
    await last.saveCheckpoint({ status: "completed" });
    await last.close();
    expect([all.multiply.runs, all.addTen.runs]).toEqual([2, 2]);
    const again = await createReprise({ backend: store.reopen() }).load(stateId, { resumeFrom: middle });
    expect(await drive(again, all, 1_000)).toBe(2_010);
    expect([all.addOne.runs, all.multiply.runs, all.addTen.runs]).toEqual([1, 3, 3]);
    await again.close();
  });
});

describe("R9: a crash while a run resumes from an address", () => {
  test.each([true, false])("R9, defect-T7: after a crash in any append (written: %s) no value of the old timeline mixes with the new one", async (written) => {
    const seen: unknown[] = [];
    for (let crashAt = 1; ; crashAt += 1) {
      const system = virtualSystem();
      const memory = memoryBackend({ system });
      const all = steps();
      await system.runUntil(firstRun(createReprise({ backend: memory, system }), all));
      const disk = faultyBackend(memory, { system, faults: { append: { [crashAt]: { kind: "crash", done: written } } } });
      /** What a supervisor starts again and again, always with the same options. */
      const life = async (): Promise<unknown> => {
        const state = await createReprise({ backend: disk, system }).load(stateId, { resumeFrom: middle });
        const value = await drive(state, all, 100);
        const found = [value, state.storage.get("result"), state.history.calls().map((call) => call.value)];
        await state.saveCheckpoint({ status: "completed" });
        await state.close();
        return found;
      };
      let found = await outcomeOf(system, life());
      const crashed = found === "died";
      if (crashed) found = await outcomeOf(system, life());
      seen.push(found);
      expect(found).toEqual([210, 210, [11, 200, 210]]);
      // Once, and once more where its outcome was lost.
      expect(all.addOne.runs).toBe(1);
      expect(all.multiply.runs).toBeLessThanOrEqual(3);
      if (!crashed) break;
    }
    // The cut, and every append of what ran again.
    expect(seen.length).toBeGreaterThan(6);
  });

  test("R9: the same for an agent whose storage and calls depend on the step", async () => {
    for (let crashAt = 1; ; crashAt += 1) {
      const system = virtualSystem();
      const memory = memoryBackend({ system });
      const all = steps();
      const input: { forMiddle?: number } = {};
      const work = agent({
        name: "work",
        run: async (value: number, context) => {
          const one = await context.run(all.addOne.actor, value);
          context.storage.add("count", 1);
          const two = await context.run(all.multiply.actor, input.forMiddle ?? one, { key: "middle" });
          const list = await context.map("tens", [two, two + 1], all.addTen.actor);
          return { list, count: context.storage.get("count") };
        },
      });
      expect(await system.runUntil(createReprise({ backend: memory, system }).execute(work, 10, { stateId }))).toMatchObject({ value: { list: [32, 33], count: 1 } });
      input.forMiddle = 100;
      const disk = faultyBackend(memory, { system, faults: { append: { [crashAt]: { kind: "crash", done: crashAt % 2 === 0 } } } });
      const life = (): Promise<unknown> => createReprise({ backend: disk, system }).execute(work, 10, { stateId, resumeFrom: "work::multiply_by_two[middle]::tool_call" });
      let found = await outcomeOf(system, life());
      const crashed = found === "died";
      if (crashed) found = await outcomeOf(system, life());
      expect(found).toMatchObject({ status: "completed", value: { list: [210, 211], count: 1 } });
      expect(all.addOne.runs).toBe(1);
      if (!crashed) break;
    }
  });

  async function outcomeOf(system: ReturnType<typeof virtualSystem>, life: Promise<unknown>): Promise<unknown> {
    try {
      return await system.runUntil(life);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("nothing is left that could settle")) return "died";
      throw error;
    }
  }
});

describe("R9: what resumeFrom refuses", () => {
  test("R9, defect-T12: an unknown address is an error with the nearest ones, and nothing is cut", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    await firstRun(reprise, steps());
    const before = await journalOf(backend);
    for (const verb of [() => reprise.load(stateId, { resumeFrom: "multiply_by_tow::tool_call" }), () => reprise.resume(steps().addOne.actor, stateId, { resumeFrom: "multiply_by_tow::tool_call" })]) {
      expect(await rejectionOf(verb())).toMatchObject({ code: "POINT_NOT_FOUND", nearest: [middle, expect.anything(), expect.anything()] });
    }
    expect(await journalOf(backend)).toEqual(before);
    expect((await reprise.head(stateId))?.lease).toBe("none");
  });

  test("R9, defect-T12: only what encloses the address is entered again, not what shares its beginning", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const entered: string[] = [];
    const leaf = counter<number>({ name: "step" });
    const named = (name: string) => agent({ name, run: async (value: number, context) => { entered.push(context.address); return context.run(leaf.actor, value); } });
    const [step, stepOne] = [named("step"), named("step_1")];
    const work = agent({ name: "work", run: async (_: void, context) => { entered.push(context.address); return [await context.run(step, 1), await context.run(stepOne, 2), await context.run(leaf.actor, 3)]; } });
    const first = await reprise.execute(work, undefined, { stateId });
    entered.length = 0;
    expect(await reprise.resume(work, stateId, { resumeFrom: "work::step_1::step::tool_call" })).toEqual(first);
    expect(entered).toEqual(["work::agent_call", "work::step_1::agent_call"]);
    expect(leaf.runs).toBe(5);
  });

  test("R9: a run that ends without having reached the point stops with a typed error, nothing is recorded, and code that reaches it goes on", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const all = steps();
    const work = (skips: boolean) => agent({ name: "work", run: async (value: number, context) => { const one = await context.run(all.addOne.actor, value); return skips ? one : context.run(all.multiply.actor, one); } });
    await reprise.execute(work(false), 10, { stateId });
    const resumeFrom = "work::multiply_by_two::tool_call";
    expect(await reprise.resume(work(true), stateId, { resumeFrom })).toMatchObject({ status: "failed", error: { code: "POINT_NOT_REACHED", address: resumeFrom, stateId } });
    expect((await journalOf(backend)).at(-1)).toMatchObject({ k: "cut" });
    expect(await reprise.resume(work(true), stateId, { resumeFrom })).toMatchObject({ status: "failed", error: { code: "POINT_NOT_REACHED" } });
    expect(await reprise.resume(work(false), stateId, { resumeFrom })).toMatchObject({ status: "completed", value: 22 });
    expect((await journalOf(backend)).filter((record) => record.k === "cut")).toHaveLength(1);
  });

  test("R9: a run that fails before the point fails as it does", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    const work = (fails: boolean) => agent({ name: "work", run: async (value: number, context) => { const one = await context.run(all.addOne.actor, value); if (fails) throw new Error("on the way"); return context.run(all.multiply.actor, one); } });
    await reprise.execute(work(false), 10, { stateId });
    expect(await reprise.resume(work(true), stateId, { resumeFrom: "work::multiply_by_two::tool_call" })).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED", cause: { message: "on the way" } } });
  });

  test("R9: a run driven by hand is not completed before the point was reached, but may rest", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    await firstRun(reprise, all);
    const state = await reprise.load(stateId, { resumeFrom: middle });
    await state.run(all.addOne.actor, 10);
    expect(await rejectionOf(state.saveCheckpoint({ status: "completed" }))).toMatchObject({ code: "POINT_NOT_REACHED", address: middle });
    await state.saveCheckpoint({ status: "paused" });
    await state.run(all.multiply.actor, 11);
    await state.saveCheckpoint({ status: "completed" });
    await state.close();
  });

  test("R9: it needs a run that exists, and is a text", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const { actor } = steps().addOne;
    expect(await rejectionOf(reprise.execute(actor, 1, { stateId: "new", resumeFrom: "add_one::tool_call" }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await reprise.head("new")).toBeUndefined();
    expect(await rejectionOf(reprise.load("new", { resumeFrom: "add_one::tool_call" }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.create({ stateId: "new", resumeFrom: "add_one::tool_call" } as never))).toMatchObject({ code: "INVALID_OPTION", path: "resumeFrom" });
    for (const resumeFrom of ["", 1, null] as never[]) expect(await rejectionOf(reprise.load("new", { resumeFrom }))).toMatchObject({ code: "INVALID_OPTION", path: "resumeFrom" });
  });

  test("R9: a run resumed from its root begins again with its recorded input, or with another one", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    const work = agent({ name: "work", run: (value: number, context) => context.run(all.addOne.actor, value) });
    await reprise.execute(work, 10, { stateId });
    expect(await reprise.resume(work, stateId, { resumeFrom: "work::agent_call" })).toMatchObject({ value: 11 });
    expect(await reprise.execute(work, 20, { stateId, resumeFrom: "work::agent_call" })).toMatchObject({ value: 21 });
    expect(all.addOne.runs).toBe(3);
  });

  test("R11: what must not happen twice is in reach of resumeFrom, too", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const pay = counter<number>({ name: "pay", repeatable: false });
    const plan = tool({ name: "plan", run: (value: number) => value });
    const work = agent({ name: "work", run: async (value: number, context) => context.run(pay.actor, await context.run(plan, value)) });
    await reprise.execute(work, 5, { stateId });
    const before = await journalOf(backend);
    const resumeFrom = "work::plan::tool_call";
    expect(await rejectionOf(reprise.resume(work, stateId, { resumeFrom }))).toMatchObject({ code: "NOT_REPEATABLE", addresses: ["work::pay::tool_call"] });
    expect(await journalOf(backend)).toEqual(before);
    expect(await reprise.resume(work, stateId, { resumeFrom, allowRepeat: ["work::pay::tool_call"] })).toMatchObject({ value: 5 });
    expect(pay.runs).toBe(2);
  });
});
