import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, CorruptError, createReprise, RepriseError, tool, type Encryption, type VerifyReport } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { retry } from "@reprise/retry";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { flaky } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { backendWith, createWorld, journalOf, rejectionOf, stateId, type RawRecord } from "./support/world.ts";

// How to know that it works: what an engine has written is intact (the replay properties verify every journal they make, too);
// each kind of damage is found at its record, and the records behind it are still looked at; whatever is done to a journal,
// verify does not throw, and finds something wherever a load would have refused.

const run = { k: "run", at: 1, v: 1, id: stateId };
const work = { k: "started", at: 2, a: "work::agent_call" };
const leaf = { k: "started", at: 3, a: "work::leaf::tool_call", p: 2 };

async function verify(records: readonly unknown[]): Promise<VerifyReport> {
  return createReprise({ backend: await backendWith(records) }).verify(stateId);
}

describe.each(stores)("S10: verify, %s", (_, open) => {
  test("S10: what was recorded is intact, also while somebody holds the run, and nothing is taken or written", async () => {
    const world = createWorld((await open()).backend);
    const state = await world.begin().reprise.create({ stateId });
    await state.run(flaky(1, { retry: retry({ maxAttempts: 2, initialDelayMs: 0 }) }), new Map([[1, 2n]]));
    const before = await journalOf(world.disk);
    expect(await world.begin().reprise.verify(stateId)).toEqual({ stateId, intact: true, records: before.length, findings: [] });
    expect(await journalOf(world.disk)).toEqual(before);
    await state.run(flaky(0), 1);
    await state.close();
  });

  test("S10: a run that was rewound is intact, whichever timeline a record is in", async () => {
    const { reprise } = createWorld((await open()).backend).begin();
    const state = await reprise.create({ stateId });
    await state.run(flaky(0, { name: "one" }), 1);
    const seq = await state.saveCheckpoint();
    await state.run(flaky(1, { name: "two", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }) }), 2);
    await state.close();
    for (const point of [{ checkpoint: seq }, { address: "one::tool_call" }]) {
      await reprise.rewind(stateId, point);
      const again = await reprise.load(stateId);
      await again.run(flaky(0, { name: "one" }), 1);
      await again.run(flaky(0, { name: "two" }), 3);
      await again.close();
    }
    expect((await reprise.verify(stateId)).findings).toEqual([]);
  });

  test("S10: a run that does not exist is no finding", async () => {
    const { reprise } = createWorld((await open()).backend).begin();
    expect(await rejectionOf(reprise.verify("unknown"))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.verify(""))).toMatchObject({ code: "INVALID_ID" });
  });
});

describe("S10: findings", () => {
  test.each([
    ["bytes that are not JSON", [run, "{", work], "record", 2],
    ["a kind that there is not", [run, { k: "other", at: 1 }, work], "record", 2],
    ["a field that is wrong", [run, { ...work, a: 7 }], "record", 2],
    ["another first record", [work], "history", 1],
    ["a second run record", [run, run], "history", 2],
    ["the journal of another run", [{ ...run, id: "other" }], "history", 1],
    ["an address that is none", [run, { ...work, a: "work" }], "history", 2],
    ["a call that is not there", [run, { k: "completed", at: 2, c: 7 }], "history", 2],
    ["a parent that is not there", [run, { ...leaf, p: 9 }], "history", 2],
    ["a call made by a leaf", [run, work, leaf, { ...leaf, a: "work::leaf::more::tool_call", p: 3 }], "history", 4],
    ["a call made after its parent had ended", [run, work, { k: "completed", at: 3, c: 2 }, leaf], "history", 4],
    ["a call that lies elsewhere than its parent", [run, work, { ...leaf, a: "elsewhere::leaf::tool_call" }], "history", 3],
    ["two outcomes", [run, work, { k: "completed", at: 3, c: 2 }, { k: "failed", at: 4, c: 2, e: { name: "E", message: "" } }], "history", 4],
    ["a cancellation after the end", [run, work, { k: "completed", at: 3, c: 2 }, { k: "cancelled", at: 4, c: 2, why: "" }], "history", 4],
    ["attempts that skip a number", [run, work, { k: "restarted", at: 3, c: 2, n: 3 }], "history", 3],
    ["a retry of nothing", [run, work, { k: "retrying", at: 3, c: 2, due: 4, delay: 1 }], "history", 3],
    ["a branch of another call", [run, work, leaf, { k: "completed", at: 4, c: 3 }, { ...work, a: "group::group" }, { k: "completed", at: 5, c: 5, vb: [3] }], "history", 6],
    ["a cut whose ranges are none", [run, work, { k: "cut", at: 3, ranges: [[1, 9]], why: { position: 1 } }], "history", 3],
    ["a cut back to what comes behind it", [run, work, { k: "cut", at: 3, ranges: [[1, 1]], why: { position: 9 } }], "history", 3],
    ["a cut that hides what it leaves a child of", [run, work, leaf, { k: "cut", at: 3, ranges: [[1, 1], [3, 3]], why: { position: 3 } }], "history", 4],
    ["a record behind a seal", [run, { k: "sealed", at: 2 }, work], "history", 3],
    ["a return without a seal", [run, { k: "received", at: 2 }], "history", 2],
    ["a value with a tag that there is not", [run, { ...work, i: { $x: 1 } }], "value", 2],
    ["a value in the storage that is none", [run, { k: "storage", at: 2, w: [["key", "s", { $d: "x" }]] }], "value", 2],
    ["metadata that cannot be read", [{ ...run, meta: { $m: 5 } }], "value", 1],
  ])("S10: %s: found, with its seq", async (_, records, kind, seq) => {
    const report = await verify(records);
    expect(report).toMatchObject({ intact: false, records: records.length });
    expect(report.findings[0]).toMatchObject({ kind, seq, message: expect.any(String) });
  });

  test("S10: everything is read, whatever is found: each damage is in the list", async () => {
    const { findings, records } = await verify([run, "{", { ...leaf, p: undefined, a: "leaf::tool_call", i: { $x: 1 } }, { k: "completed", at: 4, c: 3 }, { k: "completed", at: 5, c: 3 }, { k: "completed", at: 6, c: 2 }]);
    expect(records).toBe(6);
    expect(findings.map(({ kind, seq }) => [kind, seq])).toEqual([["record", 2], ["value", 3], ["history", 5], ["history", 6]]);
  });

  test("S10: contents that records name are looked at: each that is missing or damaged is a finding", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const kept = state.artifacts.put("kept", "content");
    const lost = state.artifacts.put("lost", new Uint8Array(9));
    state.artifacts.put("again", new Uint8Array(9));
    const damaged = state.artifacts.put("damaged", { deep: [1] });
    await state.close();
    expect((await reprise.verify(stateId)).findings).toEqual([]);
    const artifacts = {
      ...backend.artifacts,
      get: async (id: string) => {
        if (id === lost.id) throw new RepriseError("NOT_FOUND", `there is no artifact ${id}`);
        if (id === damaged.id) throw new CorruptError(`artifact ${id} is damaged`, { path: "file" });
        return backend.artifacts.get(id);
      },
    };
    expect((await createReprise({ backend, artifacts }).verify(stateId)).findings).toEqual([
      { kind: "artifact", seq: 3, message: expect.stringContaining(lost.id) },
      { kind: "artifact", seq: 5, message: expect.stringContaining(damaged.id), path: "file" },
    ]);
    const { artifacts: _, ...without } = backend;
    expect((await createReprise({ backend: without }).verify(stateId)).findings.map(({ message }) => message)).toContainEqual(expect.stringContaining(kept.id));
  });

  test("S10: a journal of a newer version is no damage: it is refused as a load refuses it", async () => {
    expect(await rejectionOf(verify([{ ...run, v: 99 }]))).toMatchObject({ code: "INCOMPATIBLE" });
  });

  test("S10: an encrypted run is no damage where no encryption is given, and nothing of it is salvaged; where one is given, what it cannot decrypt is damage", async () => {
    const encryption = (key: number): Encryption => ({ keyId: "2026", encrypt: (bytes) => bytes.map((byte) => byte ^ key), decrypt: (bytes) => bytes.map((byte) => byte ^ key) });
    const backend = memoryBackend();
    await createReprise({ backend, codec: { encryption: encryption(1) } }).execute(flaky(0), 1, { stateId });
    const keyless = createReprise({ backend });
    for (const attempt of [() => keyless.verify(stateId), () => keyless.salvage(stateId, { stateId: "saved" })]) expect(await rejectionOf(attempt())).toMatchObject({ code: "DECRYPTION_FAILED", stateId });
    expect(await keyless.head("saved")).toBeUndefined();
    expect((await createReprise({ backend, codec: { encryption: encryption(2) } }).verify(stateId)).findings[0]).toMatchObject({ kind: "record", seq: 1, message: expect.stringContaining('"2026"') });
  });

  test("S10: what a backend knows of its own damage is in the list, and what it cannot get past", async () => {
    const dir = await mkdtemp(join(tmpdir(), "reprise-verify-"));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const add = tool({ name: "add", run: (value: number) => value + 1 });
    const first = createReprise({ backend: fsBackend({ dir }) });
    const state = await first.create({ stateId });
    for (let value = 0; value < 5; value += 1) await state.run(add, value);
    await state.close();
    const [segment] = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith(".j")).map((name) => join(dir, name));
    const bytes = await readFile(segment!);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(segment!, bytes);
    const report = await createReprise({ backend: fsBackend({ dir }) }).verify(stateId);
    expect(report).toMatchObject({ intact: false, findings: [{ kind: "backend", path: expect.any(String), offset: expect.any(Number) }] });
    expect(report.findings).toHaveLength(1);
    expect(report.records).toBeLessThan(11);
  });

  test("S10: damage is a finding, anything else that goes wrong is thrown", async () => {
    const backend = memoryBackend();
    await (await createReprise({ backend }).create({ stateId })).close();
    const broken = createReprise({ backend: { ...backend, read: () => { throw Object.assign(new Error("gone"), { code: "IO" }); } } });
    expect(await rejectionOf(broken.verify(stateId))).toMatchObject({ message: "gone" });
  });
});

test("S10: whatever is done to a journal, verify does not throw, and finds something wherever a load refuses", async () => {
  const world = createWorld();
  const quick = retry({ maxAttempts: 2, initialDelayMs: 0 });
  const ok = tool({ name: "ok", run: (value: number) => ({ value }) });
  const bad = tool({ name: "bad", retry: quick, run: (): number => { throw new Error("no"); } });
  const root = agent({ name: "root", run: async (_: void, context) => { await context.map("some", [1, 2], ok); await context.try(bad); context.storage.set("x", new Date(1)); return context.run(ok, 3); } });
  await world.begin().reprise.execute(root, undefined, { stateId });
  const whole = await world.journal();
  expect((await verify(whole)).intact).toBe(true);
  const anyRecord = fc.nat(whole.length - 1);
  const anyDamage = fc.oneof(
    anyRecord.map((at) => (list: RawRecord[]) => void list.splice(at, 1)),
    anyRecord.map((at) => (list: RawRecord[]) => void list.splice(at, 0, list[at]!)),
    fc.tuple(anyRecord, anyRecord).map(([one, other]) => (list: RawRecord[]) => void ([list[one], list[other]] = [list[other]!, list[one]!])),
    fc.tuple(anyRecord, fc.nat(9), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.nat(30))).map(([at, pick, value]) => (list: RawRecord[]) => {
      const fields = Object.keys(list[at] ?? {});
      list[at] = { ...list[at]!, [fields[pick % Math.max(1, fields.length)] ?? "k"]: value };
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyDamage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const records = [...whole];
      for (const damage of damages) damage(records);
      const backend = await backendWith(records.filter((record) => record !== undefined));
      const reprise = createReprise({ backend });
      const found = await reprise.verify(stateId).catch((error: unknown) => error as Error & { readonly code?: string });
      if (found instanceof Error) {
        expect(found.code).toBe("INCOMPATIBLE");
        return;
      }
      const loads = await reprise.load(stateId).then((state) => state.close().then(() => true), () => false);
      if (!loads) expect(found.intact).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test("S10: a damaged run can be removed, and is nobody's while it is; one that somebody holds cannot", async () => {
  const dir = await mkdtemp(join(tmpdir(), "reprise-rules-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const holder = createReprise({ backend: fsBackend({ dir }) });
  const state = await holder.create({ stateId });
  await state.run(flaky(0), 1);
  const [segment] = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith(".j")).map((name) => join(dir, name));
  const damage = async (): Promise<void> => {
    const bytes = await readFile(segment!);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await writeFile(segment!, bytes);
  };
  await damage();
  const other = createReprise({ backend: fsBackend({ dir }) });
  expect(await rejectionOf(other.delete(stateId))).toMatchObject({ code: "LEASE_HELD" });
  await damage();
  await state.close();
  await damage();
  expect(await rejectionOf(other.load(stateId))).toMatchObject({ code: "CORRUPT" });
  await other.delete(stateId);
  expect(await other.head(stateId)).toBeUndefined();
  expect(await rejectionOf(other.delete(stateId))).toMatchObject({ code: "NOT_FOUND" });
  await (await other.create({ stateId })).close();
});
