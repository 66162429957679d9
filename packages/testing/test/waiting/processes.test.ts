// The example of the documentation in processes of their own, on disk.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createReprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("approval.ts", import.meta.url));

interface Child {
  readonly pid: number;
  readonly lines: unknown[];
  /** Resolves when the process has ended by itself, with its exit code. */
  readonly ended: Promise<number | null>;
}

function start(dir: string, ...rest: readonly string[]): Child {
  const child = spawn(process.execPath, ["--conditions=@reprise/source", program, dir, ...rest], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: unknown[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  return { pid: child.pid ?? 0, lines, ended: new Promise((resolve) => child.once("close", (code) => resolve(code))) };
}

async function run(dir: string, ...rest: readonly string[]): Promise<unknown[]> {
  const child = start(dir, ...rest);
  expect(await child.ended).toBe(0);
  return child.lines;
}

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-waiting-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
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
  const child = start(dir, "run", "beside");
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  await expect.poll(async () => (await reprise.pending("run-1").catch(() => [])).length, { timeout: 30_000 }).toBe(1);
  expect(await run(dir, "answer", "true")).toEqual(["answered"]);
  expect(await child.ended).toBe(0);
  expect(child.lines).toMatchObject([{ ran: "draft" }, { ran: "publish" }, { ran: "finally" }, { status: "completed", value: "published: On sagas" }]);
});

test("I4: a process killed while it waits loses nothing, not even an answer that was on its way", { timeout: 60_000 }, async () => {
  const dir = await directory();
  const child = start(dir, "run", "beside");
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  await expect.poll(async () => (await reprise.pending("run-1").catch(() => [])).length, { timeout: 30_000 }).toBe(1);
  process.kill(child.pid, "SIGKILL");
  await child.ended;
  expect(await run(dir, "answer", "false")).toEqual(["answered"]);
  expect(await run(dir, "wake")).toMatchObject([{ ran: "finally" }, [{ outcome: { status: "completed", value: "rejected" } }]]);
  await reprise.close();
});
