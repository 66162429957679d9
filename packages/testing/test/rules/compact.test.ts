import { agent, createReprise, tool } from "@reprise/core";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { memoryBackend } from "@reprise/backend-memory";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addOne, counter } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { backendWith, journalOf, rejectionOf, stateId } from "./support/world.ts";

// How to know that it works: whatever was recorded and rewound before, a compacted run shows what it showed, verifies, reuses what it
// would have reused, can be gone back to every point it could be gone back to in what is kept, and has forgotten what is not; and
// what it still has is byte for byte where it was.

const step = (name: string) => tool({ name, run: (value: number) => value + 1 });

function withoutCompact(writer: StateWriter): StateWriter {
  const { compact: _, ...rest } = writer;
  return rest;
}

/** A run that was rewound twice, and three checkpoints: in the first timeline, in the second, and in the present one. */
async function rewound(backend: StateBackend) {
  const reprise = createReprise({ backend });
  const first = await reprise.create({ stateId });
  await first.run(step("a"), 1);
  const base = await first.saveCheckpoint({ metadata: { tags: ["base"] } });
  await first.run(step("hidden"), 2);
  const hidden = await first.saveCheckpoint();
  await first.run(step("more"), 2);
  await first.close();
  await reprise.rewind(stateId, { checkpoint: base });
  const second = await reprise.load(stateId);
  await second.run(step("second"), 3);
  await second.close();
  await reprise.rewind(stateId, { checkpoint: base });
  const third = await reprise.load(stateId);
  await third.run(step("third"), 4);
  const present = await third.saveCheckpoint();
  await third.close();
  return { reprise, base, hidden, present };
}

const kindsOf = async (backend: StateBackend): Promise<string[]> => (await journalOf(backend)).map(({ k }) => k);

describe.each(stores)("S8: compact, %s", (_, open) => {
  test("S8: what no kept timeline shows is gone, everything else stands byte for byte where it was", async () => {
    const { backend } = await open();
    const { reprise, base, hidden } = await rewound(backend);
    const before = await journalOf(backend);
    const shown = [await reprise.snapshot(stateId), (await reprise.history(stateId)).events(), await reprise.checkpoints(stateId)];
    const head = await reprise.head(stateId);
    const report = await reprise.compact(stateId);
    const after = await journalOf(backend);
    expect(after.length).toBe(before.length);
    const dropped = after.flatMap((record, index) => (record.k === "gone" ? [index] : []));
    expect(report).toMatchObject({ stateId, dropped: dropped.length, kept: after.length - dropped.length });
    expect(after.filter((_record, index) => !dropped.includes(index))).toEqual(before.filter((_record, index) => !dropped.includes(index)));
    expect(JSON.stringify(after)).not.toMatch(/hidden|more|second/);
    expect([await reprise.snapshot(stateId), (await reprise.history(stateId)).events(), await reprise.checkpoints(stateId)]).toEqual(shown);
    expect({ ...(await reprise.head(stateId)), epoch: 0 }).toEqual({ ...head, epoch: 0 });
    expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
    expect(await reprise.compact(stateId)).toMatchObject({ dropped: 0 });

    for (const use of [() => reprise.rewind(stateId, { checkpoint: hidden }), () => reprise.plan(stateId, { position: hidden }), () => reprise.fork(stateId, { at: { position: hidden - 1 } })]) {
      expect(await rejectionOf(use())).toMatchObject({ code: "POINT_NOT_FOUND" });
    }
    expect(await rejectionOf(reprise.snapshot(stateId, hidden))).toMatchObject({ code: "INVALID_OPTION", path: "at" });
    await reprise.rewind(stateId, { checkpoint: base });
    const again = await reprise.load(stateId);
    await again.run(step("fourth"), 5);
    await again.close();
    expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
  });

  test("S8: the last checkpoints and the timelines chosen stay, hidden ones too", async () => {
    const { backend } = await open();
    const { reprise, hidden } = await rewound(backend);
    const shown = await reprise.snapshot(stateId, hidden);
    const { dropped } = await reprise.compact(stateId, { checkpoints: 0, timelines: [hidden] });
    expect(dropped).toBeGreaterThan(0);
    expect(await reprise.snapshot(stateId, hidden)).toEqual(shown);
    const { stateId: fork } = await reprise.fork(stateId, { at: { checkpoint: hidden } });
    expect((await reprise.history(fork)).get("hidden::tool_call")).toMatchObject({ status: "completed" });
    expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
    expect((await reprise.compact(stateId, { checkpoints: 3 })).dropped).toBe(0);
    expect((await reprise.compact(stateId, { checkpoints: 1 })).dropped).toBeGreaterThan(0);
    expect((await reprise.history(stateId)).events({ timeline: "all" }).map(({ address }) => address)).not.toContain("hidden::tool_call");
  });

  test("S8: a run that was compacted resumes, reuses, moves and is forked as it would have been", async () => {
    const { backend } = await open();
    const reprise = createReprise({ backend });
    const inner = counter({ name: "inner", run: (value: number) => value * 2 });
    const work = agent({
      name: "work",
      run: async (value: number, context) => {
        const drawn = context.random();
        const twice = await context.run(inner.actor, value);
        const approved = await context.waitFor("approval");
        return [drawn, twice, approved, context.uuid()];
      },
    });
    const outcome = await reprise.execute(work, 1, { stateId });
    expect(outcome.status).toBe("awaiting");
    const fork = await reprise.fork(stateId);
    for (const id of [stateId, fork.stateId]) await reprise.answer(id, "approval", true);
    await reprise.compact(stateId, { checkpoints: 0 });
    const [own, forked] = [await reprise.resume(work, stateId), await reprise.resume(work, fork.stateId)];
    expect(own).toMatchObject({ status: "completed", value: [expect.any(Number), 2, true, expect.any(String)] });
    expect(forked).toMatchObject({ value: (own as { readonly value: unknown }).value });
    expect(inner.runs).toBe(1);

    await reprise.rewind(stateId, { address: "work::inner::tool_call" });
    await reprise.compact(stateId, { checkpoints: 0 });
    expect((await journalOf(backend)).filter(({ k }) => k === "gone").length).toBeGreaterThan(0);
    const copy = createReprise({ backend: memoryBackend() });
    await copy.import(await reprise.export(stateId), { stateId });
    for (const each of [reprise, copy]) {
      await each.answer(stateId, "approval", true);
      expect(await each.resume(work, stateId)).toMatchObject({ value: (own as { readonly value: unknown }).value });
      expect(await each.verify(stateId)).toMatchObject({ intact: true });
    }
  });

  test("S8: refused while somebody holds the run; an idle handle of this process lets it go and can go on", async () => {
    const { backend, reopen } = await open();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    await state.run(addOne, 1);
    expect(await rejectionOf(createReprise({ backend: reopen() }).compact(stateId))).toMatchObject({ code: "LEASE_HELD" });
    expect(await reprise.compact(stateId)).toMatchObject({ dropped: 0 });
    expect(await state.run(addOne, 2)).toBe(3);
    await state.close();
    expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
    expect(await rejectionOf(reprise.compact("unknown"))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("S2, S8: what only taken records named can be collected", async () => {
    const { backend } = await open();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const base = await state.saveCheckpoint();
    state.artifacts.put("hidden", new Uint8Array(9));
    await state.run(addOne, 1);
    await state.close();
    await reprise.rewind(stateId, { checkpoint: base });
    await new Promise((resolve) => void setTimeout(resolve, 40));
    expect(await reprise.collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 0 });
    await reprise.compact(stateId, { checkpoints: 0 });
    expect(await reprise.collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 1, bytes: 9 });
  });
});

describe("S8: compact", () => {
  test("S8: whatever was recorded, saved and rewound, nothing changes of what is kept, and every point in it can be gone back to", async () => {
    const move = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("run" as const), name: fc.constantFrom("a", "b", "c") }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("save" as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("rewind" as const), to: fc.double({ min: 0, max: 1, noNaN: true }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact" as const), checkpoints: fc.nat(2) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 12 }), fc.nat(2), async (moves, checkpoints) => {
        const backend = memoryBackend();
        const reprise = createReprise({ backend });
        await (await reprise.create({ stateId })).close();
        for (const each of moves) {
          if (each.kind === "rewind") {
            const { lastSeq } = (await reprise.head(stateId))!;
            const point = { position: 1 + Math.floor(each.to * (lastSeq - 1)) };
            await reprise.rewind(stateId, point).catch((error: { readonly code: string }) => expect(error.code).toBe("POINT_NOT_FOUND"));
          } else if (each.kind === "compact") {
            await reprise.compact(stateId, { checkpoints: each.checkpoints });
          } else {
            const state = await reprise.load(stateId);
            await (each.kind === "save" ? state.saveCheckpoint() : state.run(step(each.name), 1));
            await state.close();
          }
        }
        const { lastSeq } = (await reprise.head(stateId))!;
        const shownAt = async (): Promise<unknown[]> => Promise.all(Array.from({ length: lastSeq }, (_, index) => reprise.snapshot(stateId, index + 1).catch(() => "gone")));
        const plansAt = async (): Promise<unknown[]> => Promise.all(Array.from({ length: lastSeq }, (_, index) => reprise.plan(stateId, { position: index + 1 }).catch(() => "gone")));
        const [before, plansBefore, present] = [await shownAt(), await plansAt(), await reprise.snapshot(stateId)];
        await reprise.compact(stateId, { checkpoints });
        const [after, plansAfter, kinds] = [await shownAt(), await plansAt(), await kindsOf(backend)];
        expect(await reprise.snapshot(stateId)).toEqual(present);
        for (const [index, kind] of kinds.entries()) {
          expect(after[index], `snapshot at ${index + 1}`).toEqual(kind === "gone" ? "gone" : before[index]);
          // The end of what belongs together may lie behind it.
          if (kind !== "gone") expect(["gone", plansBefore[index]], `plan at ${index + 1}`).toContainEqual(plansAfter[index]);
        }
        expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
        const last = await reprise.load(stateId);
        await last.run(step("a"), 1);
        await last.close();
        expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
      }),
      { numRuns: Number(process.env["REPRISE_PROPERTY_RUNS"] ?? 100) },
    );
  }, 120_000);

  test("S10: a visible record that was taken away is damage", async () => {
    const run = { k: "run", at: 1, v: 1, id: stateId };
    const gone = { k: "gone", at: 2 };
    for (const [records, seq] of [[[run, gone, { k: "now", at: 3 }], 2], [[run, gone, { k: "cut", at: 3, ranges: [[1, 2]], why: { position: 2 } }], 3]] as const) {
      const reprise = createReprise({ backend: await backendWith(records) });
      expect(await rejectionOf(reprise.load(stateId))).toMatchObject({ code: "CORRUPT" });
      expect((await reprise.verify(stateId)).findings).toEqual([{ kind: "history", seq, message: expect.stringContaining("taken away") }]);
    }
    const hidden = createReprise({ backend: await backendWith([run, gone, { k: "cut", at: 3, ranges: [[1, 1]], why: { position: 1 } }]) });
    expect(await hidden.verify(stateId)).toMatchObject({ intact: true });
  });

  test("S8: a sealed run, a backend that cannot, and options that mean nothing are refused", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    await reprise.execute(addOne, 1, { stateId });
    for (const [options, path] of [
      [{ checkpoints: -1 }, "checkpoints"],
      [{ checkpoints: 1.5 }, "checkpoints"],
      [{ timelines: 3 as never }, "timelines"],
      [{ timelines: [0] }, "timelines[0]"],
      [{ waitMs: -1 }, "waitMs"],
    ] as const) {
      expect(await rejectionOf(reprise.compact(stateId, options))).toMatchObject({ code: "INVALID_OPTION", path });
    }
    expect(await rejectionOf(reprise.compact(stateId, { timelines: [99] }))).toMatchObject({ code: "POINT_NOT_FOUND" });
    const without: StateBackend = { ...backend, acquire: async (id, options) => withoutCompact(await backend.acquire(id, options)) };
    expect(await rejectionOf(createReprise({ backend: without }).compact(stateId))).toMatchObject({ code: "UNSUPPORTED" });
    await reprise.handOff(stateId);
    expect(await rejectionOf(reprise.compact(stateId))).toMatchObject({ code: "SEALED" });
  });
});
