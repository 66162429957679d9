import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundleSize } from "./support/bundle-size.ts";
import { workspaceRoot } from "./support/workspace.ts";

// What each package costs whoever bundles it: everything its main entry exports, minified and gzipped, in kB of 1,000 bytes.
// A budget that is reached is raised on purpose, with a word in the commit why; one that is far above is none, and is lowered.
// Those for Node alone (cli, testing) are not bundled by anybody.
const budgets = {
  "core": { own: 87, whole: 99 },
  "retry": { own: 6.2, whole: 13.3 },
  "backend-memory": { own: 3.6, whole: 9.2 },
  "backend-fs": { own: 21, whole: 26.5 },
  "backend-sqlite": { own: 15.5, whole: 21 },
  "printer": { own: 25.7, whole: 30.7 },
  "flow": { own: 16.2, whole: 34 },
  "http": { own: 5.8, whole: 8.2 },
};

const readme = readFileSync(join(workspaceRoot, "README.md"), "utf8");

test.each(Object.entries(budgets))("%s is within its budget, and the README says what it is", { timeout: 60_000 }, async (name, budget) => {
  const { own, whole } = await bundleSize(`packages/${name}`);
  for (const [size, most] of [[own, budget.own], [whole, budget.whole]] as const) {
    expect(size).toBeLessThanOrEqual(most * 1000);
    expect(size).toBeGreaterThan(most * 900);
  }
  const [, ownSaid, wholeSaid] = new RegExp(`^\\| \\[\`@reprise/${name}\`\\].*\\| (\\d+) \\| (\\d+) \\|$`, "mu").exec(readme) ?? [];
  expect(Math.abs(Number(ownSaid) - own / 1000), `the README says ${ownSaid} kB`).toBeLessThan(1);
  expect(Math.abs(Number(wholeSaid) - whole / 1000), `the README says ${wholeSaid} kB`).toBeLessThan(1);
});
