// The same as replay-equivalence.test.ts where "as if uninterrupted" has no meaning: latencies that change from life to
// life, acknowledgements that are late, and runs that failed.
import { expect, test } from "vitest";
import { checkRecovery } from "./exact.ts";
import { generateProgram } from "./generate.ts";
import { testProperties } from "./property.ts";
import { checkSelfConsistent } from "./self-consistent.ts";

testProperties([
  { name: "R2, A3, S1: under any latencies and any chain of crashes, a run follows its record and ends where its journal says", oracle: checkSelfConsistent, share: 0.4 },
  { name: "I3, I4, I5: so does one that sleeps and waits for answers, suspended or not", oracle: checkSelfConsistent, generate: { pauses: true }, share: 0.2 },
  { name: "R4: a run that sleeps and waits recovers as if uninterrupted", oracle: checkRecovery, generate: { pauses: true }, share: 0.1 },
  { name: "R4: a failed run recovers as if uninterrupted, wherever the recovery is cut off", oracle: checkRecovery, share: 0.25 },
  { name: "P1: so does one with groups of tasks, streams of groups and groups with limits of time", oracle: checkSelfConsistent, generate: { groups: true, pauses: true }, share: 0.3 },
  { name: "P1, R4: a failed run of groups recovers as if uninterrupted", oracle: checkRecovery, generate: { groups: true }, share: 0.03 },
  { name: "R11: tools that must not happen twice make no difference", oracle: checkSelfConsistent, generate: { once: true }, share: 0.2 },
]);

test("P1, I1: a stream is told of an outcome that was recorded, and not acknowledged yet, when the grace of its group ended", { timeout: 60_000 }, async () => {
  // An aborted branch that fails in the last moment, found by the search.
  expect((await checkSelfConsistent(generateProgram(5_058, { groups: true, pauses: true }))).failure).toBeUndefined();
});

test("P1, R2: a stream of a group that was opened again is told of what it reused when it was opened, also in the next process", { timeout: 60_000 }, async () => {
  // A run that failed, was recovered and died before its end was recorded, found by the search.
  expect((await checkSelfConsistent(generateProgram(620_330, { groups: true, pauses: true }))).failure).toBeUndefined();
});
