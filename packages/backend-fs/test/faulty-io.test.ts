import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultyIo, fsBackend, realIo, type IoCall, type IoFault } from "@reprise/backend-fs";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { expect, onTestFinished, test } from "vitest";

async function open(faultOf: (call: IoCall) => IoFault): Promise<{ readonly dir: string; readonly backend: StateBackend }> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-fs-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return { dir, backend: fsBackend({ dir, io: faultyIo(realIo(), faultOf) }) };
}

const hold = (backend: StateBackend): Promise<StateWriter> => backend.acquire("run-1", { owner: "me", create: "may" });
const bytes = (text: string): Uint8Array => Buffer.from(text);

test("without faults everything is done, and every call is told with its number", async () => {
  const calls: IoCall[] = [];
  const { backend } = await open((call) => void calls.push(call));
  const writer = await hold(backend);
  expect(await writer.append([bytes("a")], { expect: 0 })).toBe(1);
  await backend.close();
  expect(calls.map(({ number }) => number)).toEqual(calls.map((_, index) => index + 1));
  const syncs = calls.filter(({ operation }) => operation === "datasync");
  expect(syncs.map(({ numberOfKind }) => numberOfKind)).toEqual(syncs.map((_, index) => index + 1));
  expect(calls.some(({ operation, path }) => operation === "write" && path.endsWith("e-00000001.j"))).toBe(true);
});

test.each([
  ["fails before", "ENOSPC", "NO_SPACE", 0],
  ["fails after", { after: "EIO" }, "POISONED", 74],
  ["is cut short", { shortWriteOf: 40, code: "ENOSPC" }, "NO_SPACE", 40],
] as const)("a write that %s is told of by its code, and has done what was planned", async (_, fault, code, written) => {
  const strikes = { on: false };
  const { dir, backend } = await open(({ operation, path }) => (strikes.on && operation === "write" && path.endsWith(".j") ? fault : undefined));
  const writer = await hold(backend);
  const file = join(dir, "runs", "4e", "run-1", "e-00000001.j");
  const before = (await readFile(file)).length;
  strikes.on = true;
  await expect(writer.append([bytes("a")], { expect: 0 })).rejects.toMatchObject({ code, cause: { syscall: "write" } });
  expect((await readFile(file)).length - before).toBe(written);
  strikes.on = false;
  await writer.release();
  const next = await hold(backend);
  expect(await next.append([bytes("b")], { expect: next.lastSeq })).toBe(next.lastSeq);
  await backend.close();
});

test("G8: whichever operation of an acquire or an append fails, it fails with a typed error, and the next holder goes on", async () => {
  const whole = { calls: 0 };
  const use = async (backend: StateBackend): Promise<void> => {
    const writer = await hold(backend);
    await writer.append([bytes("a")], { expect: writer.lastSeq });
    await writer.append([bytes("b")], { expect: writer.lastSeq });
    await writer.release();
  };
  await use((await open(() => void (whole.calls += 1))).backend);
  expect(whole.calls).toBeGreaterThan(20);
  for (let number = 1; number <= whole.calls; number += 1) {
    const { backend } = await open((call) => (call.number === number ? "EIO" : undefined));
    const told = await use(backend).catch((error: unknown) => error);
    if (told !== undefined) expect(told, `operation ${number}`).toMatchObject({ name: "RepriseError", code: expect.stringMatching(/^(?:IO|POISONED)$/u) });
    await use(backend);
    await backend.close();
  }
});
