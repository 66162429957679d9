import { expect, test } from "vitest";
import type { Io } from "@reprise/backend-fs";
import { simulateCrashes, type Mutation } from "./crash-simulation.ts";

// REPRISE_SEEDS=100000 for a long night.
const seeds = Number(process.env["REPRISE_SEEDS"] ?? 600);

/** What is wrong with the first seeds that fail, if any do. */
async function failures(count: number, { atMost, mutation }: { readonly atMost: number; readonly mutation?: Mutation }): Promise<string[]> {
  const found: string[] = [];
  for (let seed = 1; seed <= count && found.length < atMost; seed += 1) {
    try {
      await simulateCrashes(seed, mutation);
    } catch (error) {
      found.push(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return found;
}

test("G1-G5, G7, G11, I4: nothing acknowledged is lost and nothing else appears, over crashes, failed syncs, zombies, removals, compactions and messages", { timeout: Math.max(600_000, seeds * 200) }, async () => {
  expect((await failures(seeds, { atMost: 3 })).join("\n")).toBe("");
});

const withoutEffect = async (): Promise<void> => undefined;
const mutations: readonly (readonly [name: string, mutation: Mutation])[] = [
  ["files are not synced", (io) => ({ ...io, create: async (path) => ({ ...(await io.create(path)), datasync: withoutEffect }) })],
  ["directories are not synced", (io) => ({ ...io, syncDirectory: withoutEffect })],
  ["only the run's own directory is synced", (io) => ({ ...io, syncDirectory: async (path) => (path.split("/").length > 4 ? io.syncDirectory(path) : undefined) })],
  ["a newer epoch stays unseen by the fence check", withoutOthers],
];

test.each(mutations)("the simulation bites: it finds a violation when %s", { timeout: 60_000 }, async (_, mutation) => {
  expect(await failures(1000, { atMost: 1, mutation })).toHaveLength(1);
});

/** The view of a file system whose cache shows a process no segments but its own. */
function withoutOthers(io: Io): Io {
  const own = new Set<string>();
  return {
    ...io,
    create: (path) => {
      own.add(path);
      return io.create(path);
    },
    look: async (path) => (own.has(path) ? io.look(path) : undefined),
  };
}
