import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, isRepriseError, tool, type Reprise } from "@reprise/core";
import type { Fault, FaultyOperation, Faults } from "../src/index.ts";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { faultyBackend, virtualSystem } from "../src/index.ts";

// Whatever operation of a backend fails, is torn or late, or kills the process, at whichever of its calls: who asked is told of it by a
// typed error or not at all, and whoever asks again gets what he would have got without.

const stateId = "run-1";
const input = ["a", "bb", "ccc"];
/** So often in all may a handler run more than once: one fault costs the calls that were at work. */
const atWork = input.length;

/** As one process has it; how often handlers run is counted outside of it. */
function pipeline(runs: Map<string, number>) {
  const count = (name: string): void => void runs.set(name, (runs.get(name) ?? 0) + 1);
  const fetch = tool({ name: "fetch", run: (url: string) => (count(`fetch ${url}`), url.repeat(40)) });
  const judge = tool({
    name: "judge",
    retry: retry({ maxAttempts: 3, initialDelayMs: 1_000 }),
    run: (_length: number, { attempt }) => {
      count("judge");
      if (attempt === 1) throw new Error("not yet");
      return "good";
    },
  });
  return agent({
    name: "work",
    run: async (urls: readonly string[], context) => {
      const pages = await context.map("pages", urls, fetch);
      const length = pages.join("").length;
      context.storage.set("length", length);
      const verdict = await context.run(judge, length);
      const approved = await context.waitFor("approval");
      return { verdict, approved, letter: await context.run(fetch, "letter") };
    },
  });
}

/** What dies in a crash: the next process has its own. */
interface Process {
  readonly reprise: Reprise;
  readonly work: ReturnType<typeof pipeline>;
}

async function run({ reprise, work }: Process): Promise<unknown> {
  const outcome = await reprise.execute(work, input, { stateId });
  if (outcome.status === "failed") throw outcome.error;
  return outcome.status === "completed" ? outcome.value : outcome.status;
}

/** What somebody does with a run, from its beginning to its end; every step may be taken again. */
const steps: Readonly<Record<string, (process: Process) => Promise<unknown>>> = {
  begin: run,
  pending: async ({ reprise }) => (await reprise.pending(stateId)).map(({ name }) => name),
  answer: ({ reprise }) => reprise.answer(stateId, "approval", "yes", { answerId: "first" }),
  "go on": run,
  snapshot: async ({ reprise }) => (await reprise.snapshot(stateId)).storage,
  head: async ({ reprise }) => (await reprise.head(stateId))?.status,
  list: async ({ reprise }) => (await reprise.list()).rows.map((row) => `${row.stateId} ${row.status}`),
  export: async ({ reprise }) => (await reprise.export(stateId)).length > 0,
  compact: async ({ reprise }) => (await reprise.compact(stateId), "compacted"),
  verify: async ({ reprise }) => (await reprise.verify(stateId)).intact,
  again: run,
  delete: async ({ reprise }) => {
    // It may be gone already.
    await reprise.delete(stateId).catch((error: unknown) => {
      if (!isRepriseError(error, "NOT_FOUND")) throw error;
    });
    return "deleted";
  },
};

interface Story {
  readonly results: Readonly<Record<string, unknown>>;
  /** What a step failed with before it came through. */
  readonly errors: readonly unknown[];
  readonly runs: ReadonlyMap<string, number>;
  readonly counts: Readonly<Partial<Record<FaultyOperation, number>>>;
  readonly struck: number;
}

async function tell(faults: Faults): Promise<Story> {
  const system = virtualSystem();
  let struck = 0;
  let die = (): void => undefined;
  const disk = faultyBackend(memoryBackend({ system }), {
    system,
    faults,
    onFault: ({ fault }) => {
      struck += 1;
      if (fault.kind === "crash") die();
    },
  });
  const runs = new Map<string, number>();
  const results: Record<string, unknown> = {};
  const errors: unknown[] = [];
  const start = (): Process => ({ reprise: createReprise({ backend: disk, system, artifactThreshold: 64, suspendAfterMs: 1 }), work: pipeline(runs) });
  let process = start();
  for (const [name, step] of Object.entries(steps)) {
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 4) throw new Error(`${name} does not come through: ${String(errors.at(-1))}`, { cause: errors.at(-1) });
      const death = new Promise<"died">((resolve) => (die = () => resolve("died")));
      const result = await system.runUntil(Promise.race([step(process).then((value) => ({ value }), (error: unknown) => ({ error })), death]));
      if (result === "died") process = start();
      else if ("error" in result) errors.push(result.error);
      else {
        results[name] = result.value;
        break;
      }
    }
  }
  await system.runUntil(disk.close());
  return { results, errors, runs, counts: disk.counts, struck };
}

const faults: readonly Fault[] = [
  { kind: "fail" },
  { kind: "tear", done: true },
  { kind: "tear", done: false },
  { kind: "delay", delayMs: 5_000 },
  { kind: "crash", done: true },
  { kind: "crash", done: false },
];

describe("whatever operation of the backend goes wrong, once", async () => {
  const undisturbed = await tell({});

  test("nothing goes wrong by itself, and every operation that has no reason of its own is used", () => {
    expect(undisturbed).toMatchObject({ errors: [], struck: 0 });
    expect(undisturbed.results).toMatchObject({
      begin: "awaiting", pending: ["approval"], snapshot: { length: 240 }, verify: true, list: [`${stateId} completed`],
      "go on": { verdict: "good", approved: "yes", letter: "letter".repeat(40) },
    });
    expect(Object.keys(undisturbed.counts).toSorted()).toEqual(["acknowledge", "acquire", "append", "compact", "get", "head", "list", "messages", "post", "put", "read", "recovered", "release", "remove"]);
  });

  test.each(Object.entries(undisturbed.counts))("R2, R3, H5: %s (%i calls)", async (operation, calls) => {
    for (let number = 1; number <= calls; number += 1) {
      for (const fault of faults) {
        const where = `${operation} ${number} of ${calls}: ${JSON.stringify(fault)}`;
        const story = await tell({ [operation]: { [number]: fault } }).catch((error: unknown) => expect.fail(`${where}: ${String(error)}`));
        expect(story.struck, where).toBe(1);
        expect(story.results, where).toEqual(undisturbed.results);
        for (const error of story.errors) expect(isRepriseError(error), `${where}: ${String(error)}`).toBe(true);
        const more = [...story.runs.values()].reduce((sum, runs) => sum + runs, 0) - [...undisturbed.runs.values()].reduce((sum, runs) => sum + runs, 0);
        expect([...undisturbed.runs.keys()].filter((name) => !story.runs.has(name)), where).toEqual([]);
        expect(more, where).toBeLessThanOrEqual(fault.kind === "delay" ? 0 : atWork);
      }
    }
  });
});
