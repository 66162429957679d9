import { createHash } from "node:crypto";
import { agent, createReprise, tool, type Artifacts } from "@reprise/core";
import { memoryArtifacts, memoryBackend, truncateRun, type MemoryBackend } from "@reprise/backend-memory";
import { RepriseError, type ArtifactBackend, type StateBackend } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { bothBackends } from "./support/both-backends.ts";
import { crashPoint, createWorld, latch, rejectionOf, stateId, turns, unhandledDuring } from "./support/world.ts";

/*
 * How it is known that it works: what is put is got back, equal and verified, live, after a reload and after a crash; who sees
 * what follows the rules of storage; the journal holds references only; damage and loss are errors of their own.
 */
const idOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const puts = tool({ name: "puts", run: ([name, value]: readonly [string, unknown], { artifacts }) => void artifacts.put(name, value) });

async function contentOf(artifacts: Artifacts): Promise<Record<string, unknown>> {
  const entries = await Promise.all(artifacts.names().toSorted().map(async (name) => [name, await artifacts.get(name)] as const));
  return Object.fromEntries(entries);
}

describe.each(bothBackends)("S2: contents, %s", (_, open) => {
  test("S2: values and bytes are got back, live and from a loaded run, falsy ones too", async () => {
    const values: Record<string, unknown> = {
      zero: 0, empty: "", no: false, nothing: null, undefined, map: new Map<unknown, unknown>([[new Date(5), [1n, -0]]]), nested: { bytes: Uint8Array.of(1, 2), text: "\ud800" },
      bytes: Uint8Array.from({ length: 256 }, (__, byte) => byte), "no bytes": new Uint8Array(), floats: Float32Array.of(1.5),
    };
    const backend = await open();
    const state = await createReprise({ backend }).create({ stateId });
    for (const [name, value] of Object.entries(values)) state.artifacts.put(name, value);
    expect(await contentOf(state.artifacts)).toStrictEqual(values);
    await state.close();
    const loaded = await createReprise({ backend }).load(stateId);
    expect(await contentOf(loaded.artifacts)).toStrictEqual(values);
    expect(Object.keys(values).every((name) => loaded.artifacts.has(name))).toBe(true);
    expect([loaded.artifacts.has("unknown"), await loaded.artifacts.get("unknown"), loaded.artifacts.reference("unknown")]).toEqual([false, undefined, undefined]);
    await loaded.close();
    await backend.close();
  });

  test("S2: bytes are stored as they are, and equal contents once, whoever puts them under whatever name", async () => {
    const backend = await open();
    const state = await createReprise({ backend }).create({ stateId });
    const page = utf8("<p>hello</p>");
    const reference = state.artifacts.put("page", page);
    expect(reference).toEqual({ id: idOf(page), size: page.length, kind: "bytes" });
    expect(state.artifacts.put("copy", Buffer.from(page))).toEqual(reference);
    expect(state.artifacts.reference("page")).toEqual(reference);
    await state.run(puts, ["third", page]);
    expect(await backend.artifacts!.put(page)).toMatchObject({ existed: true });
    expect(new TextDecoder().decode(await backend.artifacts!.get(reference.id))).toBe("<p>hello</p>");
    expect(state.artifacts.put("value", { a: 1 })).toEqual(state.artifacts.put("the same", { a: 1 }));
    await state.close();
    await backend.close();
  });

  test("defect-T27: changing what was put, or what was got, changes nothing stored", async () => {
    const backend = await open();
    const state = await createReprise({ backend }).create({ stateId });
    const [bytes, value] = [Uint8Array.of(1, 2, 3), { list: [1] }];
    state.artifacts.put("bytes", bytes);
    state.artifacts.put("value", value);
    bytes.fill(0);
    value.list.push(2);
    (await state.artifacts.get<Uint8Array>("bytes"))!.fill(9);
    await state.saveCheckpoint();
    (await state.artifacts.get<Uint8Array>("bytes"))!.fill(9);
    (await state.artifacts.get<{ list: number[] }>("value"))!.list.push(3);
    expect(await contentOf(state.artifacts)).toEqual({ bytes: Uint8Array.of(1, 2, 3), value: { list: [1] } });
    await state.close();
    await backend.close();
  });

  test("defect-T20, defect-T21: the journal holds the reference, once, and never the content", async () => {
    const world = createWorld(await open());
    const { reprise } = world.begin();
    const marker = "seldom-seen-".repeat(1000);
    const work = agent({ name: "work", run: async (__: void, context) => { await context.run(puts, ["doc", { marker }]); await context.run(puts, ["doc", { marker }]); context.artifacts.put("own", { marker }); } });
    await reprise.execute(work, undefined, { stateId });
    const state = await reprise.load(stateId);
    for (let times = 0; times < 5; times += 1) await state.saveCheckpoint();
    await state.close();
    const journal = await world.journal();
    // The input of the tool is recorded like any other.
    expect(JSON.stringify(journal.filter((record) => record.k !== "started"))).not.toContain("seldom-seen-");
    expect(journal.filter((record) => record["w"]).map((record) => record["w"])).toMatchObject([[["doc", "r", { kind: "value" }]], [["doc", "r", {}]], [["doc", "r", {}], ["own", "r", {}]]]);
    await world.disk.close();
  });
});

describe("S2: who sees what", () => {
  test("S2, S1: a call sees its own artifacts at once, its parent once the outcome is there, nobody beside it", async () => {
    const seen: unknown[] = [];
    const inner = tool({
      name: "inner",
      run: async (value: number, { artifacts }) => {
        seen.push(artifacts.names());
        artifacts.put(`inner ${value}`, value);
        seen.push(await artifacts.get(`inner ${value}`), artifacts.names().includes("outer"));
        await turns(2);
        return artifacts.names();
      },
    });
    const outer = agent({
      name: "outer",
      run: async (_: void, context) => {
        context.artifacts.put("outer", 0);
        const both = Promise.all([context.run(inner, 1), context.run(inner, 2)]);
        seen.push(context.artifacts.names());
        seen.push(await both);
        seen.push(context.artifacts.names(), await context.artifacts.get("inner 2"));
      },
    });
    expect(await createReprise().execute(outer)).toMatchObject({ status: "completed" });
    expect(seen).toEqual([["outer"], ["outer"], ["outer"], 1, true, 2, true, [["outer", "inner 1"], ["outer", "inner 2"]], ["outer", "inner 1", "inner 2"], 2]);
  });

  test("S2, S1: what a failed attempt put is dropped, and names of a storage are not names of artifacts", async () => {
    const flaky = tool({
      name: "flaky",
      retry: retry({ maxAttempts: 2, initialDelayMs: 0 }),
      run: (_: void, { artifacts, storage, attempt }) => {
        artifacts.put(`attempt ${attempt}`, attempt);
        storage.set("key", 1);
        if (attempt === 1) throw new Error("no");
        return [artifacts.names(), storage.keys(), artifacts.has("key")];
      },
    });
    const state = await createReprise({ backend: memoryBackend() }).create();
    expect(await state.run(flaky)).toEqual([["attempt 2"], ["key"], false]);
    expect([state.artifacts.names(), state.storage.keys()]).toEqual([["attempt 2"], ["key"]]);
    await state.close();
  });

  test("S2, R2: a resumed run has the artifacts of reused calls, makes its own again, and gives the same", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let runs = 0;
    const makes = tool({ name: "makes", run: (_: void, { artifacts }) => { runs += 1; return artifacts.put("made", { by: runs }).size; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        context.artifacts.put("own", [1, 2]);
        await context.run(makes);
        const before = [await context.artifacts.get("made"), await context.artifacts.get("own")];
        await context.run(point.actor, 1);
        return [before, await context.artifacts.get("made"), context.artifacts.names()];
      },
    });
    await world.runUntilCrash(work, undefined, point);
    const { outcome } = await world.resume(work);
    expect(outcome).toMatchObject({ status: "completed", value: [[{ by: 1 }, [1, 2]], { by: 1 }, ["own", "made"]] });
    expect(runs).toBe(1);
  });

  test("S2, R2: what agents read comes through the gate, next of all, so races with it replay as they ran", async () => {
    // Reading is slow the first time and quick the second: without the gate the order would change.
    let delayTurns = 5;
    const slow = (backend: MemoryBackend): StateBackend => ({ ...backend, artifacts: { ...backend.artifacts, get: async (id) => { await turns(delayTurns); return backend.artifacts.get(id); } } });
    const backend = memoryBackend();
    const world = createWorld(slow(backend));
    const point = crashPoint(world.disk);
    const quick = tool({ name: "quick", run: (value: number) => value });
    const order: string[][] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const mine: string[] = [];
        order.push(mine);
        await context.run(puts, ["page", "text"]);
        await Promise.all([
          context.run(quick, 1).then(() => mine.push("call 1")),
          context.artifacts.get("page").then(() => mine.push("read 1")),
          context.run(quick, 2).then(() => mine.push("call 2")),
          context.artifacts.get("page").then(() => mine.push("read 2")),
        ]);
        await context.run(point.actor, 1);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    delayTurns = 0;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed" });
    expect(order).toEqual([["read 1", "read 2", "call 1", "call 2"], ["read 1", "read 2", "call 1", "call 2"]]);
  });

  test("S2: artifacts put outside any actor are there at once, and recorded with the next record", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    state.artifacts.put("mine", 1);
    const looks = tool({ name: "looks", run: (_: void, { artifacts }) => artifacts.get("mine") });
    expect(await state.run(looks)).toBe(1);
    await state.close();
    const loaded = await createReprise({ backend }).load(stateId);
    expect(await contentOf(loaded.artifacts)).toEqual({ mine: 1 });
    await loaded.close();
  });

  test("S2, R9: a rewind takes the artifacts back that were put after its point", async () => {
    const backend = memoryBackend();
    let version = 1;
    const makes = tool({ name: "makes", run: (name: string, { artifacts }) => void artifacts.put(name, `version ${version}`) });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(makes, "a", { key: "a" }); await context.run(makes, "b", { key: "b" }); context.artifacts.put("own", version); return context.artifacts.names(); } });
    await createReprise({ backend }).execute(work, undefined, { stateId });
    const reprise = createReprise({ backend });
    await reprise.rewind(stateId, { address: "work::makes[b]::tool_call" });
    const cut = await reprise.load(stateId);
    expect(cut.artifacts.names()).toEqual([]);
    await cut.close();
    version = 2;
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: ["a", "b", "own"] });
    const state = await reprise.load(stateId);
    expect(await contentOf(state.artifacts)).toEqual({ a: "version 1", b: "version 2", own: 2 });
    await reprise.close();
  });

  test("S2: without a backend artifacts live as long as the run", async () => {
    const reprise = createReprise();
    const [one, other] = [await reprise.create(), await reprise.create()];
    one.artifacts.put("page", utf8("one"));
    other.artifacts.put("page", "other");
    expect([await one.artifacts.get("page"), await other.artifacts.get("page")]).toEqual([utf8("one"), "other"]);
    await reprise.close();
  });

  test("S2: artifacts go where they are told to, and are closed with the Reprise", async () => {
    const [backend, artifacts] = [memoryBackend(), memoryArtifacts()];
    const reprise = createReprise({ backend, artifacts });
    const state = await reprise.create({ stateId });
    const { id } = state.artifacts.put("page", utf8("text"));
    await state.saveCheckpoint();
    expect([await artifacts.stat(id), await backend.artifacts.stat(id)]).toEqual([{ size: 4 }, undefined]);
    await reprise.close();
    expect(await rejectionOf(artifacts.get(id))).toMatchObject({ code: "CLOSED" });
  });
});

describe("S2: what goes wrong", () => {
  const damaged = async (bytes: Uint8Array | undefined): Promise<unknown> => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    const { id } = state.artifacts.put("doc", { a: 1 });
    await state.close();
    backend.artifacts.damage(id, bytes);
    const loaded = await createReprise({ backend }).load(stateId);
    expect(loaded.artifacts.has("doc")).toBe(true);
    const error = await rejectionOf(loaded.artifacts.get("doc"));
    await loaded.close();
    return error;
  };

  test("defect-T21: content that is gone is NOT_FOUND, content that is damaged CORRUPT, never something else", async () => {
    expect(await damaged(undefined)).toMatchObject({ code: "NOT_FOUND" });
    expect(await damaged(new Uint8Array())).toMatchObject({ code: "CORRUPT" });
    expect(await damaged(Uint8Array.of(0x81, 0xa1, 0x61, 2))).toMatchObject({ code: "CORRUPT" });
  });

  test("defect-T17: what cannot be recorded is refused at once, by name and path, and costs nothing else", async () => {
    const state = await createReprise({ backend: memoryBackend() }).create();
    state.artifacts.put("good", 1);
    expect(() => state.artifacts.put("bad", { items: [() => 1] })).toThrow(expect.objectContaining({ code: "NOT_ENCODABLE", path: 'artifacts["bad"].items[0]' }));
    expect(() => state.artifacts.put("bytes", new Uint8Array(new SharedArrayBuffer(8)))).not.toThrow();
    expect(state.artifacts.names()).toEqual(["good", "bytes"]);
    await state.close();
  });

  test("S2: a name must be a non-empty text", async () => {
    const state = await createReprise().create();
    for (const name of ["", undefined, 1, null] as string[]) {
      expect(() => state.artifacts.put(name, 1)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "name" }));
      expect(() => state.artifacts.has(name)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      expect(await rejectionOf(state.artifacts.get(name))).toMatchObject({ code: "INVALID_OPTION" });
    }
    await state.close();
  });

  test("S2: a backend without a place for artifacts says so, and createReprise refuses what is no artifact backend", async () => {
    const { artifacts: _, ...backend } = memoryBackend();
    const state = await createReprise({ backend }).create();
    expect(() => state.artifacts.put("page", 1)).toThrow(expect.objectContaining({ code: "UNSUPPORTED", path: "artifacts" }));
    expect(state.artifacts.names()).toEqual([]);
    await state.close();
    expect(() => createReprise({ artifacts: {} as ArtifactBackend })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "artifacts" }));
  });

  test("S2, H6: content that cannot be stored ends the run like a record that cannot, and the run can be resumed", async () => {
    const backend = memoryBackend();
    let broken = true;
    const failing = (artifacts: ArtifactBackend): ArtifactBackend => ({ ...artifacts, put: async (bytes) => { if (broken) throw new RepriseError("NO_SPACE", "full"); return artifacts.put(bytes); } });
    const artifacts = failing(backend.artifacts);
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(puts, ["page", "text"]); return context.artifacts.get("page"); } });
    expect(await createReprise({ backend, artifacts }).execute(work, undefined, { stateId })).toMatchObject({ status: "failed", error: { code: "NO_SPACE" } });
    expect((await backend.head(stateId))!.status).toBe("running");
    broken = false;
    expect(await createReprise({ backend, artifacts }).resume(work, stateId)).toMatchObject({ status: "completed", value: "text" });
  });

  test("S2: after the end of its call a context puts nothing", async () => {
    const late = latch<Artifacts>();
    const leaks = tool({ name: "leaks", run: (_: void, { artifacts }) => late.open(artifacts) });
    const state = await createReprise().create();
    await state.run(leaks);
    const artifacts = await late.promise;
    expect(() => artifacts.put("late", 1)).toThrow(expect.objectContaining({ code: "SCOPE_CLOSED" }));
    await state.close();
    expect(() => state.artifacts.put("late", 1)).toThrow(expect.objectContaining({ code: "CLOSED" }));
    expect(state.artifacts.names()).toEqual([]);
  });

  test("S2: who waits for content when the run stops is told", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend: { ...backend, artifacts: { ...backend.artifacts, get: () => new Promise<never>(() => undefined) } } }).create();
    state.artifacts.put("page", 1);
    await state.saveCheckpoint();
    const reading = rejectionOf(state.artifacts.get("page"));
    await state.close();
    expect(await reading).toMatchObject({ code: "CLOSED" });
  });
});

describe("G12: content before reference", () => {
  test("G12: at every crash point each name that is recorded has its content", async () => {
    const backend = memoryBackend();
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        for (const name of ["a", "b", "c"]) await context.run(puts, [name, utf8(name.repeat(50))]);
        context.artifacts.put("own", 1);
      },
    });
    await createReprise({ backend }).execute(work, undefined, { stateId });
    const snapshot = backend.snapshot();
    const records = snapshot.runs[0]!.records.length;
    for (let length = 1; length <= records; length += 1) {
      const restarted = memoryBackend({ from: truncateRun(snapshot, stateId, length) });
      expect(await createReprise({ backend: restarted }).resume(work, stateId).catch((error: unknown) => error)).toMatchObject(length < 2 ? {} : { status: "completed" });
      const state = await createReprise({ backend: restarted }).load(stateId);
      if (state.status === "completed") expect(Object.keys(await contentOf(state.artifacts))).toEqual(["a", "b", "c", "own"]);
      await state.close();
    }
  });
});

test("S2, I2: an artifact that code has asked for and does not wait for rejects nobody when the run stops", async () => {
  const reading = latch();
  const inner = memoryBackend();
  const backend: StateBackend = { ...inner, artifacts: { ...inner.artifacts, get: () => (reading.open(), new Promise(() => undefined)) } };
  const unhandled = await unhandledDuring(async () => {
    const state = await createReprise({ backend, graceMs: 10 }).create({ stateId });
    state.artifacts.put("page", 1);
    await state.saveCheckpoint();
    const work = agent({ name: "work", run: (_input: void, context) => (void context.artifacts.get("page"), new Promise(() => undefined)) });
    const ended = rejectionOf(state.run(work));
    void state.artifacts.get("page");
    await reading.promise;
    state.interrupt();
    void state.artifacts.get("page");
    expect(await ended).toMatchObject({ code: "EXECUTION_INTERRUPTED" });
    await state.close();
  });
  expect(unhandled).toEqual([]);
});
