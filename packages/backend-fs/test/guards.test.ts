import { fsBackend, type Io, type IoFile } from "@reprise/backend-fs";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { LeaseKeeper } from "../src/lease-keeper.ts";
import { readLease } from "../src/lease.ts";
import { runPaths, storePaths } from "../src/paths.ts";
import { SimDisk, systemError } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

// Guards that only matter when two processes meet at one certain moment, which a simulation by chance hardly ever finds: here the
// second one comes in at that moment.

const run = runPaths(storePaths("/store"), "run-1");
const bytes = (text: string): Uint8Array => Buffer.from(text);

class Meeting {
  readonly disk = new SimDisk();
  readonly system = new SimSystem();
  readonly machine = new SimMachine();

  /** A process whose I/O is changed. */
  start(change: (io: Io) => Io = (io) => io, segmentBytes = 2 ** 20): { readonly pid: number; readonly backend: StateBackend } {
    const { pid, ...processes } = this.machine.start();
    return { pid, backend: fsBackend({ dir: "/store", io: change(this.disk.io()), system: this.system, processes, segmentBytes }) };
  }

  /** Somebody takes the run over, compacts it and removes it: epochs 2 and 3. Then somebody makes it anew, and comes as far as its directory. */
  async makeAnew(): Promise<{ readonly finish: (dies?: boolean) => Promise<StateWriter> }> {
    const { backend } = this.start();
    const writer = await this.acquire(backend);
    await writer.compact!([], bytes("-"));
    await writer.release();
    await backend.remove("run-1", { force: true });
    let goOn: () => void = () => undefined;
    let acquired: Promise<StateWriter> | undefined;
    let isDying = false;
    await new Promise<void>((reached) => {
      const next = this.start((io) => ({
        ...io,
        create: before(io.create, (path) => path.endsWith("e-00000004.j"), () => new Promise<void>((resolve) => (reached(), (goOn = resolve)))),
        readdir: (path) => (isDying ? Promise.reject(systemError("ECRASH", path)) : io.readdir(path)),
      }));
      acquired = this.acquire(next.backend);
    });
    return {
      // With `dies` it comes no further than to its segment.
      finish: (dies = false) => {
        isDying = dies;
        goOn();
        return acquired!;
      },
    };
  }

  acquire(backend: StateBackend, create: "may" | "must" = "may"): Promise<StateWriter> {
    return backend.acquire("run-1", { owner: "test", create });
  }
}

/** Does something once, before the operation that is waited for. */
function before<Arguments extends readonly unknown[], Result>(
  operation: (...words: Arguments) => Promise<Result>,
  isIt: (...words: Arguments) => boolean,
  work: () => Promise<unknown>,
): (...words: Arguments) => Promise<Result> {
  let done = false;
  return async (...words) => {
    if (!done && isIt(...words)) {
      done = true;
      await work();
    }
    return operation(...words);
  };
}

const withFiles = (io: Io, change: (file: IoFile, path: string) => IoFile): Io => ({ ...io, create: async (path) => change(await io.create(path), path) });
const isSegment = (path: string): boolean => path.endsWith(".j");
const leaseNow = async (disk: SimDisk): Promise<unknown> => readLease(disk.io(), run);

test("G8: an append that was under way when the lease was lost is not acknowledged", async () => {
  const meeting = new Meeting();
  let syncing: () => void = () => undefined;
  let stuck = false;
  const { backend } = meeting.start((io) => {
    const slow = withFiles(io, (file, path) => ({
      ...file,
      datasync: async () => {
        if (stuck && isSegment(path)) await new Promise<void>((resolve) => (syncing = resolve));
        return file.datasync();
      },
    }));
    return { ...slow, rename: (from, to) => (stuck ? Promise.reject(systemError("EIO", from)) : io.rename(from, to)) };
  });
  const writer = await meeting.acquire(backend);
  stuck = true;
  const pending = writer.append([bytes("a")], { expect: 0 }).then(() => "acknowledged", (error: unknown) => error);
  for (let beat = 0; beat < 4; beat += 1) {
    meeting.system.advance(10_000);
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(writer.signal.reason).toMatchObject({ code: "LEASE_LOST" });
  syncing();
  expect(await pending).toMatchObject({ code: "LEASE_LOST", indeterminate: true });
});

test("G5: who is overtaken between the segment and the end of an acquire is told who holds the run", async () => {
  const meeting = new Meeting();
  const first = meeting.start((io) =>
    withFiles(io, (file, path) => ({
      ...file,
      datasync: before(file.datasync, () => isSegment(path), async () => {
        meeting.machine.end(first.pid);
        await meeting.acquire(meeting.start().backend);
      }),
    })),
  );
  await expect(meeting.acquire(first.backend)).rejects.toMatchObject({ code: "LEASE_HELD" });
});

test.each(["beginning", "middle"])("G5: a compaction that is overtaken takes nothing away from the new holder: at its %s", async (moment) => {
  const meeting = new Meeting();
  const first = meeting.start((io) => {
    const takeOver = async (): Promise<void> => {
      meeting.machine.end(first.pid);
      next = await meeting.acquire(meeting.start().backend);
    };
    if (moment === "beginning") return { ...io, create: before(io.create, (path) => path.endsWith("e-00000002.j"), takeOver) };
    return { ...io, syncDirectory: before(io.syncDirectory, () => meeting.disk.files().has(`${run.directory}/e-00000002.j`), takeOver) };
  });
  let next: StateWriter | undefined;
  const old = await meeting.acquire(first.backend);
  // The second proves the first, which the new holder then leaves where it is.
  for (const [seq, text] of ["a", "b"].entries()) await old.append([bytes(text)], { expect: seq });
  await expect(old.compact!([], bytes("-"))).rejects.toMatchObject({ code: "FENCED" });
  expect(await next!.append([bytes("c")], { expect: 2 })).toBe(3);
  const found: string[] = [];
  for await (const batch of meeting.start().backend.read("run-1")) found.push(...batch.map((record) => Buffer.from(record.bytes).toString()));
  expect(found).toEqual(["a", "b", "c"]);
});

test("G5: who was taken over and compacted away between two looks at the directory is fenced", async () => {
  const meeting = new Meeting();
  const first = meeting.start((io) => ({
    ...io,
    look: before(io.look, (path) => path.endsWith("e-00000002.j") && isHeld, async () => {
      meeting.machine.end(first.pid);
      const next = await meeting.acquire(meeting.start().backend);
      await next.compact!([], bytes("-"));
    }),
  }));
  let isHeld = false;
  const old = await meeting.acquire(first.backend);
  isHeld = true;
  await expect(old.append([bytes("a")], { expect: 0 })).rejects.toMatchObject({ code: "FENCED" });
  expect([...meeting.disk.files().keys()].filter(isSegment)).toEqual([`${run.directory}/e-00000003.j`]);
});

test.each(["next", "one after next"])("G5: one who takes over with an old number while the run is made anew is fenced all the same, by the %s", async (by) => {
  const meeting = new Meeting();
  await (await meeting.acquire(meeting.start().backend)).release();
  let anew: Awaited<ReturnType<Meeting["makeAnew"]>> | undefined;
  const late = meeting.start((io) => ({ ...io, create: before(io.create, (path) => path.endsWith("e-00000002.j"), async () => (anew = await meeting.makeAnew())) }));
  const stale = await meeting.acquire(late.backend);
  expect([stale.epoch, await stale.append([bytes("a")], { expect: 0 })]).toEqual([2, 1]);
  const holder = await anew!.finish(by !== "next").catch(() => meeting.acquire(meeting.start().backend));
  expect([holder.epoch, holder.lastSeq]).toEqual([by === "next" ? 4 : 5, 1]);
  await expect(stale.append([bytes("b")], { expect: 1 })).rejects.toMatchObject({ code: "FENCED" });
});

test("G5: one who takes over with a number that is free again because of a compaction does not get the run", async () => {
  const meeting = new Meeting();
  await (await meeting.acquire(meeting.start().backend)).release();
  let holder: StateWriter | undefined;
  const late = meeting.start((io) => ({
    ...io,
    create: before(io.create, (path) => path.endsWith("e-00000002.j"), async () => {
      holder = await meeting.acquire(meeting.start().backend);
      await holder.compact!([], bytes("-"));
    }),
  }));
  await expect(meeting.acquire(late.backend)).rejects.toMatchObject({ code: "LEASE_HELD" });
  expect(await holder!.append([bytes("a")], { expect: 0 })).toBe(1);
});

test("G5: one who goes on in another segment after the run was removed leaves the new run alone", async () => {
  const meeting = new Meeting();
  const first = meeting.start(undefined, 1);
  const old = await meeting.acquire(first.backend);
  meeting.machine.end(first.pid);
  const anew = await meeting.makeAnew();
  await expect(old.append([bytes("late")], { expect: 0 })).rejects.toMatchObject({ code: "FENCED" });
  expect(await anew.finish()).toMatchObject({ epoch: 4, lastSeq: 0 });
});

test("G10: a head.json in which something was changed is not believed", async () => {
  const meeting = new Meeting();
  const { backend } = meeting.start();
  const writer = await meeting.acquire(backend);
  await writer.append([bytes("a")], { expect: 0, header: { tags: ["a"], status: "completed" } });
  const head = Buffer.from(meeting.disk.files().get(run.head)!).toString();
  meeting.disk.replace(run.head, bytes(head.replace('"completed"', '"cancelled"')));
  expect((await backend.list()).damaged).toMatchObject([{ stateId: "run-1", error: { code: "CORRUPT", path: run.head } }]);
  expect(await backend.head("run-1")).toMatchObject({ lastSeq: 1, status: "running", tags: [] });
});

test("a segment that has no lease yet is given a moment", async () => {
  const meeting = new Meeting();
  const { backend } = meeting.start((io) => ({ ...io, create: (path) => (path.includes("lease.json") ? Promise.reject(systemError("EIO", path)) : io.create(path)) }));
  await expect(meeting.acquire(backend)).rejects.toMatchObject({ code: "IO" });
  const since = meeting.system.monotonic();
  expect((await meeting.acquire(meeting.start().backend)).epoch).toBe(2);
  expect(meeting.system.monotonic() - since).toBeGreaterThanOrEqual(250);
});

test("G5: who was taken over and lets go leaves the files of the new holder alone", async () => {
  const meeting = new Meeting();
  const first = meeting.start();
  const old = await meeting.acquire(first.backend);
  meeting.machine.end(first.pid);
  const next = await meeting.acquire(meeting.start().backend);
  await old.release().catch(() => undefined);
  expect(await leaseNow(meeting.disk)).toMatchObject({ epoch: next.epoch, released: false });
  await expect(meeting.acquire(meeting.start().backend)).rejects.toMatchObject({ code: "LEASE_HELD" });
});

test("a beat that comes behind a release does not undo it", async () => {
  const meeting = new Meeting();
  await (await meeting.acquire(meeting.start().backend)).release();
  const lease = (await readLease(meeting.disk.io(), run))!;
  const keeper = new LeaseKeeper(meeting.disk.io(), run, { ...lease, released: false });
  await Promise.all([keeper.release(), keeper.beat()]);
  expect(await leaseNow(meeting.disk)).toMatchObject({ released: true });
});

test("G5: the epoch of one who takes over while the run is removed is not used again", async () => {
  const meeting = new Meeting();
  const holder = await meeting.acquire(meeting.start().backend);
  await holder.release();
  let taken: StateWriter | undefined;
  const { backend } = meeting.start((io) => ({
    ...io,
    rename: before(io.rename, (from) => from === run.directory, async () => {
      taken = await meeting.acquire(meeting.start().backend);
    }),
  }));
  await backend.remove("run-1", { force: true });
  expect(taken?.epoch).toBe(2);
  expect((await meeting.acquire(meeting.start().backend, "must")).epoch).toBe(3);
  await expect(taken?.append([bytes("late")], { expect: 0 })).rejects.toMatchObject({ code: "FENCED" });
});

test("G10: what a zombie of an earlier run wrote into head.json is no damage to the run that has the id now", async () => {
  const meeting = new Meeting();
  const { backend } = meeting.start();
  const zombie = await meeting.acquire(backend);
  await zombie.append([bytes("a"), bytes("b")], { expect: 0, header: { tags: ["old"] } });
  const head = meeting.disk.files().get(run.head)!;
  await backend.remove("run-1", { force: true });
  const next = await meeting.acquire(backend);
  await next.append([bytes("c")], { expect: 0 });
  meeting.disk.replace(run.head, head);
  expect(await backend.head("run-1")).toMatchObject({ lastSeq: 1, tags: [] });
});

test("I4: two who leave a message at the same moment do not get in each other's way", async () => {
  const meeting = new Meeting();
  const writer = await meeting.acquire(meeting.start().backend);
  let goOn: () => void = () => undefined;
  let first: Promise<void> | undefined;
  // The first has taken its number and not shown its message yet when the second takes one.
  const stopped = new Promise<void>((reached) => {
    first = meeting
      .start((io) => ({ ...io, rename: before(io.rename, (from) => from.startsWith(run.inbox), () => new Promise<void>((resolve) => (reached(), (goOn = resolve)))) }))
      .backend.post("run-1", "first", bytes("1"));
  });
  const { backend } = meeting.start((io) => ({ ...io, readdir: async (path) => (await io.readdir(path)).filter((name) => !name.endsWith(".tmp")) }));
  await stopped;
  await backend.post("run-1", "second", bytes("2"));
  goOn();
  await first;
  const ids: string[] = [];
  for await (const { id } of writer.messages()) ids.push(id);
  expect(ids).toEqual(["first", "second"]);
});
