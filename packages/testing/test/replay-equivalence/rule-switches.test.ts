// Shows that the properties can fail, and that each of these rules of the engine is needed: with one of them off, some
// small program breaks.
import { expect, test } from "vitest";
import { checkExact, checkRecovery } from "./exact.ts";
import type { GenerateOptions } from "./generate.ts";
import { search, type Oracle } from "./search.ts";
import { checkSelfConsistent } from "./self-consistent.ts";
import { withRuleOff, type RuleName } from "./with-rule-off.ts";

type AnyOracle = (...parameters: Parameters<typeof checkExact>) => ReturnType<Oracle>;

// Each search begins shortly before a program that is known to break, to be quick.
// Only a branch that gives its slot back while it waits can tell of `slotsForRecorded`.
const switches: readonly (readonly [rule: RuleName, property: string, oracle: AnyOracle, seed: number, generate: GenerateOptions])[] = [
  ["liveGate", "self-consistent", checkSelfConsistent, 20, {}],
  ["joinAtRelease", "self-consistent", checkSelfConsistent, 1, {}],
  ["gatedStarts", "exact", checkExact, 60, {}],
  ["slotsForRecorded", "exact", checkExact, 4, { pauses: true }],
  ["strictReopened", "recovery", checkRecovery, 40, {}],
  ["deepRevocation", "self-consistent", checkSelfConsistent, 25, {}],
];

test.each(switches)("without the rule %s the %s property fails", { timeout: 300_000 }, async (rule, _, oracle, seed, generate) => {
  const { failure } = await search({ oracle: (program) => oracle(program, withRuleOff(rule)), seed, programs: 3_000, generate, shrinks: false });
  expect(failure).toBeDefined();
});
