// Ctrl-C and its kin, sent to processes of their own.
import { expect, test } from "vitest";
import { createReprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { directory, start } from "./support/child.ts";

const program = new URL("interruptible.ts", import.meta.url);

test.each([["SIGINT", 130], ["SIGTERM", 143]] as const)("I2: %s interrupts, lets the checkpoint be written and ends the process with %s; the run goes on", { timeout: 60_000 }, async (signal, code) => {
  const dir = await directory();
  const child = start(program, dir, "run");
  await expect.poll(() => child.lines.length, { timeout: 30_000 }).toBe(2);
  process.kill(child.pid, signal);
  expect(await child.ended).toBe(code);
  expect(child.lines.slice(0, 3)).toEqual([{ ran: "first" }, { ran: "long" }, { ran: "finally" }]);
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  expect(await reprise.head("run-1")).toMatchObject({ status: "interrupted", lease: "none" });
  expect((await reprise.snapshot("run-1")).interruption).toMatchObject({ reason: "user_cancelled", triggeredBy: signal });
  await reprise.close();
  const resumed = start(program, dir, "resume");
  expect(await resumed.ended).toBe(0);
  expect(resumed.lines).toMatchObject([{ ran: "long" }, { ran: "finally" }, { status: "completed", value: 3 }]);
});

test("I2: a second signal ends the process at once", { timeout: 60_000 }, async () => {
  const child = start(program, await directory(), "run", "stubborn");
  await expect.poll(() => child.lines.length, { timeout: 30_000 }).toBe(2);
  process.kill(child.pid, "SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.kill(child.pid, "SIGTERM");
  expect(await child.ended).toBe(143);
  expect(child.lines).toHaveLength(2);
});
