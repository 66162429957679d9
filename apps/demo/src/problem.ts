import { z } from "zod";

/** An error as one line: what a person and a script need of it. */
export const problemSchema = z.object({ code: z.string(), message: z.string(), address: z.string().optional() });
/** One of {@link problemSchema}. */
export type Problem = z.infer<typeof problemSchema>;

/** Says what went wrong in one line, with a stable code where the error has one. */
export function problemOf(error: unknown): Problem {
  const { code, message, address } = (typeof error === "object" && error !== null ? error : {}) as { readonly code?: unknown; readonly message?: unknown; readonly address?: unknown };
  return {
    code: typeof code === "string" ? code : "UNEXPECTED",
    message: (typeof message === "string" && message !== "" ? message : String(error)).replace(/\s+/gu, " "),
    ...(typeof address === "string" ? { address } : {}),
  };
}

/** The exit code that says: somebody has to decide. */
export const undecidedExit = 3;

const exitCodes = { done: 0, failed: 1, usage: 2, undecided: undecidedExit, state: 4 } as const;

const usage = new Set(["USAGE", "INPUT_CHANGED", "INVALID_ID"]);
const undecided = new Set(["OUTCOME_UNKNOWN", "NOT_REPEATABLE"]);
const state = new Set("FOREIGN_DIRECTORY NOT_FOUND LEASE_HELD LEASE_LOST FENCED POISONED NO_SPACE CORRUPT INCOMPATIBLE IO UNAVAILABLE".split(" "));

/** The exit code a problem ends the program with; `--help` lists them. */
export function exitCodeOf(problem: Problem | undefined): number {
  if (problem === undefined) return exitCodes.done;
  if (usage.has(problem.code)) return exitCodes.usage;
  if (undecided.has(problem.code)) return exitCodes.undecided;
  return state.has(problem.code) ? exitCodes.state : exitCodes.failed;
}
