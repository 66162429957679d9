import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend, StateWriter, StoredRecord } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { crash } from "./crash.ts";
import { crashableBackend } from "./crashable-backend.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = (backend: StateBackend, stateId = "run"): Promise<StateWriter> => backend.acquire(stateId, { owner: "test", create: "may" });

async function textsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of batches) texts.push(...batch.map((record) => new TextDecoder().decode(record.bytes)));
  return texts;
}
/** Whether a promise is still pending after a turn of the event loop. */
async function pending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => void setImmediate(() => resolve("pending")));
  return (await Promise.race([promise.catch(() => undefined), turn])) === "pending";
}

describe("crashableBackend", () => {
  test("passes everything through while nobody dies", async () => {
    const disk = crashableBackend(memoryBackend());
    const writer = await open(disk);
    expect(await writer.append([bytes("a"), bytes("b")], { expect: 0 })).toBe(2);
    await writer.flush();
    await writer.renew();
    expect(writer.lastSeq).toBe(2);
    expect(await textsOf(disk.read("run"))).toEqual(["a", "b"]);
    expect((await disk.head("run"))?.lease).toBe("live");
    await writer.release();
    expect((await disk.head("run"))?.lease).toBe("none");
    await disk.remove("run", { force: true });
    expect(await disk.head("run")).toBeUndefined();
  });

  test("removes a run for the writer it gave out", async () => {
    const disk = crashableBackend(memoryBackend());
    const writer = await open(disk);
    await disk.remove("run", { writer });
    expect(await disk.head("run")).toBeUndefined();
  });

  test("after a crash nothing of the dead reaches the backend, and nothing of it reaches them", async () => {
    const disk = crashableBackend(memoryBackend());
    const writer = await open(disk);
    await writer.append([bytes("a")], { expect: 0 });
    expect(disk.crash()).toEqual(["run"]);
    expect(await pending(writer.append([bytes("b")], { expect: 1 }))).toBe(true);
    expect(await pending(writer.flush())).toBe(true);
    expect(await pending(writer.renew())).toBe(true);
    expect(await pending(writer.release())).toBe(true);
    expect(writer.signal.aborted).toBe(false);
    expect(await textsOf(disk.read("run"))).toEqual(["a"]);
  });

  test("an append in flight at the crash is committed, its acknowledgement is lost", async () => {
    const disk = crashableBackend(memoryBackend());
    const writer = await open(disk);
    const inFlight = writer.append([bytes("a")], { expect: 0 });
    disk.crash();
    expect(await pending(inFlight)).toBe(true);
    expect(await textsOf(disk.read("run"))).toEqual(["a"]);
  });

  test("the lease is left behind as stale, and the next holder gets the run at once", async () => {
    const disk = crashableBackend(memoryBackend());
    await open(disk);
    disk.crash();
    expect((await disk.head("run"))?.lease).toBe("stale");
    expect((await disk.list()).rows.map((row) => row.lease)).toEqual(["stale"]);
    const next = await open(disk);
    expect(next.epoch).toBe(2);
    expect((await disk.head("run"))?.lease).toBe("live");
  });

  test("kills the writer of one run only, where one is named", async () => {
    const disk = crashableBackend(memoryBackend());
    const [first, second] = [await open(disk, "first"), await open(disk, "second")];
    expect(disk.crash("first")).toEqual(["first"]);
    expect(await pending(first.renew())).toBe(true);
    expect(await second.append([bytes("a")], { expect: 0 })).toBe(1);
  });

  test("kills also who is still acquiring the run, and lets the next one have it", async () => {
    const disk = crashableBackend(memoryBackend());
    const acquiring = open(disk);
    expect(disk.crash()).toEqual(["run"]);
    const next = await open(disk);
    expect(await pending(acquiring)).toBe(true);
    expect(await next.append([bytes("a")], { expect: 0 })).toBe(1);
  });

  test("closes although somebody died", async () => {
    const disk = crashableBackend(memoryBackend());
    await open(disk);
    disk.crash();
    await disk.close();
    await expect(open(disk)).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("a fault of the backend reaches the writer's signal and its user", async () => {
    const inner = memoryBackend();
    const writer = await open(crashableBackend(inner));
    inner.abandon("run");
    await open(inner);
    await expect(writer.append([bytes("a")], { expect: 0 })).rejects.toMatchObject({ code: "FENCED" });
    expect(writer.signal.aborted).toBe(true);
  });
});

describe("crash", () => {
  test("kills the process that holds the run", async () => {
    const disk = crashableBackend(memoryBackend());
    const writer = await open(disk, "killed");
    crash({ stateId: "killed" });
    expect(await pending(writer.renew())).toBe(true);
    expect((await disk.head("killed"))?.lease).toBe("stale");
  });

  test("refuses a run that is not open on a crashable backend", async () => {
    const writer = await open(crashableBackend(memoryBackend()), "let-go");
    await writer.release();
    expect(() => crash({ stateId: "let-go" })).toThrow("run let-go is not open on a backend made by crashableBackend");
  });

  test("refuses to guess between two backends", async () => {
    const disks = [crashableBackend(memoryBackend()), crashableBackend(memoryBackend())];
    await Promise.all(disks.map((disk) => open(disk, "twice")));
    expect(() => crash({ stateId: "twice" })).toThrow("open on 2 crashable backends");
    await disks[0]?.close();
    crash({ stateId: "twice" });
  });
});
