import { generateProgram, type GenerateOptions } from "./generate.ts";
import { printProgram } from "./print.ts";
import type { Program } from "./program.ts";
import { shrink } from "./shrink.ts";
import type { Verdict } from "./verdict.ts";

/** An oracle: says what does not hold of a program. */
export type Oracle = (program: Program) => Promise<Verdict>;

/** Options of {@link search}. */
export interface SearchOptions {
  readonly oracle: Oracle;
  /** Of the first program; the others follow. */
  readonly seed: number;
  readonly programs: number;
  readonly generate?: GenerateOptions;
  /** Default: true. */
  readonly shrinks?: boolean;
}

/** What a search found. */
export interface SearchResult {
  readonly programs: number;
  readonly crashPoints: number;
  /** Of the first program that failed. */
  readonly failure: { readonly seed: number; readonly report: string } | undefined;
}

/** Tries one program after the other until an oracle finds fault with one, and shrinks that. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  // Programs throw a lot, and nobody reads where: stacks would be a third of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await searchFrom(options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function searchFrom({ oracle, seed, programs, generate, shrinks = true }: SearchOptions): Promise<SearchResult> {
  let crashPoints = 0;
  for (let index = 0; index < programs; index += 1) {
    const program = generateProgram(seed + index, generate);
    const verdict = await oracle(program);
    crashPoints += verdict.crashPoints;
    if (verdict.failure === undefined) continue;
    const smallest = shrinks ? await smallestFor(program, verdict.failure, oracle) : { program, failure: verdict.failure };
    const report = [
      `seed ${program.seed} fails; the smallest program found that does:`,
      "",
      printProgram(smallest.program),
      "",
      smallest.failure,
      `(the whole program: ${verdict.failure})`,
      `again: REPRISE_PROPERTY_SEED=${program.seed} REPRISE_PROPERTY_RUNS=1`,
    ].join("\n");
    return { programs: index + 1, crashPoints, failure: { seed: program.seed, report } };
  }
  return { programs, crashPoints, failure: undefined };
}

function smallestFor(program: Program, failure: string, oracle: Oracle): Promise<{ readonly program: Program; readonly failure: string }> {
  return shrink(program, failure, async (candidate) => (await oracle(candidate)).failure);
}

/** From the environment: how many programs a property is tried on, and the seed of the first. */
export function propertySettings(): { readonly programs: number; readonly seed: number } {
  return { programs: numberFrom("REPRISE_PROPERTY_RUNS", 1_000), seed: numberFrom("REPRISE_PROPERTY_SEED", 1) };
}

/** A whole number from the environment. */
export function numberFrom(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return fallback;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError(`${name} must be a whole number, got ${JSON.stringify(text)}`);
  return number;
}
