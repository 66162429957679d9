import { StalledError } from "./stalled-error.ts";
import type { VirtualSystem } from "./virtual-system.ts";

/** Drives virtual time until the work is done. Where nothing is left that it could wait for, the error gives advice to who uses the checker, and not the clock. */
export async function driveVirtually<Result>(system: VirtualSystem, work: Promise<Result>, advice: string): Promise<Result> {
  try {
    return await system.runUntil(work);
  } catch (error) {
    if (!(error instanceof StalledError)) throw error;
    throw new Error(`${advice} (${error.message})`, { cause: error });
  }
}
