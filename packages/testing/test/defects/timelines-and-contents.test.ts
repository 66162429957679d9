// Defects of going back in a run, of comparing runs, and of contents beside the journal; see addressing-and-replay.test.ts.
import { memoryArtifacts, memoryBackend, truncateRun } from "@reprise/backend-memory";
import { agent, createReprise, tool, type ExecutionState } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { counter, type Counter } from "../../src/index.ts";
import { bothBackends as backends } from "../rules/support/both-backends.ts";
import { journalOf, rejectionOf, stateId } from "../rules/support/world.ts";

describe("timelines", () => {
  /** Three steps that tell who made them; each sees what is in the storage. */
  function pipeline(by: string) {
    const step = (name: string) =>
      tool({
        name,
        run: (input: number, { storage }) => {
          const seen = storage.keys().toSorted().map((key) => `${key}=${storage.get<string>(key)}`).join(",");
          storage.set(name, by);
          return `${name} by ${by} with ${input}, seeing ${seen}`;
        },
      });
    const [a, b, c] = [step("a"), step("b"), step("c")];
    return async (state: ExecutionState, input: number): Promise<string[]> => [await state.run(a, 1), await state.run(b, input), await state.run(c, 3)];
  }

  test("defect-T7: a run resumed from a step is the new timeline only, wherever the new one is cut off and however often", async () => {
    const disk = memoryBackend();
    const first = await createReprise({ backend: disk }).create({ stateId });
    expect(await pipeline("old")(first, 2)).toEqual(["a by old with 1, seeing ", "b by old with 2, seeing a=old", "c by old with 3, seeing a=old,b=old"]);
    await first.saveCheckpoint({ status: "completed" });
    await first.close();

    const resumeFrom = "b::tool_call";
    const whole = memoryBackend({ from: disk.snapshot() });
    const going = await createReprise({ backend: whole }).load(stateId, { resumeFrom });
    const expected = ["a by old with 1, seeing ", "b by new with 200, seeing a=old", "c by new with 3, seeing a=old,b=new"];
    expect(await pipeline("new")(going, 200)).toEqual(expected);
    await going.close();

    const [before, after] = [disk.snapshot().runs[0]?.records.length ?? 0, whole.snapshot().runs[0]?.records.length ?? 0];
    expect(after).toBeGreaterThan(before + 4);
    for (let length = before; length <= after; length += 1) {
      const cut = memoryBackend({ from: truncateRun(whole.snapshot(), stateId, length) });
      for (let life = 0; life < 2; life += 1) {
        const state = await createReprise({ backend: cut }).load(stateId, { resumeFrom });
        const values = await pipeline("new")(state, 200);
        expect(values, `after record ${length}, life ${life}`).toEqual(expected);
        expect(state.history.calls().map(({ value }) => value), `history after record ${length}`).toEqual(expected);
        expect(Object.fromEntries(state.storage.keys().map((key) => [key, state.storage.get(key)]))).toEqual({ a: "old", b: "new", c: "new" });
        await state.close();
      }
    }
  });

  test.each(backends)("defect-T7: what the old timeline wrote after the point is not seen, also not by a plain load later (in %s)", async (_, open) => {
    const backend = await open();
    const first = await createReprise({ backend }).create({ stateId });
    await pipeline("old")(first, 2);
    first.storage.set("late", 1);
    await first.saveCheckpoint({ status: "paused", metadata: { late: true } });
    await first.close();
    await createReprise({ backend }).rewind(stateId, { address: "b::tool_call" });
    const loaded = await createReprise({ backend }).load(stateId);
    expect(Object.fromEntries(loaded.storage.keys().map((key) => [key, loaded.storage.get(key)]))).toEqual({ a: "old" });
    expect(loaded.metadata).toEqual({});
    expect(loaded.history.calls().map(({ address }) => address)).toEqual(["a::tool_call"]);
    expect(await pipeline("new")(loaded, 2)).toEqual(["a by old with 1, seeing ", "b by new with 2, seeing a=old", "c by new with 3, seeing a=old,b=new"]);
    await loaded.close();
  });

  test("defect-T12: an address to resume from that does not exist is an error, and nothing is done", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    await pipeline("old")(state, 2);
    await state.close();
    const before = await journalOf(backend);
    for (const resumeFrom of ["b::agent_call", "b", "bb::tool_call", "x::b::tool_call"]) {
      expect(await rejectionOf(createReprise({ backend }).load(stateId, { resumeFrom })), resumeFrom).toMatchObject({ code: expect.stringMatching(/POINT_NOT_FOUND|INVALID/u) });
    }
    expect(await journalOf(backend)).toEqual(before);
  });

  test("defect-T12: resuming from a step runs that step, not a sibling whose name begins like it", async () => {
    const backend = memoryBackend();
    const ran: string[] = [];
    const step = (name: string) => agent({ name, run: async (_: void, context) => context.run(tool({ name: "leaf", run: () => void ran.push(context.address) })) });
    const names = ["step_1", "step_10", "step", "step_1x"];
    const work = async (state: ExecutionState): Promise<void> => { for (const name of names) await state.run(step(name)); };
    const state = await createReprise({ backend }).create({ stateId });
    await work(state);
    await state.close();
    ran.length = 0;
    const resumed = await createReprise({ backend }).load(stateId, { resumeFrom: "step_10::agent_call" });
    await work(resumed);
    expect(ran).toEqual(["step_10::agent_call", "step::agent_call", "step_1x::agent_call"]);
    await resumed.close();
  });
});

describe.each(backends)("comparing (in %s)", (_, open) => {
  test("defect-T28: another outcome, input or number of attempts at one address is a difference, with its place; equal runs have none", async () => {
    const reprise = createReprise({ backend: await open() });
    const page: Counter<number, object> = counter({ name: "page", run: (number: number) => ({ items: [{ id: number, title: page.runs > 1 ? "new" : "old" }] }) });
    const flaky = (fails: boolean) => tool({ name: "flaky", run: () => { if (fails) throw new Error("down"); return 1; } });
    for (const [id, fails, input] of [["a", true, 1], ["b", false, 1], ["c", false, 7]] as const) {
      const state = await reprise.create({ stateId: id });
      await state.run(page.actor, input);
      await state.try(flaky(fails));
      state.storage.set("seen", { n: input });
      await state.close();
    }
    const diff = await reprise.diff({ stateId: "a" }, { stateId: "b" });
    expect(diff.equal).toBe(false);
    expect([diff.newCalls, diff.removedCalls, diff.changedStorage]).toEqual([[], [], []]);
    expect(diff.changedCalls.map(({ address, differences }) => [address, differences.map(({ path }) => path)])).toEqual([
      ["flaky::tool_call", expect.arrayContaining(["status"])],
      ["page::tool_call", ["value.items[0].title"]],
    ]);
    const other = await reprise.diff({ stateId: "b" }, { stateId: "c" });
    expect(other.changedCalls.map(({ address, differences }) => [address, differences.map(({ path }) => path)])).toEqual([["page::tool_call", ["input", "value.items[0].id"]]]);
    expect(other.changedStorage).toMatchObject([{ key: "seen", before: { n: 1 }, after: { n: 7 } }]);
    expect((await reprise.diff({ stateId: "a" }, { stateId: "a" })).equal).toBe(true);
  });

  test("defect-T24: two checkpoints of one run can be compared, at any time later", async () => {
    const backend = await open();
    const note = tool({ name: "note", run: (text: string) => text });
    const state = await createReprise({ backend }).create({ stateId });
    await state.run(note, "one");
    const first = await state.saveCheckpoint({ metadata: { at: "first" } });
    state.storage.set("k", 1);
    await state.run(note, "two");
    const second = await state.saveCheckpoint({ metadata: { at: "second" } });
    await state.run(note, "three");
    await state.close();
    const later = createReprise({ backend });
    expect((await later.checkpoints(stateId)).map(({ seq, metadata }) => [seq, metadata])).toEqual([[first, { at: "first" }], [second, { at: "second" }]]);
    const diff = await later.diff({ stateId, at: first }, { stateId, at: second });
    expect(diff.newCalls.map(({ address, value }) => [address, value])).toEqual([["note#2::tool_call", "two"]]);
    expect(diff.changedStorage).toMatchObject([{ key: "k", after: 1 }]);
    expect(diff.removedCalls).toEqual([]);
  });
});

describe("contents", () => {
  const large = { text: "x".repeat(50_000), falsy: [0, "", false, null, undefined], when: new Date(5) };

  test("defect-T21: the journal holds references and no second copy; a content that is gone or damaged is an error, never another value", async () => {
    const artifacts = memoryArtifacts();
    const backend = { ...memoryBackend(), artifacts };
    const puts = tool({ name: "puts", run: (_: void, context) => { context.artifacts.put("report", large); context.artifacts.put("nothing", 0); } });
    const state = await createReprise({ backend }).create({ stateId });
    await state.run(puts);
    await state.saveCheckpoint({ status: "paused" });
    await state.close();
    expect(JSON.stringify(await journalOf(backend)).length).toBeLessThan(3_000);

    const loaded = await createReprise({ backend }).load(stateId);
    expect(await loaded.artifacts.get("report")).toEqual(large);
    expect(await loaded.artifacts.get("nothing")).toBe(0);
    await loaded.close();

    const lost = await createReprise({ backend: { ...backend, artifacts: memoryArtifacts() } }).load(stateId);
    expect((await rejectionOf(lost.artifacts.get("report"))).code).toBe("NOT_FOUND");
    expect(await lost.artifacts.get("never put")).toBeUndefined();
    await lost.close();
  });

  test("defect-T22: a content is named by its bytes alone: equal ones are one, whatever run made them, and what cannot be stored is refused with its path", async () => {
    const artifacts = memoryArtifacts();
    const reprise = createReprise({ backend: { ...memoryBackend(), artifacts } });
    const ids: (string | undefined)[] = [];
    for (const value of [large, structuredClone(large), { ...large, text: ["x".repeat(25_000), "x".repeat(25_000)].join("") }]) {
      const state = await reprise.create();
      state.artifacts.put("a", value);
      ids.push(state.artifacts.reference("a")?.id);
      expect(() => state.artifacts.put("b", { socket: [() => 1] })).toThrow(expect.objectContaining({ code: "NOT_ENCODABLE", message: expect.stringContaining("socket[0]") }));
      expect(state.artifacts.names()).toEqual(["a"]);
      await state.close();
    }
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/u);
  });
});
