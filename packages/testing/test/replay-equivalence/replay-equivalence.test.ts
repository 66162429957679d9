// The property that everything else rests on: whatever an agent program does and wherever the process dies, the resumed
// run ends as if nothing had happened. Random programs, a crash after every append.
//
//     REPRISE_PROPERTY_RUNS=10000 REPRISE_PROPERTY_SEED=1 npx -y pnpm@12.21.0 exec vitest run --project testing replay-equivalence
//
// tries 10,000 programs per property; a failure prints its seed and the smallest program found that fails.
import { expect, test } from "vitest";
import { checkExact, checkRecovery } from "./exact.ts";
import { propertySettings, search, type Oracle } from "./search.ts";
import { checkSelfConsistent } from "./self-consistent.ts";

const { programs, seed } = propertySettings();
const timeoutMs = 60_000 + programs * 1_000;

const properties: readonly (readonly [name: string, oracle: Oracle, once: boolean])[] = [
  ["R2, R3, R4: after a crash at any append, a run ends and records as if uninterrupted", checkExact, false],
  ["R2, A3, S1: under any latencies and any chain of crashes, a run follows its record and ends where its journal says", checkSelfConsistent, false],
  ["R4: a failed run recovers as if uninterrupted, wherever the recovery is cut off", checkRecovery, false],
  ["R11: so does a run with tools that must not happen twice, once somebody has said that they may", checkExact, true],
  ["R11: under any latencies too", checkSelfConsistent, true],
];

test.each(properties)("%s", { timeout: timeoutMs }, async (_, oracle, once) => {
  const { failure, crashPoints } = await search({ oracle, seed, programs: once ? Math.ceil(programs / 5) : programs, generate: { once } });
  if (failure) expect.fail(failure.report);
  expect(crashPoints).toBeGreaterThan(0);
});
