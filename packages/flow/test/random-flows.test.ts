import * as fc from "fast-check";
import type { VirtualSystem } from "@reprise/testing";
import { expect, test } from "vitest";
import { flowRegistry, loadFlow, output, routine, slot } from "../src/index.ts";
import { completedIn, killedEverywhere, live, type Process } from "./support/crashes.ts";

/** How many random flows are tried, each killed after every append. */
const flows = Number(process.env["REPRISE_FLOWS"] ?? 12);

/** One routine of a random flow: it takes values of earlier ones, multiplies, and may emit several. */
interface Step {
  readonly mode: "each" | "all" | "pairs";
  readonly factor: number;
  readonly emits: number;
  /** How often a value fails before it succeeds is its remainder. */
  readonly fails: number;
  readonly latency: number;
  /** Positions of those it takes values of, counted back. */
  readonly from: readonly number[];
}

interface Program {
  readonly steps: readonly Step[];
  readonly concurrency: number;
  readonly input: readonly number[];
}

const step = fc.record<Step>({
  mode: fc.constantFrom("each", "each", "all", "pairs"),
  factor: fc.integer({ min: 1, max: 3 }),
  emits: fc.integer({ min: 1, max: 2 }),
  fails: fc.integer({ min: 1, max: 3 }),
  latency: fc.integer({ min: 0, max: 40 }),
  from: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
});
const program = fc.record<Program>({ steps: fc.array(step, { minLength: 1, maxLength: 4 }), concurrency: fc.integer({ min: 1, max: 4 }), input: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }) });

/** Values with this remainder are not taken by this step, so that the job fails somewhere. */
interface Breakage {
  readonly step: number;
  readonly remainder: number;
}

/** All that happens is linear in the values, so that the sums at the ends are the same in whatever order things happen. */
function flowOf({ steps, concurrency }: Program, broken?: Breakage): (system: VirtualSystem) => Process {
  return (system) => {
    const effects: string[] = [];
    const source = routine({ name: "source", slots: { input: slot<readonly number[]>() }, outputs: { value: output<number>() }, run: ({ input }, { emit, address }) => {
      for (const value of input) emit("value", value);
      effects.push(address);
    } });
    const routines = steps.map(({ mode, factor, emits, fails, latency }, index) => {
      const plain = slot<number>();
      const input = mode === "all" ? plain.all() : mode === "pairs" ? plain.count(2).whenIncomplete("run") : plain;
      return routine({
        name: `step${index}`,
        slots: { input },
        outputs: { value: output<number>() },
        errorHandler: { strategy: "retry", maxRetries: 3, retryDelayMs: 20 },
        run: async ({ input: given }, { emit, attempt, address }) => {
          const sum = Array.isArray(given) ? (given as readonly number[]).reduce((total, value) => total + value, 0) : given;
          await new Promise<void>((resolve) => void system.setTimer((latency * (sum % 7)) / 3, resolve));
          if (broken?.step === index && sum % 3 === broken.remainder) throw new TypeError("out of order");
          if (attempt <= sum % fails) throw new Error(`attempt ${attempt}`);
          for (let count = 0; count < emits; count += 1) emit("value", sum * factor);
          effects.push(address);
        },
      });
    });
    const connections = steps.flatMap(({ from }, index) => [...new Set(from.map((back) => Math.max(-1, index - back)))].map((at) => ({ from: at < 0 ? "source.value" : `step${at}.value`, to: `step${index}.input` })));
    const json = { id: "random", concurrency, routines: ["source", ...routines.map(({ name }) => name)].map((id) => ({ id })), connections };
    return { flow: loadFlow(json, flowRegistry({ routines: [source, ...routines] })), effects };
  };
}

/** The sum of each end, and how often each routine ran. */
function told(outcome: string): unknown {
  expect(outcome).toMatch(/^completed /u);
  const { outputs, routines } = JSON.parse(outcome.slice("completed ".length)) as { readonly outputs: Record<string, readonly number[]>; readonly routines: Record<string, { readonly completed: number }> };
  return { sums: Object.entries(outputs).map(([name, values]) => [name, values.reduce((sum, value) => sum + value, 0)]).toSorted(), runs: Object.entries(routines).map(([name, { completed }]) => [name, completed]) };
}

test("F3, F6: random flows that failed somewhere come to the same once they are mended, and nothing that had completed happens again", { timeout: 60_000 + flows * 5_000 }, async () => {
  let failed = 0;
  await fc.assert(
    fc.asyncProperty(program, fc.record<Breakage>({ step: fc.integer({ min: 0, max: 3 }), remainder: fc.integer({ min: 0, max: 2 }) }), async (one, broken) => {
      const whole = await live(flowOf(one), one.input);
      const first = await live(flowOf(one, broken), one.input);
      if (!first.outcome.startsWith("failed")) return;
      failed += 1;
      const mended = await live(flowOf(one), one.input, first.journal);
      expect(told(mended.outcome)).toEqual(told(whole.outcome));
      const all = [...completedIn(first.journal), ...mended.effects].filter((address) => address.endsWith("::tool_call"));
      expect(all.filter((address, index) => all.indexOf(address) !== index)).toEqual([]);
      expect(all).toHaveLength(whole.effects.length);
    }),
    { numRuns: flows * 8 },
  );
  expect(failed).toBeGreaterThan(flows / 2);
});

test("F3: random flows that are killed after every append come to the same, and nothing that had completed happens again", { timeout: 60_000 + flows * 5_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(program, async (one) => {
      const begin = flowOf(one);
      const whole = await live(begin, one.input);
      const expected = told(whole.outcome);
      for (const { point, outcome, effects } of await killedEverywhere(begin, one.input, whole)) {
        expect({ point, told: told(outcome) }).toEqual({ point, told: expected });
        const all = [...completedIn(whole.journal.slice(0, point)), ...effects].filter((address) => address.endsWith("::tool_call"));
        expect({ point, twice: all.filter((address, index) => all.indexOf(address) !== index) }).toEqual({ point, twice: [] });
        expect(all).toHaveLength(whole.effects.length);
      }
    }),
    { numRuns: flows },
  );
});
