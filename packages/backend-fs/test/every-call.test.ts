import { fsBackend, type Io } from "@reprise/backend-fs";
import { isRepriseError, type StateBackend, type StateWriter } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { SimDisk, systemError, type Gate } from "./sim-disk.ts";
import { seededRandom, SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: whichever call of the file system fails, once or from then on, whoever was told that something is stored
// finds it afterwards, also after a loss of power; nobody finds anything else; and the store goes on.

// REPRISE_FAULTS=all for every error at every call; CI tries one of them, and crashes.
const all = (process.env["REPRISE_FAULTS"] ?? "few") === "all";
const errors = all ? ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EACCES", "EROFS", "ESTALE", "EEXIST", "ENOENT", "EINTR", "EBUSY", "ETXTBSY"] : ["EIO"];
const aftermaths = all ? (["kill", "loss of power"] as const) : (["loss of power"] as const);

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textOf = (content: Uint8Array): string => Buffer.from(content).toString();

/** What somebody was told, and what somebody tried. */
class Told {
  readonly appended: string[] = [];
  readonly tried: string[] = [];
  readonly posted = new Set<string>();
  readonly taken = new Set<string>();
  readonly put = new Set<string>();
  removed: "no" | "perhaps" | "yes" = "no";
  failures = 0;
}

class World {
  readonly system = new SimSystem();
  readonly machine = new SimMachine();

  readonly #mostSegments: number | undefined;

  constructor(mostSegments?: number) {
    this.#mostSegments = mostSegments;
  }

  open(disk: SimDisk, gate?: Gate, change = (io: Io): Io => io): StateBackend {
    const { pid: _, ...processes } = this.machine.start();
    return fsBackend({ dir: "/store", io: change(disk.io(gate)), system: this.system, processes, segmentBytes: 500, ...(this.#mostSegments && { mostSegments: this.#mostSegments }) });
  }
}

/** Everything that a store can do, once; goes on after a failure as far as it can. */
async function live(backend: StateBackend, told: Told): Promise<void> {
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isRepriseError(error)) throw error;
      told.failures += 1;
      return false;
    }
  };
  const hold = async (work: (writer: StateWriter) => Promise<void>, stateId = "run-1"): Promise<void> => {
    let writer: StateWriter | undefined;
    await attempt(async () => (writer = await backend.acquire(stateId, { owner: "test", create: "may" })));
    if (writer === undefined) return;
    const held = writer;
    await work(held);
    await attempt(() => held.release());
  };
  const append = async (writer: StateWriter, ...texts: string[]): Promise<void> => {
    told.tried.push(...texts);
    if (await attempt(() => writer.append(texts.map(bytes), { expect: writer.lastSeq, header: { tags: texts } }))) told.appended.push(...texts);
  };
  const other = "run-2";
  await hold(async (writer) => {
    await append(writer, "a", "b");
    await append(writer, "c".repeat(300));
    if (await attempt(() => backend.post("run-1", "m1", bytes("one")))) told.posted.add("m1");
    if (await attempt(() => backend.artifacts!.put(bytes("content")))) told.put.add("content");
    await append(writer, "d".repeat(300));
    await append(writer, "e");
    await attempt(() => writer.compact!([], bytes("-")));
    await append(writer, "f");
  });
  if (await attempt(() => backend.post("run-1", "m2", bytes("two")))) told.posted.add("m2");
  await hold(async (writer) => void (await attempt(() => writer.append([bytes("other")], { expect: 0 }))), other);
  told.removed = "perhaps";
  if (await attempt(() => backend.remove(other, { force: true }))) told.removed = "yes";
  await hold(async (writer) => {
    await attempt(async () => {
      for await (const { id } of writer.messages()) {
        told.taken.add(id);
        await writer.acknowledge(id);
        break;
      }
    });
    await append(writer, "g");
    await attempt(() => backend.list());
    await attempt(async () => backend.verify?.("run-1"));
  });
}

async function check(world: World, disk: SimDisk, told: Told, label: string): Promise<void> {
  world.machine.restart();
  const backend = world.open(disk);
  const writer = await backend.acquire("run-1", { owner: "next", create: "may" });
  const found: string[] = [];
  for await (const batch of writer.recovered()) found.push(...batch.map((record) => textOf(record.bytes)));
  // In order, everything that was acknowledged, and nothing that nobody tried.
  expect(found.filter((text) => told.appended.includes(text)), label).toEqual(told.appended);
  expect(told.tried.filter((text) => found.includes(text)), label).toEqual(found);
  const messages: string[] = [];
  for await (const { id } of writer.messages()) messages.push(id);
  for (const id of told.posted) if (!told.taken.has(id)) expect(messages, label).toContain(id);
  for (const id of messages) expect(["m1", "m2"], label).toContain(id);
  for (const text of told.put) expect((await backend.artifacts!.put(bytes(text))).existed, label).toBe(true);
  if (told.removed === "yes") expect(await backend.head("run-2"), label).toBeUndefined();
  expect(await writer.append([bytes("after")], { expect: found.length }), label).toBe(found.length + 1);
  await backend.post("run-1", "after", bytes("after"));
  await writer.release();
  expect(await backend.verify!("run-1"), label).toEqual([]);
  if ((await backend.head("run-2")) !== undefined) await backend.remove("run-2", { force: true });
  const again = await backend.acquire("run-2", { owner: "next", create: "must" });
  expect(await again.append([bytes("new")], { expect: 0 }), label).toBe(1);
}

// With one file as the most, each acquire of a run that is there writes it anew.
test.each([undefined, 1])("G3, G4, G8, G10, G11, G12, I4: every call of the file system fails once, or is the last of its process (mostSegments: %s)", { timeout: 1_200_000 }, async (mostSegments) => {
  let calls = 0;
  const calm = new Told();
  await live(new World(mostSegments).open(new SimDisk(), () => void (calls += 1)), calm);
  expect(calm.failures).toBe(0);
  expect(calls).toBeGreaterThan(200);
  for (const error of [...errors, "crash"]) {
    for (const aftermath of aftermaths) {
      for (let at = 1; at <= calls; at += 1) await tryCall(at, { error, aftermath, mostSegments });
    }
  }
});

/** A life in which one call fails, or is the last, and what is left of it. */
async function tryCall(
  at: number,
  { error, aftermath, change, mostSegments }: { readonly error: string; readonly aftermath: string; readonly change?: (io: Io) => Io; readonly mostSegments?: number | undefined },
): Promise<void> {
  const world = new World(mostSegments);
  const disk = new SimDisk();
  const told = new Told();
  let call = 0;
  const fail: Gate = (_, path) => {
    call += 1;
    if (call === at || (error === "crash" && call > at)) throw systemError(error === "crash" ? "ECRASH" : error, path);
  };
  await live(world.open(disk, fail, change), told);
  await check(world, aftermath === "kill" ? disk : disk.afterPowerLoss(seededRandom(at)), told, `${error} at call ${at}, then ${aftermath}`);
}

test.each<[string, (io: Io) => Io]>([
  ["files are not synced", (io) => ({ ...io, create: async (path) => ({ ...(await io.create(path)), datasync: async () => undefined }) })],
  ["directories are not synced", (io) => ({ ...io, syncDirectory: async () => undefined })],
])("it finds a loss when %s", async (_, change) => {
  const losses: unknown[] = [];
  for (let at = 1; at <= 250 && losses.length === 0; at += 1) await tryCall(at, { error: "crash", aftermath: "loss of power", change }).catch((loss: unknown) => losses.push(loss));
  expect(losses).toHaveLength(1);
});
