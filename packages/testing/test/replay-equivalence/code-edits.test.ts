// The code of a run changes while the run is open: random programs under random edits, resumed from random crash points with
// every setting of `onInputChange` and `onVersionChange`.
//
//     REPRISE_EDITS=20000 REPRISE_EDITS_SEED=1 npx -y pnpm@12.21.0 exec vitest run --project testing replay-equivalence/code-edits
//
// tries 20,000 cases; a failure prints its seed and the smallest pair of programs found that fails.
import { expect, test } from "vitest";
import { describeEdits, searchEdits } from "./search-edits.ts";
import { numberFrom } from "./search.ts";

const cases = numberFrom("REPRISE_EDITS", 500);
const seed = numberFrom("REPRISE_EDITS_SEED", 1);

test("A3, R2, R8: whatever edit the code has seen, a call ends in a right reuse, a run, or a typed error, never in another's value without a notice, and so it stays", { timeout: 60_000 + cases * 500 }, async () => {
  const { failure, tally } = await searchEdits({ cases, seed });
  if (failure !== undefined) expect.fail(failure);
  // Asked for by hand, by somebody who wants to see figures.
  if (process.env["REPRISE_EDITS"] !== undefined) console.log(describeEdits({ cases, seed, tally }));
  // Each way out is taken: a property that never meets an edited call shows nothing.
  if (cases >= 500) for (const [way, count] of Object.entries(tally)) expect(count, way).toBeGreaterThan(0);
});
