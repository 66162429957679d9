import { agent, createReprise, RepriseError, tool, type AutoCheckpointOptions, type CheckpointNotice, type RepriseOptions } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { virtualSystem } from "../../src/index.ts";
import { recordingBackend } from "./support/recording-backend.ts";
import { createWorld, journalOf, latch, rejectionOf, stateId, turns } from "./support/world.ts";

const directory = mkdtempSync(join(tmpdir(), "reprise-auto-checkpoint-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let disks = 0;
const backends: readonly (readonly [string, () => StateBackend])[] = [
  ["memory", () => memoryBackend()],
  ["fs", () => fsBackend({ dir: join(directory, String((disks += 1))) })],
];

const leaf = tool({ name: "leaf", run: (value: number) => value });
const sum = agent({ name: "sum", run: async (values: number[], context) => { let total = 0; for (const value of values) total += await context.run(leaf, value); return total; } });

async function kindsAfter(autoCheckpoint: AutoCheckpointOptions | false, values: number[], options: RepriseOptions = {}): Promise<string> {
  const backend = memoryBackend();
  await createReprise({ ...options, backend, autoCheckpoint }).execute(sum, values, { stateId });
  return (await journalOf(backend)).map((record) => (record.k === "checkpoint" ? (record["auto"] === 1 ? "A" : "C") : (record.k[0] as string))).join("");
}

describe("S3: autoCheckpoint", () => {
  test.each<[AutoCheckpointOptions | false, string]>([
    [false, "rsscscsccC"],
    [{ after: ["tool_call"] }, "rsscAscAscAcC"],
    // The end of the run is a checkpoint itself.
    [{ after: ["agent_call"] }, "rsscscsccC"],
    [{ after: ["llm_call", "group"] }, "rsscscsccC"],
    [{ everyEvents: 3 }, "rsscAscsAccC"],
    [{ everyEvents: 100 }, "rsscscsccC"],
    [{ after: ["tool_call"], everyEvents: 1 }, "rsAsAcAsAcAsAcAcC"],
  ])("S3: a checkpoint follows what is asked for: %o", async (options, expected) => {
    // A started agent rides with its first call: what is due after both follows once.
    expect(await kindsAfter(options, [1, 2, 3])).toBe(options !== false && options.everyEvents === 1 ? expected.replace("rsAsA", "rssA") : expected);
  });

  test("S3: it goes with the append it follows: no append, header or sync of its own, the run keeps its status", async () => {
    for (const autoCheckpoint of [false, { after: ["tool_call"] }] as const) {
      const backend = recordingBackend("power");
      const reprise = createReprise({ backend, autoCheckpoint });
      await reprise.execute(sum, [1, 2], { stateId });
      expect(backend.appends.map(({ records }) => records.map((record) => record.k).filter((kind) => kind !== "checkpoint"))).toEqual([["run"], ["started", "started"], ["completed"], ["started"], ["completed"], ["completed"]]);
      expect(backend.appends.map(({ options }) => options.header?.status)).toEqual(["running", undefined, undefined, undefined, undefined, "completed"]);
      if (autoCheckpoint) expect(backend.appends[2]?.records).toMatchObject([{ k: "completed" }, { k: "checkpoint", status: "running", auto: 1 }]);
    }
  });

  test("S3: the end of a call counts, not an attempt that is tried again", async () => {
    const backend = memoryBackend();
    let runs = 0;
    const flaky = tool({ name: "flaky", retry: retry({ maxAttempts: 3, initialDelayMs: 0 }), run: () => { runs += 1; throw new Error("no"); } });
    const state = await createReprise({ backend, autoCheckpoint: { after: ["tool_call"] } }).create({ stateId });
    await state.try(flaky);
    await state.close();
    expect(runs).toBe(3);
    expect((await journalOf(backend)).map((record) => record.k)).toEqual(["run", "started", "failed", "retrying", "restarted", "failed", "retrying", "restarted", "failed", "checkpoint"]);
  });

  test.each(backends)("S3: only the last `keep` are listed, and those that were asked for always (%s)", async (_, backendOf) => {
    const backend = backendOf();
    const reprise = createReprise({ backend, autoCheckpoint: { after: ["tool_call"], keep: 2 } });
    const state = await reprise.create({ stateId });
    const notices: CheckpointNotice[] = [];
    state.on("checkpoint", (notice) => void notices.push(notice));
    for (let value = 0; value < 5; value += 1) {
      await state.run(leaf, value);
      if (value === 1) await state.saveCheckpoint({ metadata: { note: "mine" } });
    }
    await state.close();
    const listed = await reprise.checkpoints(stateId);
    expect(listed.map(({ status, automatic, metadata }) => [status, automatic, metadata["note"]])).toEqual([["running", undefined, "mine"], ["running", true, "mine"], ["running", true, "mine"]]);
    expect(notices.map((notice) => notice.automatic)).toEqual([true, true, undefined, true, true, true]);
    expect((await journalOf(backend)).filter((record) => record.k === "checkpoint")).toHaveLength(6);
    // Each one that is listed can be gone back to.
    const last = listed.at(-2);
    await reprise.rewind(stateId, { checkpoint: last?.seq ?? 0 });
    expect((await reprise.checkpoints(stateId)).at(-1)?.seq).toBe(last?.seq);
  });

  test("S3: everyMs: at the latest so long after the first event without one, also while a call runs; it keeps no process alive and nothing is left of it", async () => {
    const system = virtualSystem();
    const backend = memoryBackend({ system });
    const state = await system.runUntil(createReprise({ backend, system, autoCheckpoint: { everyMs: 1_000 } }).create({ stateId }));
    const done = latch();
    const slow = tool({ name: "slow", run: async () => { await done.promise; return 1; } });
    const at = async (): Promise<number[]> => (await journalOf(backend)).filter((record) => record.k === "checkpoint").map((record) => record.at);
    await system.advance(5_000);
    expect(await at()).toEqual([]);
    const call = state.run(slow);
    await system.advance(300);
    await system.runUntil(state.run(leaf, 1));
    await system.advance(2_000);
    expect(await at()).toEqual([6_000]);
    done.open();
    await system.runUntil(call);
    await system.advance(500);
    expect(await at()).toEqual([6_000]);
    await system.runUntil(state.close());
    expect(system.pending).toEqual({ turns: 0, timers: 0 });
  });

  test("S3: at the durability checkpoint they are what makes progress durable", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const kept: number[] = [];
    const options: RepriseOptions = { system, durability: "checkpoint", autoCheckpoint: { everyEvents: 4 } };
    const state = await system.runUntil(world.begin(options).reprise.create({ stateId }));
    for (let value = 1; value <= 5; value += 1) {
      await system.runUntil(state.run(leaf, value));
      kept.push((await world.journal().catch(() => [])).filter((record) => record.k === "completed").length);
    }
    expect(kept).toEqual([0, 2, 2, 4, 4]);
    world.disk.crash();
    const again = await system.runUntil(world.begin({ system }).reprise.load(stateId));
    expect(again.history.calls().map((call) => call.value)).toEqual([1, 2, 3, 4]);
    await system.runUntil(again.close());
  });

  test("S3: said for a run it counts instead of what the Reprise says; false is none; a resumed run goes on counting", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend, autoCheckpoint: { after: ["tool_call"] } });
    const checkpoints = async (): Promise<number> => (await journalOf(backend)).filter((record) => record.k === "checkpoint").length;
    const first = await reprise.create({ stateId, autoCheckpoint: false });
    await first.run(leaf, 1);
    await first.close();
    expect(await checkpoints()).toBe(0);
    const second = await reprise.load(stateId, { autoCheckpoint: { everyEvents: 4 } });
    expect(await second.run(leaf, 1)).toBe(1);
    await second.run(leaf, 2, { key: "two" });
    expect(await checkpoints()).toBe(0);
    await second.run(leaf, 3, { key: "three" });
    expect(await checkpoints()).toBe(1);
    await second.close();
    const third = await reprise.load(stateId);
    await third.run(leaf, 4, { key: "four" });
    expect(await checkpoints()).toBe(2);
    await third.close();
  });

  test.each<[unknown, string]>([
    [true, "autoCheckpoint"],
    [{}, "autoCheckpoint"],
    [{ keep: 3 }, "autoCheckpoint"],
    [{ after: [] }, "autoCheckpoint.after"],
    [{ after: "tool_call" }, "autoCheckpoint.after"],
    [{ after: ["tool"] }, "autoCheckpoint.after"],
    [{ everyEvents: 0 }, "autoCheckpoint.everyEvents"],
    [{ everyEvents: 1.5 }, "autoCheckpoint.everyEvents"],
    [{ everyMs: -1 }, "autoCheckpoint.everyMs"],
    [{ everyMs: Infinity }, "autoCheckpoint.everyMs"],
    [{ everyMs: 5, keep: 0 }, "autoCheckpoint.keep"],
  ])("S3: %o is refused", async (autoCheckpoint, path) => {
    const options = { autoCheckpoint } as { autoCheckpoint: AutoCheckpointOptions };
    expect(() => createReprise(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
    expect(await rejectionOf(createReprise().create(options))).toMatchObject({ code: "INVALID_OPTION", path });
  });
});

test("H6: after a checkpoint that could not be stored, the state shows the status and metadata that are", async () => {
  const backend = recordingBackend();
  const state = await createReprise({ backend }).create({ stateId, metadata: { tags: ["a"] } });
  await state.run(leaf, 1);
  backend.failAt((append) => append.records.some((record) => record.k === "checkpoint"), () => new RepriseError("NO_SPACE", "the disk is full"));
  expect(await rejectionOf(state.saveCheckpoint({ status: "completed", metadata: { tags: ["b"], result: 5 } }))).toMatchObject({ code: "NO_SPACE" });
  await turns();
  expect(state.status).toBe("running");
  expect(state.metadata).toEqual({ tags: ["a"] });
  await state.close();
  expect(state.metadata).toEqual({ tags: ["a"] });
});
