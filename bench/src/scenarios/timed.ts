import { system } from "../system.ts";

/** How long something took. */
export interface Timed<Result> {
  readonly result: Result;
  /** Microseconds by the clock. */
  readonly us: number;
  /** Microseconds of processor time, of all threads of this process. */
  readonly cpuUs: number;
}

/** Does it and says how long it took. */
export async function timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const processorBefore = system.processorTime();
  const before = system.now();
  const result = await work();
  return { result, us: (system.now() - before) * 1_000, cpuUs: system.processorTime() - processorBefore };
}
