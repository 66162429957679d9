import { fsBackend } from "@reprise/backend-fs";
import { isRepriseError, type StateBackend, type StateWriter } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { SimDisk, systemError, type Gate } from "./sim-disk.ts";
import { seededRandom, SimMachine, SimSystem } from "./sim-system.ts";

interface Host {
  readonly machine: SimMachine;
  readonly system: SimSystem;
}

function open(disk: SimDisk, gate?: Gate, { machine, system }: Host = { machine: new SimMachine(), system: new SimSystem() }): StateBackend {
  const { pid: _, ...processes } = machine.start();
  return fsBackend({ dir: "/store", io: disk.io(gate), system, processes });
}

const hold = (backend: StateBackend): Promise<StateWriter> => backend.acquire("run-1", { owner: "test", create: "may" });
const bytes = (text: string): Uint8Array => Buffer.from(text);
const append = (writer: StateWriter, text: string): Promise<number> => writer.append([bytes(text)], { expect: writer.lastSeq });

async function textsOf(backend: StateBackend): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of backend.read("run-1")) found.push(...batch.map((record) => Buffer.from(record.bytes).toString()));
  return found;
}

/** A gate that makes one kind of operation fail while `code` is set. */
function faulty(operation: string, concerns = (_path: string): boolean => true): { code: string | undefined; readonly gate: Gate } {
  const fault: { code: string | undefined; readonly gate: Gate } = {
    code: undefined,
    gate: (happening, path) => {
      if (happening === operation && concerns(path) && fault.code !== undefined) throw systemError(fault.code, path);
    },
  };
  return fault;
}

const isSegment = (path: string): boolean => path.endsWith(".j");

test.each([
  ["acquire", hold],
  ["list", (backend: StateBackend) => backend.list()],
] as const)("a store that another process makes between two looks at the directory is not foreign to %s", async (_, use) => {
  const disk = new SimDisk();
  const { pid: __, ...processes } = new SimMachine().start();
  const io = disk.io();
  let overtaken = false;
  const read = async (path: string): Promise<Uint8Array> => {
    const found = await io.read(path).catch((error: unknown) => error as Error);
    if (!overtaken && path.endsWith("/STORE")) {
      overtaken = true;
      await (await hold(open(disk))).release();
    }
    if (found instanceof Error) throw found;
    return found;
  };
  await use(fsBackend({ dir: "/store", io: { ...io, read }, system: new SimSystem(), processes }));
  expect(overtaken).toBe(true);
});

test("what list knows of a run that was let go survives a loss of power: one that sleeps is found when it is due", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const disk = new SimDisk();
    const writer = await hold(open(disk));
    await writer.append([bytes("begun")], { expect: 0, header: { status: "running", createdAt: 1 } });
    await writer.append([bytes("sleeps")], { expect: 1, header: { status: "awaiting", wakeAt: 1_000 } });
    await writer.release();
    const left = open(disk.afterPowerLoss(seededRandom(seed)));
    const { rows, damaged } = await left.list({ dueBefore: 2_000, status: ["awaiting"] });
    expect(damaged, `seed ${seed}`).toEqual([]);
    expect(rows.map(({ stateId, wakeAt }) => [stateId, wakeAt]), `seed ${seed}`).toEqual([["run-1", 1_000]]);
  }
});

describe("G8: after a failure nothing more is acknowledged, and a new acquire goes on", () => {
  test.each([
    ["datasync", "EIO", "POISONED"],
    ["datasync", "ENOSPC", "NO_SPACE"],
    ["write", "ENOSPC", "NO_SPACE"],
    ["write", "EDQUOT", "NO_SPACE"],
    ["write", "EIO", "POISONED"],
    ["look", "EMFILE", "POISONED"],
    ["look", "EIO", "POISONED"],
  ] as const)("%s fails with %s: %s", async (operation, code, expected) => {
    const disk = new SimDisk();
    const fault = faulty(operation, isSegment);
    const backend = open(disk, fault.gate);
    const writer = await hold(backend);
    await append(writer, "before");
    fault.code = code;
    const hit = writer.append([bytes("hit")], { expect: 1 });
    const queued = writer.append([bytes("queued")], { expect: 2 });
    const error = await hit.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: expected, retry: "reacquire", indeterminate: true, stateId: "run-1" });
    await expect(queued).rejects.toMatchObject({ code: expected });
    fault.code = undefined;
    // The disk is well again; this writer is not.
    await expect(writer.append([bytes("later")], { expect: 3 })).rejects.toMatchObject({ code: expected, indeterminate: false });
    await expect(writer.flush()).rejects.toMatchObject({ code: expected });
    expect(isRepriseError(writer.signal.reason, expected)).toBe(true);
    await writer.release();

    const next = await hold(backend);
    await append(next, "after");
    const found = await textsOf(backend);
    expect(found[0]).toBe("before");
    expect(found.at(-1)).toBe("after");
    expect(found).toHaveLength(next.lastSeq);
  });

  test("what a failed sync lost is written anew before the next holder is shown it", async () => {
    const disk = new SimDisk();
    const fault = faulty("datasync", isSegment);
    const backend = open(disk, fault.gate);
    const writer = await hold(backend);
    fault.code = "EIO";
    await expect(append(writer, "lost pages")).rejects.toMatchObject({ code: "POISONED" });
    fault.code = undefined;
    const next = await hold(backend);
    // It is still in the page cache of this machine, so it is shown, and then it must survive a power loss.
    expect(next.lastSeq).toBe(1);
    for (let seed = 1; seed <= 50; seed += 1) expect(await textsOf(open(disk.afterPowerLoss(seededRandom(seed))))).toEqual(["lost pages"]);
  });

  test("a failed background sync poisons the writer", async () => {
    const disk = new SimDisk();
    const fault = faulty("datasync", isSegment);
    const host = { machine: new SimMachine(), system: new SimSystem() };
    const writer = await hold(open(disk, fault.gate, host));
    await writer.append([bytes("a")], { expect: 0, durability: "process" });
    fault.code = "EIO";
    const aborted = new Promise((resolve) => writer.signal.addEventListener("abort", resolve));
    host.system.advance(50);
    await aborted;
    expect(isRepriseError(writer.signal.reason, "POISONED")).toBe(true);
  });
});

describe("G10: an I/O error is IO with its path, never NOT_FOUND or CORRUPT", () => {
  test.each(["EIO", "EACCES", "EMFILE", "ESTALE"])("reading fails with %s", async (code) => {
    const disk = new SimDisk();
    const setup = await hold(open(disk));
    await append(setup, "a");
    await setup.release();
    for (const operation of ["read", "readdir"]) {
      const fault = faulty(operation, (path) => path.includes("run-1"));
      const backend = open(disk, fault.gate);
      fault.code = code;
      const uses = [() => textsOf(backend), () => backend.head("run-1"), () => hold(backend)];
      if (operation === "readdir") uses.splice(0, uses.length, () => textsOf(backend), () => hold(backend));
      for (const use of uses) {
        const error = await use().then(() => undefined, (reason: unknown) => reason);
        expect(error, `${operation} ${use.toString()}`).toMatchObject({ code: "IO", retry: "later", stateId: "run-1" });
        expect((error as { path: string }).path).toMatch(/^\/store\/runs\/4e\/run-1/);
      }
    }
  });

  test("one unreadable header is listed as damaged and hides nobody", async () => {
    const disk = new SimDisk();
    const backend = open(disk);
    await hold(backend);
    await backend.acquire("run-2", { owner: "test", create: "may" });
    await backend.acquire("run-3", { owner: "test", create: "may" });
    disk.replace("/store/runs/4e/run-1/head.json", bytes('{"format":1,"check":"00000000","head":{}}'));
    const fault = faulty("read", (path) => path.includes("run-2"));
    fault.code = "EIO";
    const page = await open(disk, fault.gate).list();
    expect(page.rows.map((row) => row.stateId)).toEqual(["run-3"]);
    expect(page.damaged.map(({ stateId }) => stateId).toSorted()).toEqual(["run-1", "run-2"]);
  });
});

describe("G10: what is missing is noticed", () => {
  const setUp = async (): Promise<SimDisk> => {
    const disk = new SimDisk();
    const backend = open(disk);
    for (const text of ["a", "b", "c"]) {
      const writer = await hold(backend);
      await append(writer, text);
      await writer.release();
    }
    return disk;
  };

  test.each([1, 2, 3])("segment %i deleted: CORRUPT that names it", async (epoch) => {
    const disk = await setUp();
    const path = `/store/runs/4e/run-1/e-0000000${epoch}.j`;
    disk.replace(path, undefined);
    for (const use of [() => textsOf(open(disk)), () => hold(open(disk)), () => hold(open(disk))]) {
      await expect(use()).rejects.toMatchObject({ code: "CORRUPT", path });
    }
    // The second attempt has not used up another epoch.
    expect([...disk.files().keys()].filter(isSegment)).toHaveLength(3);
  });

  test("all segments deleted: CORRUPT, not a run that never was", async () => {
    const disk = await setUp();
    for (const path of disk.files().keys()) if (isSegment(path)) disk.replace(path, undefined);
    await expect(textsOf(open(disk))).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(open(disk).head("run-1")).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(hold(open(disk))).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(open(disk).acquire("run-1", { owner: "me", create: "never" })).rejects.toMatchObject({ code: "CORRUPT" });
  });

  test("the end cut off between two frames: CORRUPT, because head.json remembers", async () => {
    const disk = new SimDisk();
    const backend = open(disk);
    const writer = await hold(backend);
    const path = "/store/runs/4e/run-1/e-00000001.j";
    await writer.append([bytes("a")], { expect: 0 });
    const cut = disk.files().get(path)!;
    await writer.append([bytes("b")], { expect: 1, header: { status: "completed" } });
    disk.replace(path, cut);
    await expect(textsOf(backend)).rejects.toMatchObject({ code: "CORRUPT", path, offset: cut.length });
  });

  test("without head.json and lease.json a run is whole; its header starts anew", async () => {
    const disk = await setUp();
    for (const name of ["head.json", "lease.json"]) disk.replace(`/store/runs/4e/run-1/${name}`, undefined);
    const backend = open(disk);
    expect((await backend.list()).damaged.map(({ stateId }) => stateId)).toEqual(["run-1"]);
    expect(await backend.head("run-1")).toMatchObject({ lastSeq: 3, status: "running", tags: [] });
    expect((await hold(backend)).lastSeq).toBe(3);
    expect((await backend.list()).rows.map((row) => row.stateId)).toEqual(["run-1"]);
    expect(await textsOf(backend)).toEqual(["a", "b", "c"]);
  });
});

/** A life of a run with everything in it; remembers what was acknowledged. */
async function script(disk: SimDisk, gate: Gate, host: Host): Promise<{ readonly acknowledged: string[]; readonly durable: number }> {
  const acknowledged: string[] = [];
  let durable = 0;
  const add = async (writer: StateWriter, texts: readonly string[], durability: "power" | "process" = "power"): Promise<void> => {
    const expected = acknowledged.length;
    await writer.append(texts.map(bytes), { expect: expected, durability, header: { updatedAt: expected } });
    acknowledged.push(...texts);
    if (durability === "power") durable = acknowledged.length;
  };
  try {
    const backend = open(disk, gate, host);
    const first = await hold(backend);
    await add(first, ["a", "b"]);
    await add(first, ["c"], "process");
    await first.flush();
    durable = acknowledged.length;
    await first.release();
    const second = await hold(backend);
    await add(second, ["d"]);
    await second.renew();
    await backend.head("run-1");
    await backend.list();
    await second.release();
    const third = await hold(backend);
    await add(third, ["e", "f"]);
    await backend.close();
  } catch (error) {
    const codes = ["IO", "NO_SPACE", "POISONED", "LEASE_HELD"] as const;
    if (!codes.some((code) => isRepriseError(error, code))) throw error;
  }
  return { acknowledged, durable };
}

test("any error at any operation: no hang, no lie, and the run goes on afterwards", { timeout: 120_000 }, async () => {
  let operations = 0;
  await script(new SimDisk(), () => void (operations += 1), { machine: new SimMachine(), system: new SimSystem() });
  expect(operations).toBeGreaterThan(60);
  for (const code of ["EIO", "ENOSPC", "EMFILE", "EACCES", "EROFS", "ESTALE"]) {
    for (let at = 1; at <= operations; at += 1) {
      for (const aftermath of ["kill", "power loss"]) {
        const disk = new SimDisk();
        const host = { machine: new SimMachine(), system: new SimSystem() };
        let operation = 0;
        const fail: Gate = (_, path) => {
          operation += 1;
          if (operation === at) throw systemError(code, path);
        };
        const { acknowledged, durable } = await script(disk, fail, host);
        const sure = aftermath === "kill" ? acknowledged : acknowledged.slice(0, durable);
        host.machine.restart();
        const left = aftermath === "kill" ? disk : disk.afterPowerLoss(seededRandom(at));
        const label = `${code} at operation ${at}, then ${aftermath}`;
        const writer = await hold(open(left, undefined, host));
        const found = await textsOf(open(left, undefined, host));
        expect(found.slice(0, sure.length), label).toEqual(sure);
        expect(found, label).toEqual(["a", "b", "c", "d", "e", "f"].slice(0, found.length));
        expect(await append(writer, "after"), label).toBe(found.length + 1);
      }
    }
  }
});
