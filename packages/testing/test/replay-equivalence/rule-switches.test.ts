// Shows that the properties can fail, and that each of these rules of the engine is needed: with one of them off, some
// small program breaks.
import { expect, test } from "vitest";
import { checkExact, checkRecovery } from "./exact.ts";
import { search, type Oracle } from "./search.ts";
import { checkSelfConsistent } from "./self-consistent.ts";
import { withRuleOff, type RuleName } from "./with-rule-off.ts";

type AnyOracle = (...parameters: Parameters<typeof checkExact>) => ReturnType<Oracle>;

// Each search begins shortly before a program that is known to break, to be quick.
// `slotsForRecorded` is missing: only a branch that gives its slot back while it waits can tell.
const switches: readonly (readonly [rule: RuleName, property: string, oracle: AnyOracle, seed: number])[] = [
  ["liveGate", "self-consistent", checkSelfConsistent, 20],
  ["joinAtRelease", "self-consistent", checkSelfConsistent, 1],
  ["gatedStarts", "exact", checkExact, 60],
  ["strictReopened", "recovery", checkRecovery, 40],
  ["deepRevocation", "self-consistent", checkSelfConsistent, 25],
];

test.each(switches)("without the rule %s the %s property fails", { timeout: 300_000 }, async (rule, _, oracle, seed) => {
  const { failure } = await search({ oracle: (program) => oracle(program, withRuleOff(rule)), seed, programs: 3_000, shrinks: false });
  expect(failure).toBeDefined();
});
