import { agent, createReprise, tool, type ExecutionState, type Reprise } from "@reprise/core";
import { defaultSystem, isRepriseError, type StateBackend } from "@reprise/core/spi";
import { seededRandom } from "@reprise/testing";
import { expect, test } from "vitest";
import { emptyStores } from "./stores.ts";

// How to know that it works: a run does not know where it is stored, so wherever that is its export has the same bytes, at the end and on
// the way. One thing at a time: which of two outcomes comes first is up to the store.

// REPRISE_RUNS=2000 for a long night; REPRISE_FIRST_RUN goes on behind a seed.
const runs = Number(process.env["REPRISE_RUNS"] ?? 6);
const first = Number(process.env["REPRISE_FIRST_RUN"] ?? 1);
const steps = 14;
const stateId = "run-1";

const leaf = tool({ name: "leaf", run: (value: unknown) => ({ value }) });
const failing = tool({
  name: "failing",
  run: (value: number) => {
    // Its stack would say by which turn of the event loop the store had answered.
    throw Object.assign(new Error(`planned failure ${value}`), { stack: "none" });
  },
});
const team = agent({
  name: "team",
  run: async (items: number[], context) => {
    for (const item of items) await context.run(leaf, item);
    return context.map("one", items.slice(0, 1), (item, branch) => branch.run(leaf, item));
  },
});
const asking = agent({ name: "asking", run: (name: string, context) => context.waitFor(name) });

/** Time stands still and ids are counted, so that nothing but the store makes a difference. */
function repriseOn(backend: StateBackend): Reprise {
  let ids = 0;
  const newId = (): string => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, "0")}`;
  const system = { ...defaultSystem(), now: () => 1_000, random: () => 0.5, newId };
  return createReprise({ backend, system, artifactThreshold: 300, suspendAfterMs: 0, session: { host: "test" } });
}

type Step = (state: ExecutionState) => unknown;

/** One thing that people do with a run. */
function randomStep(random: () => number, index: number): Step {
  const below = (limit: number): number => Math.floor(random() * limit);
  const value = { index, text: "x".repeat(below(2) * 400), list: [below(9), new Date(0), new Map([["k", below(9)]])] };
  const amount = below(5);
  const ways: readonly Step[] = [
    (state) => state.run(leaf, value, { key: `k${index}` }),
    (state) => state.run(team, [1, 2, 3].slice(0, 1 + (amount % 3)), { key: `k${index}` }),
    (state) => state.run(failing, amount, { key: `k${index}` }),
    (state) => state.run(asking, `question-${amount}`, { key: `k${index}` }),
    (state) => state.storage.set(`s${amount}`, value),
    (state) => state.storage.add("count", amount),
    (state) => state.storage.delete(`s${amount}`),
    (state) => state.artifacts.put(`a${amount}`, { page: "y".repeat(amount * 100) }),
    (state) => state.saveCheckpoint({ status: "paused" }),
  ];
  return ways[below(ways.length)]!;
}

/** Lives a run on one store and gives its exports: after each time it was closed, and at the end. */
async function exportsOf(backend: StateBackend, seed: number): Promise<readonly (Uint8Array | string)[]> {
  const random = seededRandom(seed);
  const reprise = repriseOn(backend);
  const found: (Uint8Array | string)[] = [];
  const attempt = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isRepriseError(error)) throw error;
      found.push(error.code);
    }
  };
  let state = await reprise.create({ stateId, metadata: { tags: ["a"] } });
  for (let index = 0; index < steps; index += 1) {
    const [step, between, position] = [randomStep(random, index), random(), 2 + Math.floor(random() * 20)];
    await attempt(() => step(state));
    if (between > 0.3) continue;
    await state.close();
    found.push(await reprise.export(stateId));
    if (between < 0.1) await attempt(() => reprise.rewind(stateId, { position }));
    else if (between < 0.2) await attempt(() => reprise.answer(stateId, `question-${index % 5}`, index));
    else if (between < 0.25) await attempt(() => reprise.compact(stateId));
    state = await reprise.load(stateId);
  }
  await state.close();
  found.push(await reprise.export(stateId), JSON.stringify(await reprise.snapshot(stateId)));
  return found;
}

test("S8, G9: a run has the same exports on memory, fs and sqlite, byte for byte", { timeout: Math.max(120_000, runs * 10_000) }, async () => {
  let exported = 0;
  for (let seed = first; seed < first + runs; seed += 1) {
    const { stores, remove } = await emptyStores();
    const [reference, ...others] = await Promise.all(Object.entries(stores).map(async ([name, backend]) => [name, await exportsOf(backend, seed)] as const));
    for (const [name, found] of others) {
      for (const [index, one] of found.entries()) {
        const other = reference![1][index];
        expect(typeof one === "string" ? one : Buffer.from(one).toString("latin1"), `seed ${seed}, ${name}, ${index}`).toBe(other === undefined || typeof other === "string" ? other : Buffer.from(other).toString("latin1"));
        exported += typeof one === "string" ? 0 : 1;
      }
      expect(found, `seed ${seed}, ${name}`).toHaveLength(reference![1].length);
    }
    await remove();
  }
  expect(exported).toBeGreaterThan(runs * 2);
});
