import { median } from "../report/summary.ts";
import type { Timed } from "./timed.ts";

type Times = Omit<Timed<unknown>, "result">;

/** Does it so many times, and gives the middle of each time: what else the engine or the machine did meanwhile hits some of them. */
export async function middleOf(times: number, measure: (round: number) => Promise<Times>): Promise<Times> {
  const all: Times[] = [];
  for (let round = 0; round < times; round += 1) all.push(await measure(round));
  return { us: median(all.map(({ us }) => us)), cpuUs: median(all.map(({ cpuUs }) => cpuUs)) };
}
