import { createHash } from "node:crypto";
import { CorruptError, createReprise, tool, type RepriseOptions } from "@reprise/core";
import { memoryArtifacts, memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { addOne } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { rejectionOf, stateId } from "./support/world.ts";

// How to know that it works: after a collection every run can be read as before, hidden timelines too, and what only deleted runs named
// is gone; where anything keeps a run from being read, everything is still there. That collections meet puts, crashes and losses
// of power without loss is shown in the packages of the backends.

const idOf = (text: string): string => createHash("sha256").update(text).digest("hex");
/** The clock of a file system ticks every few milliseconds, and cannot be replaced. */
const tick = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 40));
const large = (letter: string): string => letter.repeat(500);
const options = (backend: StateBackend): RepriseOptions => ({ backend, artifactThreshold: 100 });

describe.each(stores)("S2: collectArtifacts, %s", (_, open) => {
  test("S2: what only deleted runs named goes, what any record names stays", async () => {
    const { backend } = await open();
    const reprise = createReprise(options(backend));
    const keep = await reprise.create({ stateId });
    keep.artifacts.put("report", new TextEncoder().encode("kept"));
    await keep.run(tool({ name: "echo", run: (text: string) => text + text }), large("k"));
    await keep.close();
    const gone = await reprise.create({ stateId: "gone" });
    gone.artifacts.put("report", new TextEncoder().encode("only here"));
    gone.artifacts.put("shared", new TextEncoder().encode("kept"));
    await gone.run(addOne, 1);
    await gone.close();
    await reprise.delete("gone");
    await tick();
    expect(await reprise.collectArtifacts({ graceMs: 0 })).toEqual({ runs: 1, live: 3, removed: 1, bytes: 9, condemned: 0 });
    expect(await backend.artifacts!.stat(idOf("only here"))).toBeUndefined();
    expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
    expect(await reprise.collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 0, condemned: 0 });
  });

  test("S2: timelines that a rewind has hidden name contents, too", async () => {
    const { backend } = await open();
    const reprise = createReprise(options(backend));
    const state = await reprise.create({ stateId });
    const checkpoint = await state.saveCheckpoint();
    state.artifacts.put("hidden", new TextEncoder().encode("hidden"));
    await state.run(tool({ name: "echo", run: (text: string) => text }), large("h"));
    await state.close();
    await reprise.rewind(stateId, { checkpoint });
    await tick();
    expect(await reprise.collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 0, live: 2 });
    expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
  });

  test("S2: a fork keeps what its original named", async () => {
    const { backend } = await open();
    const reprise = createReprise(options(backend));
    const state = await reprise.create({ stateId });
    state.artifacts.put("report", new TextEncoder().encode("inherited"));
    await state.run(addOne, 1);
    await state.close();
    await reprise.fork(stateId, { stateId: "fork" });
    await reprise.delete(stateId);
    await tick();
    expect(await reprise.collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 0, live: 1 });
    expect(await reprise.verify("fork")).toMatchObject({ intact: true });
  });

  test("S2: by default nothing that was put within a day goes", async () => {
    const { backend } = await open();
    const reprise = createReprise(options(backend));
    const { id } = await backend.artifacts!.put(new TextEncoder().encode("on its way into a record"));
    await tick();
    expect(await reprise.collectArtifacts()).toEqual({ runs: 0, live: 0, removed: 0, bytes: 0, condemned: 0 });
    expect(await backend.artifacts!.stat(id)).toBeDefined();
  });
});

describe("S2: where it is not known what is alive nothing goes", () => {
  const withContent = async (): Promise<{ readonly backend: ReturnType<typeof memoryBackend>; readonly stillThere: () => Promise<boolean> }> => {
    const backend = memoryBackend();
    const { id } = await backend.artifacts.put(new TextEncoder().encode("content"));
    return { backend, stillThere: async () => (await backend.artifacts.stat(id)) !== undefined };
  };

  test("S2: a run that is damaged, or that is listed as damaged", async () => {
    const { backend, stillThere } = await withContent();
    await createReprise({ backend }).execute(addOne, 1, { stateId });
    const damaged = new CorruptError("damaged", { stateId });
    const unreadable: StateBackend = {
      ...backend,
      // oxlint-disable-next-line require-yield -- it has nothing to give
      async *read() {
        throw damaged;
      },
    };
    expect(await rejectionOf(createReprise({ backend: unreadable }).collectArtifacts({ graceMs: 0 }))).toBe(damaged);
    const unlisted: StateBackend = { ...backend, list: async (query) => ({ ...(await backend.list(query)), damaged: [{ stateId: "other", error: damaged }] }) };
    expect(await rejectionOf(createReprise({ backend: unlisted }).collectArtifacts({ graceMs: 0 }))).toBe(damaged);
    expect(await stillThere()).toBe(true);
  });

  test("S2: records that are encrypted with a key that is not at hand", async () => {
    const { backend, stillThere } = await withContent();
    const encryption = { keyId: "k", encrypt: (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1), decrypt: (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1) };
    await createReprise({ backend, codec: { encryption } }).execute(addOne, 1, { stateId });
    expect(await rejectionOf(createReprise({ backend }).collectArtifacts({ graceMs: 0 }))).toMatchObject({ code: "DECRYPTION_FAILED" });
    expect(await stillThere()).toBe(true);
    expect(await createReprise({ backend, codec: { encryption } }).collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 1 });
  });

  test("S2: a fork made while the runs are read, of a run that is deleted before it is", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    state.artifacts.put("report", new TextEncoder().encode("moves"));
    await state.run(addOne, 1);
    await state.close();
    let listed = 0;
    const moving: StateBackend = {
      ...backend,
      async list(query) {
        const page = await backend.list(query);
        listed += 1;
        if (listed === 1) {
          await reprise.fork(stateId, { stateId: "fork" });
          await reprise.delete(stateId);
        }
        return page;
      },
    };
    expect(await createReprise({ backend: moving }).collectArtifacts({ graceMs: 0 })).toMatchObject({ removed: 0, live: 1 });
    expect(await reprise.verify("fork")).toMatchObject({ intact: true });
  });

  test("S2: without runs, without artifacts, or with artifacts that cannot collect there is nothing to do it with", async () => {
    const backend = memoryBackend();
    const { collect: _, ...artifacts } = memoryArtifacts();
    const { artifacts: __, ...withoutArtifacts } = backend;
    for (const [given, path] of [
      [{}, "backend"],
      [{ artifacts: memoryArtifacts() }, "backend"],
      [{ backend: withoutArtifacts }, "artifacts"],
      [{ backend, artifacts }, "artifacts"],
    ] as const) {
      expect(await rejectionOf(createReprise(given).collectArtifacts())).toMatchObject({ code: "UNSUPPORTED", path });
    }
    for (const graceMs of [-1, Number.NaN, "1" as never]) expect(await rejectionOf(createReprise({ backend }).collectArtifacts({ graceMs }))).toMatchObject({ code: "INVALID_OPTION", path: "graceMs" });
  });
});
