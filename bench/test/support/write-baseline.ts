// Writes bench/baseline.json anew, with what is counted and measured now; limits and tolerances stay. On an idle machine:
//     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source bench/test/support/write-baseline.ts
import { writeFileSync } from "node:fs";
import { readBaseline, type Baseline, type Counts } from "./check-baseline.ts";
import { countFs, countFsPerCall, countFsRun } from "./count-fs.ts";
import { countSqlite, countSqlitePerCall } from "./count-sqlite.ts";
import { withoutSyncs } from "./other-io.ts";
import { measureAllocation, measureRatios } from "./programs.ts";

type CountsByBackend = Record<string, Counts>;

async function countAll(): Promise<Pick<Baseline, "perCall" | "fanOutOf1000" | "mapOf1000" | "runOfOne">> {
  const perCall: CountsByBackend = {};
  const fanOutOf1000: CountsByBackend = {};
  const mapOf1000: CountsByBackend = {};
  const runOfOne: CountsByBackend = {};
  for (const durability of ["power", "process"] as const) {
    const setting = { durability, io: withoutSyncs() };
    perCall[`fs ${durability}`] = onFs(await countFsPerCall(setting, 100));
    fanOutOf1000[`fs ${durability}`] = onFs(await countFs(setting, async (session) => session.fanOut?.("run", 1_000)));
    mapOf1000[`fs ${durability}`] = onFs(await countFs(setting, async (session) => session.map?.("run", 1_000)));
    runOfOne[`fs ${durability}`] = await countFsRun(setting);
  }
  for (const durability of ["power", "process"] as const) {
    perCall[`sqlite ${durability}`] = inSqlite(await countSqlitePerCall(durability, 100));
    fanOutOf1000[`sqlite ${durability}`] = inSqlite(await countSqlite(durability, async (session) => session.fanOut?.("run", 1_000)));
  }
  return { perCall, fanOutOf1000, mapOf1000, runOfOne };
}

const onFs = ({ appends, syncs }: { readonly appends: number; readonly syncs: number }): Counts => ({ appends, syncs });
const inSqlite = ({ syncedCommits, otherCommits }: { readonly syncedCommits: number; readonly otherCommits: number }): Counts => ({ syncedCommits, otherCommits });
const rounded = (counts: Counts, digits: number): Counts => Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count.toPrecision(digits))]));

const { allocated } = await measureAllocation();
const { perCalibration } = await measureRatios();
const baseline = { ...readBaseline(), ...(await countAll()), allocatedPerCall: rounded(allocated, 3), perCalibration: rounded(perCalibration, 2) };
// One line for each of the inner tables.
const text = JSON.stringify(baseline, null, 2).replaceAll(/\{\n(?<inner>[^{}]*)\}/gu, (_, inner: string) => `{ ${inner.trim().replaceAll(/\s+/gu, " ")} }`);
writeFileSync(new URL("../../baseline.json", import.meta.url), `${text}\n`);
process.stdout.write(`${text}\n`);
