import { memoryBackend, type MemoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { stateBackendSuite } from "@reprise/testing/vitest";
import { expect, test } from "vitest";
import { observedBackend } from "./observed-backend.ts";

const observed = new WeakMap<StateBackend, MemoryBackend>();

// What is put between Reprise and a backend has to keep the backend's promises.
stateBackendSuite("observedBackend", {
  open: () => {
    const inner = memoryBackend();
    const outer = observedBackend(inner, () => undefined);
    observed.set(outer, inner);
    return outer;
  },
  abandon: (backend, stateId) => observed.get(backend)?.abandon(stateId),
});

test("every acknowledged write is told once, in order, and a refused one is not", async () => {
  const told: number[] = [];
  const backend = observedBackend(memoryBackend(), (write) => told.push(write));
  const writer = await backend.acquire("run-1", { owner: "test", create: "may" });
  await writer.append([Uint8Array.of(1), Uint8Array.of(2)], { expect: 0 });
  await expect(writer.append([Uint8Array.of(3)], { expect: 7 })).rejects.toMatchObject({ code: "CONFLICT" });
  await writer.append([Uint8Array.of(3)], { expect: 2 });
  await writer.release();
  const next = await backend.acquire("run-1", { owner: "test", create: "never" });
  await next.append([Uint8Array.of(4)], { expect: 3 });
  expect(told).toEqual([1, 2, 3]);
});
