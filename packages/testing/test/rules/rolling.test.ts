import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { agent, createReprise } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { expect, onTestFinished, test } from "vitest";
import { addOne } from "../../src/index.ts";
import { rejectionOf, stateId } from "./support/world.ts";

// How to know that it works: a holder whose epoch has grown is the holder that was meant.

test("I2: whoever holds a run is interrupted by another process, also if its epoch has grown since that looked", async () => {
  const dir = await mkdtemp(join(tmpdir(), "reprise-rolling-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const own = fsBackend({ dir, segmentBytes: 1 });
  const reprise = createReprise({ backend: own, suspendAfterMs: Infinity });
  const state = await reprise.create({ stateId });
  let looked = 0;
  const slow: StateBackend = {
    ...fsBackend({ dir }),
    async post(...message) {
      const before = (await own.head(stateId))!.epoch;
      // Each of these goes on in a segment of its own.
      for (let turn = 0; turn < 3; turn += 1) await state.run(addOne, turn);
      expect((await own.head(stateId))!.epoch).toBeGreaterThan(before);
      looked += 1;
      return own.post(...message);
    },
  };
  const waits = agent({ name: "waits", run: (_: void, context) => context.sleep(3_600_000) });
  const waiting = rejectionOf(state.run(waits));
  expect(await createReprise({ backend: slow }).interrupt(stateId, { reason: "user_cancelled", message: "enough" })).toBe(true);
  expect(await waiting).toMatchObject({ message: expect.stringContaining("user_cancelled") });
  expect(looked).toBe(1);
  await state.close();
  expect(await reprise.head(stateId)).toMatchObject({ status: "interrupted" });
});
