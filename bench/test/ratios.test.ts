import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Session } from "../src/contestant.ts";
import { growingCosts, readBaseline, slowedDown, type Counts } from "./support/check-baseline.ts";
import { calibrationLoop, growthOf, leastCosts } from "./support/processor-cost.ts";

const baseline = readBaseline();
const program = fileURLToPath(new URL("support/ratio-program.ts", import.meta.url));

/** In a process of its own, as Node runs the sources: what a test runner makes of them is slower. */
async function measureRatios(): Promise<{ readonly growth: number; readonly perCalibration: Counts }> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@reprise/source", "--no-warnings", program]);
  return JSON.parse(stdout) as { readonly growth: number; readonly perCalibration: Counts };
}

test("a call costs as much as it did, beside a fixed piece of work, and late in a run as much as early", { timeout: 120_000, retry: 2 }, async () => {
  const { growth, perCalibration } = await measureRatios();
  expect(slowedDown(perCalibration, baseline)).toEqual([]);
  expect(growingCosts("memory", growth, baseline.growth)).toEqual([]);
});

describe("the ratios bite", () => {
  const sizes = { short: 500, long: 5_000, tries: 2 };
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
    expect(growingCosts("searched", growth, baseline.growth)).toEqual([expect.stringMatching(/^searched: a call late in a long run costs/u)]);
  });

  test("a journal that is appended to is not", async () => {
    const appended = sessionThat((journal, line) => {
      journal.push(line);
      return journal;
    });
    expect(growingCosts("appended", await growthOf(appended, sizes), baseline.growth)).toEqual([]);
  });

  test("work done three times is found, work done once is not", async () => {
    const rounds = 5_000;
    const { calibration, once, thrice } = await leastCosts(3, {
      calibration: () => calibrationLoop(rounds),
      once: () => calibrationLoop(rounds),
      thrice: () => calibrationLoop(rounds * 3),
    });
    const expected = { perCalibration: { call: 1 }, tolerance: baseline.tolerance };
    expect(slowedDown({ call: once / calibration }, expected)).toEqual([]);
    expect(slowedDown({ call: thrice / calibration }, expected)).toEqual([expect.stringMatching(/^call: \d\.\d rounds of the calibration loop instead of 1/u)]);
    expect(slowedDown({}, expected)).toHaveLength(1);
  });
});
