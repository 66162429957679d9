// The example of the documentation in processes of their own, on disk.
import { createReprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { expect, test } from "vitest";
import { directory, start } from "./support/child.ts";

const program = new URL("approval.ts", import.meta.url);

async function run(dir: string, ...rest: readonly string[]): Promise<unknown[]> {
  const child = start(program, dir, ...rest);
  expect(await child.ended).toBe(0);
  return child.lines;
}

test("I3, I4: a process that only waits ends by itself; another one answers, a third goes on", { timeout: 60_000 }, async () => {
  const dir = await directory();
  const awaiting = await run(dir, "run");
  expect(awaiting).toMatchObject([{ ran: "draft" }, { ran: "finally" }, { status: "awaiting", pending: [{ address: "writer::approval::wait_call", prompt: "On sagas" }], wakeAt: expect.any(Number) }]);
  expect(await run(dir, "wake")).toEqual([[]]);
  expect(await run(dir, "answer", "true")).toEqual(["answered"]);
  expect(await run(dir, "wake")).toMatchObject([{ ran: "publish" }, { ran: "finally" }, [{ stateId: "run-1", outcome: { status: "completed", value: "published: On sagas" } }]]);
  expect(await run(dir, "run")).toMatchObject([{ status: "completed", value: "published: On sagas" }]);
});

test("I4: a process that is at the run takes the answer of another process", { timeout: 60_000 }, async () => {
  const dir = await directory();
  const child = start(program, dir, "run", "beside");
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  await expect.poll(async () => (await reprise.pending("run-1").catch(() => [])).length, { timeout: 30_000 }).toBe(1);
  expect(await run(dir, "answer", "true")).toEqual(["answered"]);
  expect(await child.ended).toBe(0);
  expect(child.lines).toMatchObject([{ ran: "draft" }, { ran: "publish" }, { ran: "finally" }, { status: "completed", value: "published: On sagas" }]);
});

test("I4: a process killed while it waits loses nothing, not even an answer that was on its way", { timeout: 60_000 }, async () => {
  const dir = await directory();
  const child = start(program, dir, "run", "beside");
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  await expect.poll(async () => (await reprise.pending("run-1").catch(() => [])).length, { timeout: 30_000 }).toBe(1);
  process.kill(child.pid, "SIGKILL");
  await child.ended;
  expect(await run(dir, "answer", "false")).toEqual(["answered"]);
  expect(await run(dir, "wake")).toMatchObject([{ ran: "finally" }, [{ outcome: { status: "completed", value: "rejected" } }]]);
  await reprise.close();
});
