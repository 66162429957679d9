import { memoryBackend } from "@reprise/backend-memory";
import { RepriseError, type StateBackend, type StateWriter } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { faultyBackend } from "./faulty-backend.ts";
import { virtualSystem } from "./virtual-system.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = (backend: StateBackend): Promise<StateWriter> => backend.acquire("run", { owner: "test", create: "may" });

async function journalOf(backend: StateBackend): Promise<string> {
  let text = "";
  for await (const batch of backend.read("run")) for (const record of batch) text += new TextDecoder().decode(record.bytes);
  return text;
}

test("does nothing where nothing is planned, and counts appends", async () => {
  const disk = faultyBackend(memoryBackend(), { appends: {} });
  const writer = await open(disk);
  expect(await Promise.all([writer.append([bytes("a")], { expect: 0 }), writer.append([bytes("b")], { expect: 1 })])).toEqual([1, 2]);
  expect({ appends: disk.appends, lastSeq: writer.lastSeq, journal: await journalOf(disk) }).toEqual({ appends: 2, lastSeq: 2, journal: "ab" });
  await writer.release();
  await open(disk);
  await disk.remove("run", { force: true });
});

test("fail writes nothing, rejects and poisons the writer; a new one goes on", async () => {
  const disk = faultyBackend(memoryBackend(), { appends: { 2: { kind: "fail" } } });
  const writer = await open(disk);
  await writer.append([bytes("a")], { expect: 0 });
  await expect(writer.append([bytes("b")], { expect: 1 })).rejects.toMatchObject({ code: "IO" });
  expect(writer.signal.reason).toMatchObject({ code: "IO" });
  await expect(writer.append([bytes("c")], { expect: 1 })).rejects.toMatchObject({ code: "POISONED" });
  await expect(writer.flush()).rejects.toMatchObject({ code: "POISONED" });
  expect(await journalOf(disk)).toBe("a");
  await writer.release();
  const next = await open(disk);
  await next.append([bytes("d")], { expect: 1 });
  expect(await journalOf(disk)).toBe("ad");
});

test("fail rejects with the error of the plan", async () => {
  const error = new RepriseError("NO_SPACE", "disk full");
  const writer = await open(faultyBackend(memoryBackend(), { appends: { 1: { kind: "fail", error } } }));
  await expect(writer.append([bytes("a")], { expect: 0 })).rejects.toBe(error);
});

test("delay makes the acknowledgement late, and later ones wait for it", async () => {
  const system = virtualSystem();
  const disk = faultyBackend(memoryBackend({ system }), { system, appends: { 1: { kind: "delay", delayMs: 50 } } });
  const writer = await open(disk);
  const seen: string[] = [];
  const first = writer.append([bytes("a")], { expect: 0 }).then((seq) => seen.push(`${seq} at ${system.now()}`));
  const second = writer.append([bytes("b")], { expect: 1 }).then((seq) => seen.push(`${seq} at ${system.now()}`));
  await system.runUntil(Promise.all([first, second]));
  expect(seen).toEqual(["1 at 50", "2 at 50"]);
});

test.each([true, false])("tear (written: %s) rejects as indeterminate and poisons; appends asked for meanwhile are refused", async (written) => {
  const disk = faultyBackend(memoryBackend(), { appends: { 2: { kind: "tear", written } } });
  const writer = await open(disk);
  const appends = [writer.append([bytes("a")], { expect: 0 }), writer.append([bytes("b"), bytes("c")], { expect: 1 }), writer.append([bytes("d")], { expect: 3 })];
  const answers = await Promise.allSettled(appends);
  expect(answers[0]).toEqual({ status: "fulfilled", value: 1 });
  expect(answers[1]).toMatchObject({ status: "rejected", reason: { code: "POISONED", indeterminate: true } });
  expect(answers[2]).toMatchObject({ status: "rejected", reason: { code: "POISONED", indeterminate: false } });
  expect(writer.signal.aborted).toBe(true);
  expect(await journalOf(disk)).toBe(written ? "abc" : "a");
});

test.each([true, false])("crash (written: %s) kills the process in the append", async (written) => {
  const disk = faultyBackend(memoryBackend(), { appends: { 1: { kind: "crash", written } } });
  const writer = await open(disk);
  let answered = false;
  const answer = (): void => {
    answered = true;
  };
  writer.append([bytes("a")], { expect: 0 }).then(answer, answer);
  writer.append([bytes("b")], { expect: 1 }).then(answer, answer);
  await new Promise((resolve) => void setImmediate(resolve));
  expect(answered).toBe(false);
  expect((await disk.head("run"))?.lease).toBe("stale");
  expect(await journalOf(disk)).toBe(written ? "a" : "");
  const next = await open(disk);
  expect(await next.append([bytes("c")], { expect: written ? 1 : 0 })).toBe(written ? 2 : 1);
});
