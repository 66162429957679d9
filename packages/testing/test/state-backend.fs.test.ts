import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend, type FsBackendOptions } from "@reprise/backend-fs";
import type { StateBackend } from "@reprise/core/spi";
import { stateBackendSuite, type StateBackendSuiteOptions } from "@reprise/testing/vitest";
import { onTestFinished } from "vitest";

const directories = new WeakMap<StateBackend, string>();

function optionsFor(settings: Omit<FsBackendOptions, "dir">): StateBackendSuiteOptions {
  const openAt = (dir: string): StateBackend => {
    const backend = fsBackend({ ...settings, dir });
    directories.set(backend, dir);
    return backend;
  };
  const again = (backend: StateBackend): StateBackend => openAt(directories.get(backend)!);
  return {
    open: async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-suite-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return openAt(dir);
    },
    reopen: again,
    connect: again,
    abandon: (backend, stateId) => looksDead(directories.get(backend)!, stateId),
    damage: (backend, stateId) => breakFirstRecord(directories.get(backend)!, stateId),
    powerLossShownBy: "packages/backend-fs/test/crash-simulation.test.ts",
  };
}

/** Makes the lease say that its holder ran before the machine was last started. */
async function looksDead(dir: string, stateId: string): Promise<void> {
  for (const name of await readdir(join(dir, "runs"), { recursive: true })) {
    if (!name.endsWith("lease.json")) continue;
    const path = join(dir, "runs", name);
    const head = JSON.parse(await readFile(path.replace("lease.json", "head.json"), "utf8")) as { head: { stateId: string } };
    if (head.head.stateId !== stateId) continue;
    const lease = JSON.parse(await readFile(path, "utf8")) as { process: object };
    await writeFile(path, JSON.stringify({ ...lease, process: { ...lease.process, boot: "an earlier one" } }));
  }
}

/** Changes a byte of the first record of a run whose id needs no escaping. */
async function breakFirstRecord(dir: string, stateId: string): Promise<void> {
  for (const name of await readdir(join(dir, "runs"), { recursive: true })) {
    if (!name.endsWith(join(stateId, "e-00000001.j"))) continue;
    const path = join(dir, "runs", name);
    const text = await readFile(path, "latin1");
    await writeFile(path, text.replace(/(?<=\nJ1 E .{67})r1/su, "x1"), "latin1");
  }
}

stateBackendSuite("fsBackend", optionsFor({}));
stateBackendSuite("fsBackend, durability process", optionsFor({ durability: "process" }));
