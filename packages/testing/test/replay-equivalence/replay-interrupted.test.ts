// The same as replay-equivalence.test.ts for runs that are interrupted or paused from outside, again and again, and resumed.
import { expect, test } from "vitest";
import { generateProgram } from "./generate.ts";
import { checkInterrupted, checkInterruptedByHand } from "./interrupted.ts";
import { testProperties } from "./property.ts";
import { checkInterruptedSelfConsistent } from "./self-consistent.ts";

testProperties([
  { name: "I2, R2: a run that is interrupted anywhere and resumed ends as if uninterrupted", oracle: checkInterrupted, share: 0.05 },
  { name: "I2, I3, I5, P1: so does one that sleeps and waits for answers, also in groups", oracle: checkInterrupted, generate: { pauses: true, groups: true }, share: 0.3 },
  { name: "I2, R11: so does one with tools that must not happen twice, once somebody has said that they may", oracle: checkInterrupted, generate: { once: true }, share: 0.02 },
  { name: "I2: so does one that is driven by hand", oracle: checkInterruptedByHand, share: 0.02 },
  { name: "I2: under any latencies, crashes and interruptions, a run follows its record and ends where its journal says", oracle: checkInterruptedSelfConsistent, generate: { pauses: true, groups: true }, share: 0.3 },
  { name: "I2, R11: so does one with tools that must not happen twice, where that is allowed", oracle: checkInterruptedSelfConsistent, generate: { once: true }, share: 0.02 },
]);

test("I2, P1: a group that is interrupted in the turn in which its time is over has run out of time when it is resumed", { timeout: 60_000 }, async () => {
  // Found by the search.
  expect((await checkInterrupted(generateProgram(602_882, { pauses: true, groups: true }))).failure).toBeUndefined();
});
