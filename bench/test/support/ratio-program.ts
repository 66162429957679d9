// Costs of a call, in processor time, over that of the calibration loop in the same process: prints them as JSON. `node --conditions=@reprise/source`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryBackend } from "@reprise/backend-memory";
import { fsBackend } from "@reprise/backend-fs";
import { repriseSession } from "../../src/reprise/reprise-session.ts";
import { Work } from "../../src/work.ts";
import { calibrationLoop, growthOf, leastCosts } from "./processor-cost.ts";
import { interruptedRun } from "./interrupted-run.ts";
import { withoutSyncs } from "./other-io.ts";

const calls = 1_000;
const tries = 5;
const now = (): number => 1_795_309_200_000;
const directory = await mkdtemp(join(tmpdir(), "reprise-ratios-"));
const memory = repriseSession({ backend: memoryBackend() }, new Work({ now }));
const fs = repriseSession({ backend: fsBackend({ dir: join(directory, "store"), durability: "process", io: withoutSyncs() }), durability: "process" }, new Work({ now }));
const interrupted = await interruptedRun(join(directory, "interrupted"), calls);
let run = 0;
const id = (): string => `run-${(run += 1)}`;

for (let round = 0; round < 3; round += 1) await memory.sequence(id(), calls);
const { calibration, ...costs } = await leastCosts(tries, {
  calibration: () => calibrationLoop(calls * 4),
  memory: () => memory.sequence(id(), calls),
  fs: () => fs.sequence(id(), calls),
  fanOut: () => memory.fanOut?.(id(), calls) ?? Promise.reject(new Error("no fan-out")),
  resume: () => interrupted.resumeCopy(),
});
const growth = await growthOf(memory, { short: calls, long: calls * 10, tries: 3 });
await memory.close();
await fs.close();
await rm(directory, { recursive: true, force: true });
const perCalibration = Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, (cost / calibration) * 4]));
process.stdout.write(`${JSON.stringify({ growth, perCalibration, calibrationUs: calibration / calls / 4 })}\n`);
process.exit(0);
