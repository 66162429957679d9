import type { RepriseOptions } from "@reprise/core";
import { checkKnown, checkOneOf, invalidOption, type OptionNames, type StateBackend } from "@reprise/core/spi";
import { checkReprise } from "./check-reprise.ts";

/** Options of `createReprise` that {@link everyCrashPoint} does not give itself. */
export type CrashPointReprise = Omit<RepriseOptions, "backend" | "system" | "subscribers">;

/** Options of {@link everyCrashPoint}. */
export interface EveryCrashPointOptions<Input> {
  readonly input: Input;
  /** A fresh, empty backend; called for every crash, before anything else of it. What stands for the world outside, which no crash touches, is made here. */
  readonly open: () => StateBackend;
  /** What the waits of the pipeline are answered, by name. A wait without an answer ends the check with an error. Default: none. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /**
   * `virtual`: sleeps, backoff and timeouts take no time; neither the backend nor a handler may wait for anything real, such as a file, a
   * socket or `setTimeout`, for virtual time cannot wait for it. `real`: they may, and everything takes as long as it takes: what
   * `fsBackend` needs. Default: `virtual`.
   */
  readonly clock?: "virtual" | "real";
  /** Further options of `createReprise`, or a function that makes them for every process: for those that hold state. Default: none. */
  readonly reprise?: CrashPointReprise | (() => CrashPointReprise);
}

const owner = "everyCrashPoint";
const optionNames: OptionNames<EveryCrashPointOptions<unknown>> = { input: true, open: true, answers: true, clock: true, reprise: true };
const ownOptions = ["backend", "system", "subscribers"] as const;

/** Throws `INVALID_OPTION`. */
export function checkCrashPointOptions(options: EveryCrashPointOptions<unknown>): void {
  checkKnown(options, optionNames, owner);
  const { open, answers = {}, clock, reprise } = options;
  if (typeof open !== "function") invalidOption("open", "a function that gives a fresh, empty state backend, such as () => memoryBackend()", open, owner);
  if (typeof answers !== "object" || answers === null) invalidOption("answers", "an object: what is answered, by the name of the wait", answers, owner);
  checkOneOf("clock", ["virtual", "real"], clock, owner);
  if (typeof reprise !== "function" && reprise !== undefined) checkReprise(reprise, ownOptions, owner);
}

/** The further options of one process. */
export function repriseOf({ reprise = {} }: Pick<EveryCrashPointOptions<unknown>, "reprise">): CrashPointReprise {
  if (typeof reprise !== "function") return reprise;
  const made = reprise();
  checkReprise(made, ownOptions, owner);
  return made;
}
