import { describe, expect, test } from "vitest";
import type { Session } from "../src/contestant.ts";
import { growingCosts, readBaseline, slowedDown } from "./support/check-baseline.ts";
import { calibrationLoop, growthOf, leastCosts } from "./support/processor-cost.ts";
import { measureAllocation, measureRatios } from "./support/programs.ts";

const baseline = readBaseline();
test("a call allocates as much as it did, and late in a run as much as early", { timeout: 60_000, retry: 2 }, async () => {
  const { allocated, growth } = await measureAllocation();
  expect(slowedDown(allocated, baseline.allocatedPerCall, baseline.tolerance.allocated)).toEqual([]);
  expect(growingCosts("memory", growth, baseline.growth.allocated)).toEqual([]);
});

test("a call takes as much time as it did, beside a fixed piece of work, and late in a run as much as early", { timeout: 120_000, retry: 2 }, async () => {
  const { perCalibration, growth } = await measureRatios();
  expect(slowedDown(perCalibration, baseline.perCalibration, baseline.tolerance.processorTime)).toEqual([]);
  expect(growingCosts("memory", growth, baseline.growth.processorTime)).toEqual([]);
});

describe("the ratios bite", () => {
  const sizes = { short: 500, long: 5_000, tries: 4 };
  const sessionThat = (record: (journal: string[], line: string) => string[]): Pick<Session, "sequence"> => ({
    async sequence(_id, calls) {
      let journal: string[] = [];
      for (let index = 0; index < calls; index += 1) {
        await calibrationLoop(1);
        journal = record(journal, String(index));
      }
      return journal.length;
    },
  });

  test("a journal that is searched at each call is found", async () => {
    const growth = await growthOf(sessionThat((journal, line) => journal.filter((other) => other !== line).concat(line)), sizes);
    expect(growingCosts("searched", growth, baseline.growth.processorTime)).toEqual([expect.stringMatching(/^searched: a call late in a long run costs/u)]);
  });

  test("a journal that is appended to is not", async () => {
    const appended = sessionThat((journal, line) => {
      journal.push(line);
      return journal;
    });
    expect(growingCosts("appended", await growthOf(appended, sizes), baseline.growth.processorTime)).toEqual([]);
  });

  test("work done ten times is found, work done once is not", async () => {
    const rounds = 5_000;
    const { calibration, once, tenfold } = await leastCosts(3, {
      calibration: () => calibrationLoop(rounds),
      once: () => calibrationLoop(rounds),
      tenfold: () => calibrationLoop(rounds * 10),
    });
    const slowed = (call: number): readonly string[] => slowedDown({ call: call / calibration }, { call: 1 }, baseline.tolerance.processorTime);
    expect(slowed(once)).toEqual([]);
    expect(slowed(tenfold)).toEqual([expect.stringMatching(/^call: [\d.]+ instead of 1/u)]);
    expect(slowedDown({}, { call: 1 }, baseline.tolerance.processorTime)).toHaveLength(1);
  });
});
