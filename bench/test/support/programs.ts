import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Counts } from "./check-baseline.ts";

/** Measured in a process of its own, as Node runs the sources: what a test runner makes of them is another program. */
async function resultOf<Result>(program: string, ...options: readonly string[]): Promise<Result> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@reprise/source", "--no-warnings", ...options, path]);
  return JSON.parse(stdout) as Result;
}

/** Bytes that calls allocate, with a young generation in which all of them have room. */
export function measureAllocation(): Promise<{ readonly allocated: Counts; readonly growth: number }> {
  return resultOf("allocation-program.ts", "--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256");
}

/** Processor time of calls over that of the calibration loop. */
export function measureRatios(): Promise<{ readonly perCalibration: Counts; readonly growth: number }> {
  return resultOf("ratio-program.ts");
}
