// The property that everything else rests on: whatever an agent program does and wherever the process dies, the resumed
// run ends as if nothing had happened. Random programs, a crash after every append.
//
//     REPRISE_PROPERTY_RUNS=50000 REPRISE_PROPERTY_SEED=1 npx -y pnpm@12.21.0 exec vitest run --project testing replay-equivalence/replay
//
// tries 50,000 programs with groups, sleeps and waits (0.1, 0.3, 0.3 and 0.3 of them here and in the files for latencies and
// interruptions), and others as their shares say; a failure prints its seed and the smallest program found that fails.
import { checkByHand, checkExact } from "./exact.ts";
import { testProperties } from "./property.ts";

testProperties([
  { name: "R2, R3, R4: after a crash at any append, a run ends and records as if uninterrupted", oracle: checkExact, share: 0.35 },
  { name: "I3, I4, I5: so does one that sleeps and waits for answers, suspended or not", oracle: checkExact, generate: { pauses: true }, share: 0.1 },
  { name: "I3, I4, I5: so does one that sleeps and waits and is driven by hand", oracle: checkByHand, generate: { pauses: true }, share: 0.05 },
  { name: "P1: so does one with groups of tasks, streams of groups and groups with limits of time", oracle: checkExact, generate: { groups: true }, share: 0.03 },
  { name: "P1, I3: so does one whose groups sleep and wait", oracle: checkExact, generate: { groups: true, pauses: true }, share: 0.1 },
  { name: "P1: so does one with groups that is driven by hand", oracle: checkByHand, generate: { groups: true, pauses: true }, share: 0.01 },
  { name: "R2: so does a run that is driven by hand", oracle: checkByHand, share: 0.1 },
  { name: "R2, H7: so does a run whose values are all kept beside its journal", oracle: (program) => checkExact(program, { artifactThreshold: 0 }), share: 0.05 },
  { name: "R11: so does one with tools that must not happen twice, once somebody has said that they may", oracle: checkExact, generate: { once: true }, share: 0.1 },
]);
