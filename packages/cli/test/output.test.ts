import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { storeKinds } from "./support/actors.ts";
import { runReprise, type Finished } from "./support/run-reprise.ts";
import { filledStore, newDirectory } from "./support/stores.ts";
import { useReprise } from "./support/use-reprise.ts";

// Whoever reads what a command prints may stop reading, and the disk it is written to may be full.

const timeout = 120_000;
const [fs] = storeKinds;
if (fs === undefined) throw new Error("no kinds of stores");
const full = "/dev/full";

const statusOf = async (store: string, stateId: string): Promise<string> => (JSON.parse((await useReprise(["show", stateId, "--json", "--backend", store])).stdout) as { readonly status: string }).status;

test("what changes a run does so although nobody reads what it prints", { timeout }, async () => {
  const store = await filledStore(fs);
  const unread = (...words: readonly string[]): Promise<Finished> => runReprise([...words, "--backend", store], { stdout: "unread" });
  expect(await unread("fork", "asked", "--from", "writer::approval::wait_call", "--id", "copy", "--yes")).toMatchObject({ code: 0, stderr: "" });
  expect(await statusOf(store, "copy")).toBe("paused");
  expect(await unread("rewind", "asked", "--from", "writer::approval::wait_call", "--yes")).toMatchObject({ code: 0, stderr: "" });
  expect(await statusOf(store, "asked")).toBe("paused");
  expect(await unread("list")).toMatchObject({ code: 0, stderr: "" });
});

test("what follows a run ends with whoever reads it", { timeout }, async () => {
  const store = `fs:${join(await newDirectory(), "runs")}`;
  const writer = spawn(process.execPath, ["--conditions=@reprise/source", fileURLToPath(new URL("./support/slow-writer.ts", import.meta.url)), store], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await new Promise<void>((resolve) => void writer.stdout.once("data", () => resolve()));
    expect(await runReprise(["tail", "slow", "--until-end", "--backend", store], { stdout: "unread" })).toMatchObject({ code: 0, stderr: "" });
  } finally {
    writer.kill("SIGKILL");
  }
});

test.skipIf(!existsSync(full))("output that cannot be written is told in one line, with the code of storage; what is changed is changed all the same", { timeout }, async () => {
  const store = await filledStore(fs);
  const onFullDisk = (...words: readonly string[]): Promise<Finished> => runReprise([...words, "--backend", store], { stdout: openSync(full, "w") });
  const told = { code: 6, stderr: "reprise: what was printed could not be written: ENOSPC: no space left on device, write\n" };
  expect(await onFullDisk("list")).toMatchObject(told);
  expect(await onFullDisk("events", "asked")).toMatchObject(told);
  expect(await onFullDisk("diff", "asked", "done")).toMatchObject(told);
  expect(await onFullDisk("delete", "done", "--yes")).toMatchObject(told);
  expect(await useReprise(["show", "done", "--backend", store])).toMatchObject({ code: 3 });
  // Who fails by itself says so.
  expect(await onFullDisk("show", "done")).toMatchObject({ code: 3, stderr: expect.stringMatching(/^reprise: NOT_FOUND: [^\n]*\n$/u) });
});
