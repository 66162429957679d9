import { expect, test } from "vitest";
import type { PlannedCase } from "../src/choose-cases.ts";
import { runAll } from "../src/run-all.ts";
import type { Outcome } from "../src/run-case.ts";

const planned = (contestant: string, repetitions: number): PlannedCase => ({ scenario: "sequence", contestant, size: 100, repetitions });
const figures: Outcome = { figures: { us: 1 } };

function recorder(outcomeOf: (contestant: string) => Outcome = () => figures) {
  const measured: string[] = [];
  const measure = async ({ contestant }: PlannedCase, repetition: number): Promise<Outcome> => {
    measured.push(`${contestant}${repetition}`);
    return outcomeOf(contestant);
  };
  return { measured, measure };
}

test("contestants take turns: the repetitions are outermost", async () => {
  const { measured, measure } = recorder();
  const results = await runAll([planned("a", 2), planned("b", 3), planned("c", 1)], { measure, mayRepeat: () => true });
  expect(measured).toEqual(["a1", "b1", "c1", "a2", "b2", "b3"]);
  expect(results.map((result) => result.figures.length)).toEqual([2, 3, 1]);
});

test("who fails or cannot run is not asked again, and the others go on", async () => {
  const { measured, measure } = recorder((contestant) => (contestant === "a" ? { failed: "why" } : contestant === "b" ? { skipped: "not installed" } : figures));
  const results = await runAll([planned("a", 2), planned("b", 2), planned("c", 2)], { measure, mayRepeat: () => true });
  expect(measured).toEqual(["a1", "b1", "c1", "c2"]);
  expect(results).toMatchObject([{ failed: "why", figures: [] }, { skipped: "not installed" }, { figures: [{ us: 1 }, { us: 1 }] }]);
});

test("when the time is up, each case has been measured once", async () => {
  const { measured, measure } = recorder();
  await runAll([planned("a", 5), planned("b", 5)], { measure, mayRepeat: () => false });
  expect(measured).toEqual(["a1", "b1"]);
});
