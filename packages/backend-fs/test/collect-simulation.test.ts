import { expect, test } from "vitest";
import { simulateCollections, type Mutation } from "./collect-simulation.ts";

// REPRISE_SEEDS=100000 for a long night.
const seeds = Number(process.env["REPRISE_SEEDS"] ?? 300);

async function failures(count: number, { atMost, mutation }: { readonly atMost: number; readonly mutation?: Mutation }): Promise<{ readonly found: string[]; readonly removed: number }> {
  const found: string[] = [];
  let removed = 0;
  for (let seed = 1; seed <= count && found.length < atMost; seed += 1) {
    try {
      removed += await simulateCollections(seed, mutation);
    } catch (error) {
      found.push(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { found, removed };
}

test("S2, G12: no content is lost that is named, however puts, collections, crashes and losses of power meet; what nobody names goes", { timeout: Math.max(600_000, seeds * 200) }, async () => {
  const { found, removed } = await failures(seeds, { atMost: 3 });
  expect(found.join("\n")).toBe("");
  expect(removed).toBeGreaterThan(seeds / 10);
});

const mutations: readonly (readonly [name: string, mutation: Mutation])[] = [
  ["a put does not touch what it finds", (io) => ({ ...io, touch: async () => undefined })],
  ["a put does not notice that what it found is gone", (io) => ({ ...io, touch: (path) => io.touch(path).catch(() => undefined) })],
  ["a collector does not look again at what it has thrown away", (io) => ({ ...io, stat: async (path) => ({ ...(await io.stat(path)), ...(path.includes("/trash/") && { modifiedMs: 0 }) }) })],
  ["directories are not synced", (io) => ({ ...io, syncDirectory: async () => undefined })],
];

test.each(mutations)("the simulation bites: it finds a loss when %s", { timeout: 60_000 }, async (_, mutation) => {
  expect((await failures(4000, { atMost: 1, mutation })).found).toHaveLength(1);
});
