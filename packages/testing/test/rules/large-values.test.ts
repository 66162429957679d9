import { createHash } from "node:crypto";
import { agent, createCodec, createReprise, llm, tool, type RepriseOptions } from "@reprise/core";
import { memoryBackend, type MemoryBackend } from "@reprise/backend-memory";
import { RepriseError, type ArtifactBackend, type StateBackend } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { bothBackends } from "./support/both-backends.ts";
import { crashPoint, createWorld, journalOf, rejectionOf, stateId } from "./support/world.ts";

/*
 * How it is known that it works: with any threshold a program gives what it gives without, live, resumed and looked at; what
 * is too large is not in the journal; the content is there before the record; small values pay nothing.
 */
const large = (seed: string): string => seed.repeat(70_000 / seed.length);
// Comparing texts of this size character by character is what takes time in a test.
const digest = (value: unknown): string => createHash("sha256").update(createCodec().encode(value, "value").encoded.canonical).digest("hex");
const echo = tool({ name: "echo", run: (value: unknown) => value });

/** A backend whose artifact backend notes what it is asked. */
function noting(backend: StateBackend, artifacts: ArtifactBackend = backend.artifacts!): { readonly backend: StateBackend; readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    backend: {
      ...backend,
      artifacts: {
        ...artifacts,
        put: async (bytes) => {
          const stored = await artifacts.put(bytes);
          log.push(`put ${stored.size}`);
          return stored;
        },
      },
      acquire: async (id, options) => {
        const writer = await backend.acquire(id, options);
        const append = writer.append.bind(writer);
        return Object.assign(writer, {
          append: (records: readonly Uint8Array[], appendOptions: never) => {
            log.push(`append ${records.map((bytes) => (JSON.parse(new TextDecoder().decode(bytes)) as { k: string }).k).join(" ")}`);
            return append(records, appendOptions);
          },
        });
      },
    },
  };
}

/** A program with large values everywhere. */
const fails = tool({ name: "fails", run: (text: string) => { throw Object.assign(new Error(`no: ${text.slice(0, 10)}`), { data: { text, at: new Date(5) } }); } });
const stores = tool({ name: "stores", run: (text: string, { storage }) => { storage.set("stored", new Map([["text", text]])); return text.length; } });
const pick = llm({ name: "pick", run: (texts: readonly string[]) => texts.map((text) => text.slice(0, 3)) });
const program = agent({
  name: "program",
  run: async ({ texts }: { readonly texts: readonly string[] }, context) => {
    const echoed = await context.run(echo, { list: texts, bytes: new TextEncoder().encode(texts[0]) });
    const caught = await context.run(fails, texts[0] ?? "").then(() => undefined, (error: Error) => (error.cause as { data?: unknown }).data);
    await context.run(stores, texts[1] ?? "");
    const mapped = await context.map("each", texts, echo);
    const picked = await context.run(pick, texts);
    return { echoed, caught, mapped, picked, stored: context.storage.get("stored") };
  },
});
const input = { texts: [large("abc"), large("d"), "small", large("\u00fc\ud83d\ude00")] };

async function resultOf(backend: StateBackend, options: Omit<RepriseOptions, "backend"> = {}): Promise<unknown> {
  const world = createWorld(backend);
  const point = crashPoint(world.disk);
  const whole = agent({ name: "whole", run: async (given: typeof input, context) => { const value = await context.run(program, given); await context.run(point.actor, value.picked); return value; } });
  await world.runUntilCrash(whole, input, point, options);
  const { outcome } = await world.resume(whole, {}, options);
  return outcome;
}

describe.each(bothBackends)("H7: large values, %s", (_, open) => {
  test("H7: whatever the threshold, a run gives the same, before and after a crash, and shows the same to those who look", { timeout: 60_000 }, async () => {
    const expected = {
      echoed: { list: input.texts, bytes: new TextEncoder().encode(input.texts[0]) },
      caught: { text: input.texts[0], at: new Date(5) },
      mapped: input.texts,
      picked: ["abc", "ddd", "sma", input.texts[3]?.slice(0, 3)],
      stored: new Map([["text", input.texts[1]]]),
    };
    const seen = new Set<string>();
    for (const artifactThreshold of [Infinity, 65_536, 1000, 0]) {
      const backend = await open();
      const { value, ...outcome } = (await resultOf(backend, { artifactThreshold })) as { readonly value?: unknown };
      expect(outcome).toEqual({ status: "completed", stateId });
      expect(digest(value)).toBe(digest(expected));
      const reprise = createReprise({ backend, artifactThreshold });
      const history = await reprise.history(stateId);
      // Sorted: branches run side by side, and what is stored first is up to the disk.
      const calls = history.calls().map(({ address, input: given, value: got, error }) => digest([address, given, got, error?.data]));
      const events = history.events().map((event) => digest([event.address, event.status, event.value, event.input]));
      seen.add(JSON.stringify([calls.toSorted(), events.toSorted()]));
      const state = await reprise.load(stateId);
      expect(digest(state.storage.get("stored"))).toBe(digest(expected.stored));
      await reprise.close();
    }
    expect(seen.size).toBe(1);
  });

  test("H7: what is too large is not in the journal, and equal values are one content", { timeout: 60_000 }, async () => {
    const { backend, log } = noting(await open());
    expect(await resultOf(backend)).toMatchObject({ status: "completed" });
    const journal = await journalOf(backend);
    for (const record of journal) expect(JSON.stringify(record).length).toBeLessThan(65_536);
    expect(journal.filter((record) => JSON.stringify(record).includes('"$a":['))).not.toEqual([]);
    const failed = journal.find((record) => record.k === "failed")!;
    expect(failed["e"]).toMatchObject({ name: "Error", message: "no: abcabcabca", $a: [expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(Number), expect.stringMatching(/^[0-9a-f]{64}$/)] });
    expect(log.length).toBeGreaterThan(3);
    await backend.close();
  });

  test("H7: a result of 20 MiB, larger than any record, is recorded and reused", { timeout: 60_000 }, async () => {
    const world = createWorld(await open());
    const point = crashPoint(world.disk);
    let runs = 0;
    const huge = tool({ name: "huge", run: (size: number) => { runs += 1; return "x".repeat(size); } });
    const work = agent({ name: "work", run: async (size: number, context) => { const text = await context.run(huge, size); await context.run(point.actor, 1); return text; } });
    await world.runUntilCrash(work, 20 * 2 ** 20, point);
    const { outcome } = await world.resume(work);
    expect(outcome.status === "completed" && outcome.value.length).toBe(20 * 2 ** 20);
    expect(runs).toBe(1);
    await world.disk.close();
  });

  test("H7: the threshold is measured on the encoded text: what is as long stays, what is longer goes", async () => {
    const { backend, log } = noting(await open());
    const state = await createReprise({ backend, artifactThreshold: 1000 }).create({ stateId });
    state.storage.set("as long", "x".repeat(998));
    await state.saveCheckpoint();
    expect(log.filter((line) => line.startsWith("put"))).toEqual([]);
    state.storage.set("longer", "x".repeat(999));
    await state.saveCheckpoint();
    expect(log.filter((line) => line.startsWith("put"))).toEqual(["put 1002"]);
    await state.close();
    const loaded = await createReprise({ backend }).load(stateId);
    expect([loaded.storage.get<string>("as long")?.length, loaded.storage.get<string>("longer")?.length]).toEqual([998, 999]);
    await loaded.close();
    await backend.close();
  });
});

describe("H7: the order of things", () => {
  test("G12, H7: the content is stored before the record that names it is handed over, in order", async () => {
    const { backend, log } = noting(memoryBackend());
    await createReprise({ backend }).execute(echo, large("x"), { stateId });
    expect(log).toEqual(["append run", "put 70005", "append started", "put 70005", "append completed checkpoint"]);
  });

  test("H7: values that fit go nowhere else", async () => {
    const { backend, log } = noting(memoryBackend());
    await createReprise({ backend }).execute(echo, "x".repeat(1000), { stateId });
    expect(log.filter((line) => line.startsWith("put"))).toEqual([]);
  });

  test("H7, G12: a crash after the content and before the record leaves a content that nobody names, and the run goes on", async () => {
    const backend = memoryBackend();
    const world = createWorld(backend);
    let runs = 0;
    let crashed: () => void = () => undefined;
    const dead = new Promise<void>((resolve) => { crashed = resolve; });
    const artifacts: ArtifactBackend = { ...backend.artifacts, put: async (bytes) => { const stored = await backend.artifacts.put(bytes); world.disk.crash(); crashed(); return stored; } };
    const huge = tool({ name: "huge", run: () => { runs += 1; return large(String(runs)); } });
    void world.begin({ artifacts }).reprise.execute(huge, undefined, { stateId });
    await dead;
    const orphan = backend.artifacts.snapshot().map(([id]) => id);
    expect(orphan).toHaveLength(1);
    expect(JSON.stringify(await world.journal())).not.toContain(orphan[0]);
    expect((await world.resume(huge)).outcome).toMatchObject({ status: "completed", value: large("2") });
    expect(backend.artifacts.snapshot()).toHaveLength(2);
  });

  test("H7, H6: a content that cannot be stored ends the run like a record that cannot; nothing is recorded after it", async () => {
    const backend = memoryBackend();
    let broken = true;
    const artifacts: ArtifactBackend = { ...backend.artifacts, put: async (bytes) => { if (broken) throw new RepriseError("NO_SPACE", "full"); return backend.artifacts.put(bytes); } };
    let runs = 0;
    const huge = tool({ name: "huge", run: () => { runs += 1; return large("y"); } });
    const work = agent({ name: "work", run: async (_: void, context) => (await context.run(huge).catch(() => "caught")).length });
    const before = await createReprise({ backend, artifacts }).execute(work, undefined, { stateId });
    expect(before).toMatchObject({ status: "failed", error: { code: "NO_SPACE" } });
    expect((await journalOf(backend)).map((record) => record.k)).not.toContain("failed");
    broken = false;
    expect(await createReprise({ backend, artifacts }).resume(work, stateId)).toMatchObject({ status: "completed", value: 70_000 });
    expect(runs).toBe(2);
  });

  test("H7: an equal input of any size finds its record, a different one does not", async () => {
    const backend = memoryBackend();
    let runs = 0;
    const measure = tool({ name: "measure", run: (value: unknown) => { runs += 1; return JSON.stringify(value).length; } });
    const calls = async (...inputs: readonly unknown[]): Promise<void> => {
      const state = await createReprise({ backend }).load(stateId).catch(() => createReprise({ backend }).create({ stateId }));
      for (const given of inputs) await state.run(measure, given);
      await state.close();
    };
    await calls({ a: large("a"), b: 1 }, { a: large("b"), b: 2 });
    expect(runs).toBe(2);
    await calls({ b: 2, a: large("b") }, { b: 1, a: large("a") });
    expect(runs).toBe(2);
    await calls({ a: large("c") });
    expect(runs).toBe(3);
  });
});

describe("H7: what goes wrong", () => {
  async function recorded(): Promise<{ readonly backend: MemoryBackend; readonly id: string }> {
    const backend = memoryBackend();
    await createReprise({ backend }).execute(echo, large("x"), { stateId });
    return { backend, id: backend.artifacts.snapshot()[0]![0] };
  }

  test("H7, G10: a content that is missing or damaged makes its run CORRUPT, by record, never empty or not found", async () => {
    for (const [bytes, word] of [[undefined, "missing"], [Uint8Array.of(1), "damaged"]] as const) {
      const { backend, id } = await recorded();
      backend.artifacts.damage(id, bytes);
      const reprise = createReprise({ backend });
      for (const work of [() => reprise.load(stateId), () => reprise.resume(echo, stateId), () => reprise.history(stateId), () => reprise.snapshot(stateId)]) {
        expect(await rejectionOf(work())).toMatchObject({ code: "CORRUPT", stateId, message: expect.stringMatching(new RegExp(`record \\d+ names content ${id}, which is ${word}`)) as string });
      }
      // The lease was given back.
      expect((await backend.head(stateId))!.lease).toBe("none");
    }
  });

  test("H7: verify reads what is kept elsewhere, and names the records whose values are gone", async () => {
    const { backend, id } = await recorded();
    expect(await createReprise({ backend }).verify(stateId)).toMatchObject({ intact: true, findings: [] });
    backend.artifacts.damage(id, undefined);
    // Input and result are one content.
    expect(await createReprise({ backend }).verify(stateId)).toMatchObject({ intact: false, findings: [{ kind: "artifact", seq: 2 }, { kind: "artifact", seq: 3 }] });
    const { artifacts: _, ...bare } = backend;
    expect(await createReprise({ backend: bare }).verify(stateId)).toMatchObject({ findings: [{ kind: "artifact", seq: 2 }, { kind: "artifact", seq: 3 }] });
  });

  test("H7, R5: a run with large values is validated like any other, and nothing new is stored", async () => {
    const { backend } = await recorded();
    const before = backend.artifacts.snapshot().length;
    const reprise = createReprise({ backend });
    const state = await reprise.load(stateId, { mode: "validation" });
    await state.run(echo, large("x"));
    expect(state.validation).toMatchObject({ ok: true });
    await state.close();
    expect(backend.artifacts.snapshot()).toHaveLength(before);
  });

  test("H7, R10: a fork has the large values of its parent and its own, also where it has nothing but references", async () => {
    const backend = memoryBackend();
    const work = agent({ name: "work", run: async (text: string, context) => [await context.run(echo, `${text}1`, { key: "a" }), await context.run(echo, `${text}2`, { key: "b" })] });
    await createReprise({ backend }).execute(work, large("x"), { stateId });
    const reprise = createReprise({ backend });
    const { stateId: fork } = await reprise.fork(stateId, { stateId: "run-2", pin: { "work::echo[b]::tool_call": large("pinned") } });
    expect(await reprise.resume(work, fork)).toEqual({ status: "completed", stateId: "run-2", value: [`${large("x")}1`, large("pinned")] });
    expect(JSON.stringify(await journalOf(backend, fork)).length).toBeLessThan(10_000);
    await reprise.close();
  });

  test.each<[string, { readonly stateId?: string }, boolean]>([
    ["as a copy", { stateId }, true],
    ["as a fork", {}, true],
    ["as a copy, without contents", { stateId }, false],
    ["as a fork, without contents", {}, false],
  ])("H7, S8: large values travel with an exported run, %s", async (_, options, artifacts) => {
    const { backend } = await recorded();
    const bytes = await createReprise({ backend }).export(stateId, { artifacts });
    const elsewhere = memoryBackend();
    const reprise = createReprise({ backend: elsewhere });
    const imported = await reprise.import(bytes, options);
    expect(await reprise.resume(echo, imported.stateId)).toMatchObject({ status: "completed", value: large("x") });
    expect(await reprise.verify(imported.stateId)).toMatchObject({ intact: true });
    // A copy has the records that the file has; what is written anew is small again.
    expect(JSON.stringify(await journalOf(elsewhere, imported.stateId)).length > 100_000).toBe(!artifacts && options.stateId !== undefined);
    await reprise.close();
  });

  test("H7, S8: a run whose values are gone is not exported, and a file has each content once", async () => {
    const { backend, id } = await recorded();
    expect((await createReprise({ backend }).export(stateId)).length).toBeLessThan(80_000);
    backend.artifacts.damage(id, undefined);
    expect(await rejectionOf(createReprise({ backend }).export(stateId))).toMatchObject({ code: "CORRUPT" });
  });

  test("H7: content that is not what it should be is CORRUPT", async () => {
    const backend = memoryBackend();
    const text = await backend.artifacts.put(Uint8Array.of(0xc1));
    const writer = await backend.acquire(stateId, { owner: "test", create: "must" });
    const started = { k: "started", at: 1, a: "a::tool_call", i: { $a: [text.id, 1, text.id] } };
    const failed = { k: "failed", at: 1, c: 2, e: { name: "E", message: "m", $a: [(await backend.artifacts.put(Uint8Array.of(1))).id, 1, text.id] } };
    const bytes = (record: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(record));
    await writer.append([bytes({ k: "run", at: 1, v: 1, id: stateId }), bytes(started)], { expect: 0 });
    await writer.release();
    expect(await rejectionOf(createReprise({ backend }).history(stateId))).toMatchObject({ code: "CORRUPT" });
    const other = memoryBackend({ from: { ...backend.snapshot(), runs: [] } });
    const second = await other.acquire(stateId, { owner: "test", create: "must" });
    await second.append([bytes({ k: "run", at: 1, v: 1, id: stateId }), bytes({ ...started, i: 1 }), bytes(failed)], { expect: 0 });
    await second.release();
    expect(await rejectionOf(createReprise({ backend: other }).history(stateId))).toMatchObject({ code: "CORRUPT" });
  });

  test("H7: a run that keeps values elsewhere cannot be loaded without the place, and says which option is missing", async () => {
    const { backend } = await recorded();
    const { artifacts: _, ...bare } = backend;
    expect(await rejectionOf(createReprise({ backend: bare }).load(stateId))).toMatchObject({ code: "UNSUPPORTED", path: "artifacts" });
  });

  test("H7: a backend without a place for contents keeps large values in the journal", async () => {
    const { artifacts: _, ...bare } = memoryBackend();
    expect(await createReprise({ backend: bare }).execute(echo, large("x"), { stateId })).toMatchObject({ status: "completed", value: large("x") });
    expect(JSON.stringify(await journalOf(bare)).length).toBeGreaterThan(140_000);
  });

  test("H7: a backend of small records sends away what would not fit into one", async () => {
    const backend = memoryBackend({ maxRecordBytes: 4000 });
    expect(await createReprise({ backend }).execute(echo, "\u20ac".repeat(5000), { stateId })).toMatchObject({ status: "completed", value: "\u20ac".repeat(5000) });
  });

  test.each([-1, Number.NaN, "1", null])("artifactThreshold: %j is refused", (artifactThreshold) => {
    expect(() => createReprise({ artifactThreshold: artifactThreshold as number })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "artifactThreshold" }));
  });
});
