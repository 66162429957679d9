// Defects of storing, each shown to be impossible here; see addressing-and-replay.test.ts.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, isRepriseError, tool } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, delegateWriter, virtualSystem } from "../../src/index.ts";
import { bothBackends as backends } from "../rules/support/both-backends.ts";
import { backendWith, createWorld, journalOf, rejectionOf, stateId } from "../rules/support/world.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

class Connection {
  readonly socket = { fd: 3 };
}

describe.each(backends)("one bad value (in %s)", (_, open) => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const bad: readonly (readonly [name: string, value: unknown, path: string])[] = [
    ["a function", { handlers: [() => 1] }, "handlers[0]"],
    ["an instance of a class", { open: { connection: new Connection() } }, "open.connection"],
    ["a cycle", cyclic, "self"],
    ["a symbol", { tag: Symbol("x") }, "tag"],
    ["a promise", [Promise.resolve(1)], "[0]"],
    ["a weak map", { cache: new WeakMap() }, "cache"],
  ];

  test.each(bad)("defect-T17: %s fails loudly with its path, wherever it is given, and costs nothing else", async (__, value, path) => {
    const backend = await open();
    const good = counter<number, number>({ name: "good", run: (input) => input + 1 });
    const gives = tool({ name: "gives", run: () => value });
    const state = await createReprise({ backend }).create({ stateId, metadata: { tags: ["kept"] } });
    expect(await state.run(good.actor, 1)).toBe(2);
    state.storage.set("kept", { as: "it was" });

    const steps = path.startsWith("[") ? path : `.${path}`;
    expect(await rejectionOf(state.run(gives))).toMatchObject({ code: "ACTOR_FAILED", cause: { code: "NOT_ENCODABLE", message: expect.stringContaining(`result${steps}`) } });
    expect(await rejectionOf(state.run(good.actor, value as number))).toMatchObject({ code: "NOT_ENCODABLE", path: `input${steps}` });
    expect(() => state.storage.set("broken", value)).toThrow(expect.objectContaining({ code: "NOT_ENCODABLE" }));
    expect(await rejectionOf(state.saveCheckpoint({ metadata: { extra: value } }))).toMatchObject({ code: "NOT_ENCODABLE" });

    expect(await state.run(good.actor, 2)).toBe(3);
    await state.saveCheckpoint({ status: "paused" });
    await state.close();
    await using loaded = await createReprise({ backend }).load(stateId);
    expect(await loaded.run(good.actor, 1)).toBe(2);
    expect(await loaded.run(good.actor, 2)).toBe(3);
    expect(good.runs).toBe(2);
    expect(loaded.storage.get("kept")).toEqual({ as: "it was" });
    expect(loaded.storage.has("broken")).toBe(false);
    expect(loaded.metadata).toEqual({ tags: ["kept"] });
  });

  test("defect-T17: errors, bytes that are no text, and filters of a retry configuration are recorded like anything else", async () => {
    const backend = await open();
    const reprise = createReprise({ backend, retry: retryProvider() });
    const filtered = { maxAttempts: 3, initialDelayMs: 0, jitter: "none", retryOn: ["RangeError"], neverRetryOn: ["EACCES"] };
    const failing = tool({ name: "failing", retry: filtered, run: () => { throw new RangeError("out of range", { cause: new TypeError("below") }); } });
    const gives = tool({ name: "gives", run: () => [new RangeError("as a value"), Uint8Array.of(0xff, 0xfe, 0x00), "\ud800 alone"] });
    const state = await reprise.create({ stateId });
    await expect(state.run(failing)).rejects.toMatchObject({ attempts: 3 });
    await state.run(gives);
    await state.close();
    await using loaded = await reprise.load(stateId);
    const [failed, given] = loaded.history.calls();
    expect(failed).toMatchObject({ status: "failed", attempts: 3, error: { name: "RangeError", message: "out of range", cause: { name: "TypeError", message: "below" } } });
    expect(given?.value).toEqual([new RangeError("as a value"), Uint8Array.of(0xff, 0xfe, 0x00), "\ud800 alone"]);
  });
});

describe("configurations", () => {
  test("defect-T18: a run that retried goes on after a load, with the configuration of the code or the recorded one", async () => {
    const world = createWorld(memoryBackend());
    const options = { retry: retryProvider() };
    const config = { maxAttempts: 4, initialDelayMs: 1_000, backoff: "linear", jitter: "none" };
    for (const [id, setting] of [["with-code", config], ["recorded-only", undefined]] as const) {
      const system = virtualSystem();
      const runs: number[] = [];
      const work = (given: object | undefined) => {
        const flaky = tool({ name: "flaky", ...(given && { retry: { ...given } }), run: (input: number, { attempt }) => { runs.push(attempt); if (attempt < 3) throw new Error(`failure ${attempt}`); return input; } });
        return agent({ name: "work", run: async (__: void, context) => [await context.run(flaky, 1), await context.run(flaky, 2)] });
      };
      void world.begin({ ...options, system }).reprise.execute(work(config), undefined, { stateId: id });
      await system.advance(1);
      world.disk.crash();
      const after = world.begin({ ...options, system });
      const outcome = await system.runUntil(after.reprise.resume(work(setting), id));
      expect(outcome, id).toMatchObject({ status: "completed", value: [1, 2] });
      expect(runs, id).toEqual([1, 2, 3, 1, 2, 3]);
      const delays = after.heard.of("event").filter(({ status }) => status === "retrying").map(({ delayMs, maxAttempts }) => [delayMs, maxAttempts]);
      expect(delays[0], id).toEqual([2_000, 4]);
    }
  });
});

describe("several holders", () => {
  test("defect-T19: of processes that extend one run at the same time none loses what another has written", async () => {
    const dir = await temporaryDirectory();
    const processes = 4;
    const saves = 15;
    const note = tool({ name: "note", run: (text: string) => text });
    await createReprise({ backend: fsBackend({ dir }) }).execute(tool({ name: "begin", run: () => 0 }), undefined, { stateId });
    await Promise.all(
      Array.from({ length: processes }, async (__, writer) => {
        // A backend of its own each: what they share is the directory.
        const reprise = createReprise({ backend: fsBackend({ dir }) });
        for (let save = 0; save < saves; save += 1) {
          const state = await reprise.load(stateId, { waitMs: 60_000 });
          await state.run(note, `${writer}:${save}`, { key: `${writer}:${save}` });
          state.storage.add("saves", 1);
          await state.saveCheckpoint({ status: "paused", metadata: { [`writer${writer}`]: save } });
          await state.close();
        }
        await reprise.close();
      }),
    );
    await using state = await createReprise({ backend: fsBackend({ dir }) }).load(stateId);
    expect(state.history.calls().filter(({ name }) => name === "note")).toHaveLength(processes * saves);
    expect(state.storage.get("saves")).toBe(processes * saves);
    expect(state.metadata).toMatchObject({ writer0: saves - 1, writer1: saves - 1, writer2: saves - 1, writer3: saves - 1 });
  }, 60_000);

  test.each(backends)("defect-T19: the second holder of a state is refused, and a state that was overtaken can save nothing (in %s)", async (_, open) => {
    const backend = await open();
    const reprise = createReprise({ backend });
    const note = tool({ name: "note", run: (text: string) => text });
    const first = await reprise.create({ stateId });
    await first.run(note, "first");
    expect(await rejectionOf(createReprise({ backend }).load(stateId))).toMatchObject({ code: "LEASE_HELD", retry: "later" });
    await first.saveCheckpoint({ status: "paused" });
    const second = await createReprise({ backend }).load(stateId);
    await second.run(note, "second", { key: "second" });
    await second.close();
    expect(await rejectionOf(first.saveCheckpoint({ metadata: { from: "the first" } }))).toMatchObject({ code: "FENCED" });
    await using last = await createReprise({ backend }).load(stateId);
    expect(last.history.calls().map(({ value }) => value)).toEqual(["first", "second"]);
    expect(last.metadata).toEqual({});
  });
});

describe("cost", () => {
  /** Counts what is appended. */
  function measured(): { readonly backend: StateBackend; readonly written: () => number } {
    const inner = memoryBackend();
    let bytes = 0;
    const backend: StateBackend = {
      ...inner,
      async acquire(id, options) {
        const writer = await inner.acquire(id, options);
        return delegateWriter(writer, {
          append(records, settings) {
            for (const record of records) bytes += record.length;
            return writer.append(records, settings);
          },
        });
      },
    };
    return { backend, written: () => bytes };
  }

  test("defect-T20: what a run writes grows with its steps, not with their square, with a checkpoint after each", async () => {
    const written: number[] = [];
    for (const steps of [100, 200, 400]) {
      const { backend, written: bytes } = measured();
      const state = await createReprise({ backend }).create();
      const step = tool({ name: "step", run: (number: number) => ({ number, text: "x".repeat(200) }) });
      for (let number = 0; number < steps; number += 1) {
        await state.run(step, number);
        await state.saveCheckpoint();
      }
      await state.close();
      written.push(bytes());
    }
    const [hundred, twoHundred, fourHundred] = written as [number, number, number];
    expect(twoHundred / hundred).toBeLessThan(2.1);
    expect(fourHundred / hundred).toBeLessThan(4.2);
    expect(hundred / 100).toBeLessThan(1_000);
  });
});

describe("data, not code", () => {
  test("defect-T22: reading a journal builds data only, whatever somebody wrote into it", async () => {
    const records = [
      { k: "run", at: 1, v: 1, id: stateId },
      { k: "started", at: 2, a: "evil::tool_call" },
      `{"k":"completed","at":3,"c":2,"v":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"then":"not a promise","toJSON":"no function"}}`,
    ];
    const state = await createReprise({ backend: await backendWith(records) }).load(stateId);
    const read = await Promise.resolve(state.history.get("evil::tool_call")).then((call) => {
      try { return call?.value; } catch (error) { return error; }
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    if (isRepriseError(read)) expect(read.code).toMatch(/CORRUPT|NOT_DECODABLE/u);
    else expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    await state.close();
  });

  test("defect-T22: equal values are equal whatever the order of their keys and however their texts came to be", async () => {
    const backend = memoryBackend();
    const leaf = counter<object, number>({ name: "leaf", run: () => 1 });
    const work = (inputs: readonly object[]) => agent({ name: "work", run: async (_: void, context) => { for (const input of inputs) await context.run(leaf.actor, input); throw new Error("not yet"); } });
    const before = { b: [1, { y: 2, x: 1 }], a: "text" };
    const after = { a: ["te", "xt"].join(""), b: [1, { x: 1, y: 2 }] };
    await createReprise({ backend }).execute(work([before, { other: 1 }]), undefined, { stateId });
    await createReprise({ backend }).execute(work([{ other: 1 }, after]), undefined, { stateId });
    expect(leaf.runs).toBe(2);
  });
});

describe.each(backends)("what is known of a run (in %s)", (_, open) => {
  test("defect-T23: saving again keeps tags, fields and the time of creation; times are numbers and grow", async () => {
    const backend = await open();
    const system = virtualSystem({ now: 1_000 });
    const reprise = createReprise({ backend });
    const created = await createReprise({ backend, system: { ...system, now: () => 1_000 } }).create({ stateId, metadata: { tags: ["a", "b"], pipelineName: "pages", owner: { team: "x" } } });
    await created.saveCheckpoint({ status: "paused" });
    await created.close();
    for (let time = 0; time < 3; time += 1) {
      const state = await reprise.load(stateId);
      await state.saveCheckpoint({ status: "paused" });
      await state.saveCheckpoint({ status: "paused", metadata: { round: time } });
      expect(state.createdAt).toBe(1_000);
      expect(state.metadata).toEqual({ tags: ["a", "b"], pipelineName: "pages", owner: { team: "x" }, round: time });
      await state.close();
    }
    const head = await reprise.head(stateId);
    expect(head).toMatchObject({ tags: ["a", "b"], pipelineName: "pages", createdAt: 1_000, status: "paused" });
    expect(head?.updatedAt).toBeGreaterThan(1_000);
    const { rows } = await reprise.list({ tags: ["b"], pipelineName: "pages" });
    expect(rows.map((row) => row.stateId)).toEqual([stateId]);
  });

  test("defect-T24: every checkpoint stays in the journal, with its place and what it said", async () => {
    const backend = await open();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const note = tool({ name: "note", run: (text: string) => text });
    const seqs: number[] = [];
    for (const text of ["one", "two", "three"]) {
      await state.run(note, text);
      seqs.push(await state.saveCheckpoint({ metadata: { text } }));
    }
    await state.close();
    const records = await journalOf(backend);
    expect(seqs.map((seq) => [records[seq - 1]?.k, records[seq - 1]?.["meta"]])).toEqual([
      ["checkpoint", { text: "one" }],
      ["checkpoint", { text: "two" }],
      ["checkpoint", { text: "three" }],
    ]);
    const completedBefore = seqs.map((seq) => records.slice(0, seq).filter(({ k }) => k === "completed").length);
    expect(completedBefore).toEqual([1, 2, 3]);
  });
});

describe("places and damage", () => {
  const ids = ["../../escaped", "..", ".", "/etc/passwd", "a/../../b", "C:\\x", "nul", "con", "a\u0000b", "..\\..\\x", "%2e%2e%2f", "~", "run ", ".hidden", "ü".repeat(60)];

  test.each(ids)("defect-T25: an id (%j) is refused or kept, and nothing is written outside of the store", async (id) => {
    const outside = await temporaryDirectory();
    const dir = join(outside, "deep", "store");
    await mkdir(join(outside, "deep"));
    await writeFile(join(outside, "witness"), "as it was");
    const reprise = createReprise({ backend: fsBackend({ dir }) });
    const outcome = await reprise.execute(tool({ name: "one", run: () => 1 }), undefined, { stateId: id }).catch((error: unknown) => error);
    if (isRepriseError(outcome)) {
      expect(outcome.code).toBe("INVALID_ID");
    } else {
      expect(outcome).toMatchObject({ status: "completed", value: 1 });
      expect((await reprise.list()).rows.map((row) => row.stateId)).toEqual([id]);
      expect(await reprise.head(id)).toMatchObject({ stateId: id });
      await reprise.delete(id);
      expect(await reprise.head(id)).toBeUndefined();
    }
    await reprise.close();
    expect((await readdir(outside)).toSorted()).toEqual(["deep", "witness"]);
    expect((await readdir(join(outside, "deep"))).every((name) => name === "store")).toBe(true);
    expect(await readFile(join(outside, "witness"), "utf8")).toBe("as it was");
  });

  test("defect-T26: missing, damaged, newer and of another format are different errors, and a damaged run hides no other", async () => {
    const run = { k: "run", at: 1, v: 1, id: stateId };
    const load = async (records: readonly unknown[]): Promise<unknown> => (await rejectionOf(createReprise({ backend: await backendWith(records) }).load(stateId))).code;
    expect((await rejectionOf(createReprise({ backend: memoryBackend() }).load("nobody"))).code).toBe("NOT_FOUND");
    expect(await load([{ ...run, v: 9 }])).toBe("INCOMPATIBLE");
    expect(await load([{ ...run, v: "x" }])).toBe("CORRUPT");
    expect(await load([{ ...run, v: 0 }])).toMatch(/CORRUPT|INCOMPATIBLE/u);
    expect(await load(["{ not json"])).toBe("CORRUPT");
    expect(await load([run, { k: "completed", at: 2, c: 77 }])).toBe("CORRUPT");
    expect(await load([run, { k: "unheard of", at: 2 }])).toMatch(/CORRUPT|INCOMPATIBLE/u);

    const dir = await temporaryDirectory();
    const reprise = createReprise({ backend: fsBackend({ dir }) });
    for (const id of ["good", "bad"]) await reprise.execute(tool({ name: "one", run: () => 1 }), undefined, { stateId: id });
    const paths = (await readdir(join(dir, "runs"), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const path of paths) if ((await readFile(path, "latin1")).includes('"bad"') || path.includes("bad")) await writeFile(path, "\u0000 damaged");
    const fresh = createReprise({ backend: fsBackend({ dir }) });
    const page = await fresh.list();
    expect(page.rows.map((row) => row.stateId)).toEqual(["good"]);
    expect(page.damaged.length).toBe(1);
    expect(page.damaged[0]?.error).toMatchObject({ code: "CORRUPT" });
    for (const attempt of [() => fresh.load("bad"), () => fresh.create({ stateId: "bad" }), () => fresh.head("bad"), () => journalOf(fsBackend({ dir }), "bad")]) {
      expect((await rejectionOf(attempt())).code).toBe("CORRUPT");
    }
  });

  test.each(backends)("defect-T27: nothing that was recorded changes with what it came from, nor with what was read (in %s)", async (_, open) => {
    const backend = await open();
    const shared = { list: [1, 2], bytes: Uint8Array.of(1, 2), map: new Map([["k", { deep: 1 }]]) };
    const spoil = (value: typeof shared): void => {
      value.list.push(99);
      value.bytes[0] = 99;
      value.map.set("spoilt", { deep: 99 });
    };
    const gives = tool({ name: "gives", run: (input: typeof shared, context) => { context.storage.set("stored", shared); spoil(input); return shared; } });
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId, metadata: { shared } });
    const result = await state.run(gives, shared);
    spoil(result);
    spoil(shared);
    spoil(state.history.get("gives::tool_call")?.input as typeof shared);
    spoil(state.history.get("gives::tool_call")?.value as typeof shared);
    spoil(state.storage.get("stored") as typeof shared);
    spoil(state.metadata["shared"] as typeof shared);
    const clean = { list: [1, 2], bytes: Uint8Array.of(1, 2), map: new Map([["k", { deep: 1 }]]) };
    const holds = (loaded: typeof state): void => {
      const call = loaded.history.get("gives::tool_call");
      expect([call?.input, call?.value, loaded.storage.get("stored"), loaded.metadata["shared"]]).toEqual([clean, clean, clean, clean]);
    };
    holds(state);
    await state.close();
    await using loaded = await createReprise({ backend }).load(stateId);
    holds(loaded);
  });
});
