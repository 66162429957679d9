import { seededRandom } from "@reprise/testing";
import { expect, test } from "vitest";
import { randomOperation } from "./operation.ts";
import { notOffered, Player } from "./player.ts";
import { emptyStores } from "./stores.ts";

// How to know that it works: whatever is asked of a store, in whatever order, it makes no difference which one it is.

// REPRISE_SEQUENCES=2000 for a long night; REPRISE_FIRST_SEQUENCE goes on behind a seed.
const sequences = Number(process.env["REPRISE_SEQUENCES"] ?? 10);
const first = Number(process.env["REPRISE_FIRST_SEQUENCE"] ?? 1);
const operations = 60;

test("G1-G14: memory, fs and sqlite give the same answers to the same operations", { timeout: Math.max(120_000, sequences * 5_000) }, async () => {
  for (let seed = first; seed < first + sequences; seed += 1) {
    const random = seededRandom(seed);
    const { stores, remove } = await emptyStores();
    const players = Object.entries(stores).map(([name, backend]) => [name, new Player(backend)] as const);
    const story: string[] = [];
    for (let step = 1; step <= operations; step += 1) {
      const operation = randomOperation(random);
      const answers: (readonly [name: string, answer: unknown])[] = [];
      for (const [name, player] of players) answers.push([name, await player.play(operation)]);
      const [reference, ...others] = answers.filter(([, answer]) => answer !== notOffered);
      story.push(`${JSON.stringify(operation)} -> ${JSON.stringify(reference?.[1])}`);
      for (const [name, answer] of others) expect(answer, `seed ${seed}, ${name}, step ${step}:\n${story.slice(-15).join("\n")}`).toEqual(reference?.[1]);
    }
    await remove();
  }
});
