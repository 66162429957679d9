import { doctor, fsBackend } from "@reprise/backend-fs";
import { isRepriseError, type StateBackend } from "@reprise/core/spi";
import { beforeAll, expect, test } from "vitest";
import { forgedHead, forgedMessage, forgedSegment, resealed, segmentWithHeader } from "./forge.ts";
import { mutatedBytes, pick } from "./mutate-bytes.ts";
import { SimDisk, type Random } from "./sim-disk.ts";
import { seededRandom, SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: whatever is in the files, also with right checksums, every operation gives a result or a typed error;
// never another exception, and never later than a bound.

// Of each kind of file. REPRISE_INPUTS=1000000 for a long night; REPRISE_FIRST_INPUT goes on behind a seed.
const inputs = Number(process.env["REPRISE_INPUTS"] ?? 500);
const first = Number(process.env["REPRISE_FIRST_INPUT"] ?? 1);
// Of one operation on a busy machine; the files have some kilobytes.
const boundMs = 5_000;

const encoder = new TextEncoder();
const machine = new SimMachine();
let whole: SimDisk;

/** A process of a machine that has just been started: whoever had the store before is dead. */
function open(disk: SimDisk): StateBackend {
  machine.restart();
  const { pid: _, ...processes } = machine.start();
  return fsBackend({ dir: "/store", io: disk.io(), system: new SimSystem(), processes });
}

beforeAll(async () => {
  whole = new SimDisk();
  const gone = await open(whole).acquire("run-2", { owner: "test", create: "must" });
  await gone.append([encoder.encode("gone")], { expect: 0 });
  const remover = open(whole);
  await gone.release();
  await remover.remove("run-2", { force: true });
  // Three segments: what comes before, what was logged anew, and a compacted one is another test's.
  for (const [index, durability] of (["power", "process", "process"] as const).entries()) {
    const backend = open(whole);
    const writer = await backend.acquire("run-1", { owner: "test", create: "may" });
    for (let group = 1; group <= 3; group += 1) {
      const records = Array.from({ length: group }, (_, at) => encoder.encode(`{"segment":${index},"group":${group},"at":${at}}`));
      await writer.append(records, { expect: writer.lastSeq, durability, header: { updatedAt: group, tags: ["a"], pipelineName: "p" } });
    }
    await backend.post("run-1", `message-${index}`, encoder.encode(`{"answer":${index}}`));
    if (durability === "power") await writer.release();
  }
  await open(whole).artifacts?.put(encoder.encode("content"));
});

const operations: { readonly [name: string]: (backend: StateBackend, disk: SimDisk) => Promise<unknown> } = {
  doctor: (_, disk) => doctor({ dir: "/store", io: disk.io(), system: new SimSystem(), processes: machine.start() }),
  head: (backend) => backend.head("run-1"),
  list: (backend) => backend.list({ tags: ["a"] }),
  read: async (backend) => {
    for await (const batch of backend.read("run-1")) expect(batch.length).toBeGreaterThan(0);
  },
  acquire: async (backend) => {
    const writer = await backend.acquire("run-1", { owner: "test", create: "may" });
    for await (const batch of writer.recovered()) expect(batch.length).toBeGreaterThan(0);
    await writer.append([encoder.encode("more")], { expect: writer.lastSeq });
    for await (const { id } of writer.messages()) await writer.acknowledge(id);
    await writer.compact?.([], encoder.encode("-"));
    await writer.release();
  },
  "acquire again after a removal": (backend) => backend.acquire("run-2", { owner: "test", create: "must" }),
  post: (backend) => backend.post("run-1", "another", encoder.encode("message")),
  remove: (backend) => backend.remove("run-1", { force: true }),
  verify: async (backend) => backend.verify?.("run-1"),
  salvage: async (backend) => {
    for await (const batch of backend.salvage?.("run-1") ?? []) expect(batch.length).toBeGreaterThan(0);
  },
};

/** What is put in the place of a file: rubbish, or what a liar would write, with right checksums. */
function changed(path: string, bytes: Uint8Array, random: Random): Uint8Array {
  const forge = random() < 0.7;
  const epoch = Number(/e-(?<epoch>\d+)\.j$/u.exec(path)?.groups?.["epoch"] ?? 0);
  if (forge && epoch > 0) return forgedSegment(bytes, epoch, random);
  if (forge && path.endsWith("head.json")) return forgedHead(bytes, random);
  return forge && path.endsWith(".m") ? forgedMessage(bytes, random) : mutatedBytes(bytes, random);
}

test.each(["STORE", "e-00000001.j", "e-00000003.j", "head.json", "lease.json", "message-1.m", "tombstones/run-2"])("G10: whatever %s and perhaps another file hold, the answer is a result or a typed error, in bounded time", { timeout: Math.max(120_000, inputs * 100) }, async (kind) => {
  const found: string[] = [];
  const outcomes = new Map<string, number>();
  const files = [...whole.files()].filter(([path]) => !path.includes("/artifacts/"));
  const victims = files.filter(([path]) => path.endsWith(kind));
  expect(victims).toHaveLength(1);
  for (let input = first; input < first + inputs && found.length < 3; input += 1) {
    const random = seededRandom(input);
    const disk = whole.copy();
    const damaged = new Map([...victims, ...(random() < 0.3 ? [pick(files, random)] : [])].map(([path, bytes]) => [path, changed(path, bytes, random)]));
    for (const [path, bytes] of damaged) disk.replace(path, bytes);
    const name = pick(Object.keys(operations), random);
    const before = process.cpuUsage();
    const error = await operations[name]!(open(disk), disk).then(() => undefined, (reason: unknown) => reason);
    const { user, system } = process.cpuUsage(before);
    const spent = (user + system) / 1_000;
    const outcome = error === undefined ? "result" : isRepriseError(error) ? error.code : "other";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === "other" || spent > boundMs) found.push(`input ${input}, ${name}, ${spent.toFixed(0)} ms: ${error instanceof Error ? error.stack : String(error)}\n${[...damaged].map(([path, bytes]) => `${path} is ${JSON.stringify(Buffer.from(bytes).toString("latin1").slice(0, 2_000))}`).join("\n")}`);
  }
  expect(found.join("\n\n")).toBe("");
  // Not all of it is refused, or this would prove little.
  expect(outcomes.get("result"), JSON.stringify([...outcomes])).toBeGreaterThan(inputs / 20);
});

test.each([
  ["nothing", null],
  ["a list", []],
  ["a run that is none", { stateId: 7 }],
  ["a time that is none", { created: "yesterday" }],
  ["frames before it that are no numbers", { relogged: [["1", "2"]] }],
  ["fewer frames than none before it", { relogged: [[1, -1]] }],
  ["that it continues itself", { previous: { epoch: 3, length: 100 } }],
  ["that it continues what comes after it", { previous: { epoch: 4, length: 100 } }],
  ["that it continues a part of a file", { previous: { epoch: 1, length: 7.5 } }],
])("G10: a segment whose header says %s, with a right checksum, is CORRUPT for all who read it", async (_, says) => {
  const path = "/store/runs/4e/run-1/e-00000003.j";
  const disk = whole.copy();
  disk.replace(path, segmentWithHeader(disk.files().get(path)!, 3, (header) => (says === null || Array.isArray(says) ? says : { ...header, ...says })));
  for (const name of ["head", "read", "acquire"]) await expect(operations[name]!(open(disk), disk), name).rejects.toMatchObject({ code: "CORRUPT", path });
  expect(await open(disk).verify!("run-1")).toContainEqual(expect.objectContaining({ code: "CORRUPT", path }));
});

test("G10: a frame of records that says it begins at record 0, with a right checksum, is damage to whoever looks for it", async () => {
  const path = "/store/runs/4e/run-1/e-00000001.j";
  const disk = whole.copy();
  disk.replace(path, resealed(disk.files().get(path)!, 1, ({ kind }) => (kind === "B" ? { fields: { firstSeq: 0 } } : {})));
  const damages = [expect.objectContaining({ code: "CORRUPT", path })];
  expect(await open(disk).verify!("run-1")).toEqual(expect.arrayContaining(damages));
  await expect(operations["salvage"]!(open(disk), disk)).resolves.toBeUndefined();
});

test.each(["", "null", "{}", '{"epoch":"1"}', '{"epoch":-1}', '{"epoch":1e99}', '{"epoch":4294967296}'])("G5, G10: a tombstone that says %j is CORRUPT: an epoch might be used again", async (text) => {
  const path = "/store/tombstones/run-2";
  const disk = whole.copy();
  disk.replace(path, encoder.encode(text));
  await expect(open(disk).acquire("run-2", { owner: "test", create: "must" })).rejects.toMatchObject({ code: "CORRUPT", path, offset: 0 });
});
