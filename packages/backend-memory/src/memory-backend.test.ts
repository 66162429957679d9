import { expect, test } from "vitest";
import { isRepriseError, type StateWriter } from "@reprise/core/spi";
import { memoryBackend, truncateRun, type MemoryBackend } from "./index.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const hold = (backend: MemoryBackend, owner = "me", waitMs = 0): Promise<StateWriter> => backend.acquire("run-1", { owner, create: "may", waitMs });

async function contents(backend: MemoryBackend): Promise<number[][]> {
  const found: number[][] = [];
  for await (const batch of backend.read("run-1")) found.push(...batch.map((record) => [...record.bytes]));
  return found;
}

test("a snapshot is what a crash leaves: same records, same epoch, nobody holding the run", async () => {
  const before = memoryBackend();
  const writer = await hold(before);
  await writer.append([bytes(1), bytes(2)], { expect: 0, header: { tags: ["a"] } });
  const after = memoryBackend({ from: before.snapshot() });
  await writer.append([bytes(3)], { expect: 2 });

  expect(await contents(after)).toEqual([[1], [2]]);
  expect(await after.head("run-1")).toMatchObject({ lastSeq: 2, epoch: 1, lease: "none", tags: ["a"] });
  expect((await hold(after)).epoch).toBe(2);
});

test("truncateRun cuts one journal and leaves the snapshot it was given alone", async () => {
  const backend = memoryBackend();
  await (await hold(backend)).append([bytes(1), bytes(2), bytes(3)], { expect: 0 });
  const whole = backend.snapshot();

  expect(await contents(memoryBackend({ from: truncateRun(whole, "run-1", 1) }))).toEqual([[1]]);
  expect(await contents(memoryBackend({ from: whole }))).toHaveLength(3);
  expect(() => truncateRun(whole, "run-1", 4)).toThrow(/from 0 to 3.*got 4/);
  expect(() => truncateRun(whole, "run-2", 0)).toThrow(/no run run-2/);
});

test("epochs of removed runs survive a snapshot", async () => {
  const backend = memoryBackend();
  await backend.remove("run-1", { writer: await hold(backend) });
  expect((await hold(memoryBackend({ from: backend.snapshot() }))).epoch).toBe(2);
});

test("G5: a writer whose run was abandoned and acquired again is fenced", async () => {
  const backend = memoryBackend();
  const zombie = await hold(backend);
  backend.abandon("run-1");
  await zombie.append([bytes(1)], { expect: 0 });
  const next = await hold(backend);

  await expect(zombie.append([bytes(9)], { expect: 1 })).rejects.toMatchObject({ code: "FENCED" });
  expect(isRepriseError(zombie.signal.reason, "FENCED")).toBe(true);
  expect(next.lastSeq).toBe(1);
  await zombie.release();
  expect((await backend.head("run-1"))?.lease).toBe("live");
});

test("acquire waits for a holder to let go, until its time is over", async () => {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const backend = memoryBackend({
    system: {
      now: () => now,
      setTimer: (delayMs, callback) => {
        const timer = { at: now + delayMs, callback };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
  });
  const first = await hold(backend, "first");
  const second = hold(backend, "second", 1000);
  await first.release();
  expect((await second).epoch).toBe(2);

  const third = hold(backend, "third", 1000);
  await Promise.resolve();
  now = 1000;
  for (const timer of timers) timer.callback();
  await expect(third).rejects.toMatchObject({ code: "LEASE_HELD", owner: "second" });
  expect(timers.size).toBe(0);
});
