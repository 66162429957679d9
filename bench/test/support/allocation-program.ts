// Bytes allocated per call, and what a call in a run of 4,000 allocates over one in a run of 1,000: prints them as JSON. Node must be started
// with --expose-gc and a young generation in which all of it has room.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryBackend } from "@reprise/backend-memory";
import { fsBackend } from "@reprise/backend-fs";
import type { Session } from "../../src/contestant.ts";
import { repriseSession } from "../../src/reprise/reprise-session.ts";
import { system } from "../../src/system.ts";
import { Work } from "../../src/work.ts";
import { withoutSyncs } from "./other-io.ts";

const now = (): number => 1_795_309_200_000;
let run = 0;

async function allocatedPerCall(session: Session, calls: number): Promise<number> {
  system.collectGarbage();
  const collections = system.watchCollections();
  const before = system.memoryInUse();
  await session.sequence(`run-${(run += 1)}`, calls);
  const bytes = system.memoryInUse() - before;
  if ((await collections()) > 0) throw new Error("garbage was collected meanwhile");
  return bytes / calls;
}

async function leastPerCall(session: Session, calls: number): Promise<number> {
  const tries: number[] = [];
  for (let round = 0; round < 3; round += 1) tries.push(await allocatedPerCall(session, calls));
  return Math.min(...tries);
}

const directory = await mkdtemp(join(tmpdir(), "reprise-allocations-"));
const memory = repriseSession({ backend: memoryBackend() }, new Work({ now }));
const fs = repriseSession({ backend: fsBackend({ dir: directory, durability: "process", io: withoutSyncs() }), durability: "process" }, new Work({ now }));
for (const session of [memory, fs]) for (let round = 0; round < 3; round += 1) await session.sequence(`run-${(run += 1)}`, 1_000);
const allocated = { memory: await leastPerCall(memory, 1_000), fs: await leastPerCall(fs, 1_000) };
const growth = (await allocatedPerCall(memory, 4_000)) / allocated.memory;
await memory.close();
await fs.close();
await rm(directory, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ allocated, growth })}\n`);
