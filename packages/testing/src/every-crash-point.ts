import { isDeepStrictEqual } from "node:util";
import { createReprise, isRepriseError, type Actor, type ExecutionOutcome, type Reprise } from "@reprise/core";
import { checkCrashPointOptions, repriseOf, type EveryCrashPointOptions } from "./crash-point-options.ts";
import { driveVirtually } from "./drive-virtually.ts";
import { faultyBackend } from "./faulty-backend.ts";
import { freshBackend } from "./fresh-backend.ts";
import { leafStarts, type LeafStarts } from "./leaf-starts.ts";
import { virtualSystem, type VirtualSystem } from "./virtual-system.ts";

/** What {@link everyCrashPoint} has tried. */
export interface CrashPointReport {
  /** So many appends has the uninterrupted run. */
  readonly appends: number;
  /** So many crashes were tried: twice at each append, before and after it was written. */
  readonly crashes: number;
  /** Addresses of calls with `repeatable: false` after whose crash nobody could know whether they had happened, so that the run failed with `OUTCOME_UNKNOWN`. */
  readonly unknown: readonly string[];
}

interface Lives {
  readonly outcome: ExecutionOutcome<unknown>;
  readonly storage: unknown;
  readonly starts: LeafStarts;
  readonly appends: number;
}

const stateId = "every-crash-point";
/** Answers and sleeps that a run may have. */
const mostTurns = 100;
const advice =
  "everyCrashPoint: virtual time goes on as long as something waits for it, and nothing does. If the backend or a handler waits for anything real, such as fsBackend for its disk, write clock: \"real\"";

/**
 * Runs a pipeline once for every append it makes, kills the process in it, lets another process go on, and throws unless each time the
 * outcome and the storage are those of the run that nothing interrupted, every leaf ran at least once, and none with `repeatable: false` more
 * than once. What `random`, `uuid` and `now` give is to be seen in neither: what begins only after a crash draws another. A call with `repeatable: false` that was at work when the process died may end the run with `OUTCOME_UNKNOWN` instead.
 *
 * A function that makes the pipeline is called for every process, so that variables inside it end with the process, as they would: what
 * counts in memory (`flaky`, `counter`) and is to outlive a crash is made in `open`. An actor as such is the same in every process. Throws
 * `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { agent, tool } from "@reprise/core";
 * import { everyCrashPoint } from "@reprise/testing";
 *
 * const pipeline = () => {
 *   const double = tool({ name: "double", run: (value: number) => value * 2 });
 *   return agent({ name: "twice", run: async (value: number, context) => context.run(double, await context.run(double, value)) });
 * };
 * const { crashes } = await everyCrashPoint(pipeline, { input: 1, open: () => memoryBackend() });
 * console.log(crashes > 0); // true
 * ```
 */
export async function everyCrashPoint<Input, Output>(pipeline: Actor<Input, Output> | (() => Actor<Input, Output>), options: EveryCrashPointOptions<Input>): Promise<CrashPointReport> {
  checkCrashPointOptions(options);
  const make = typeof pipeline === "function" ? pipeline : () => pipeline;
  const expected = await live(make, options, undefined);
  const unknown = new Set<string>();
  let crashes = 0;
  for (let append = 1; append <= expected.appends; append += 1) {
    for (const written of [false, true]) {
      const lives = await live(make, options, { append, written });
      crashes += 1;
      const where = `after a crash in append ${append} of ${expected.appends}, which was ${written ? "" : "not "}written`;
      for (const problem of differences(expected, lives, unknown)) throw new Error(`everyCrashPoint: ${where}: ${problem}`, lives.outcome.status === "failed" ? { cause: lives.outcome.error } : {});
    }
  }
  return { appends: expected.appends, crashes, unknown: [...unknown] };
}

/** What dies in a crash: the next process has its own. */
interface Process<Input> {
  readonly reprise: Reprise;
  readonly pipeline: Actor<Input, unknown>;
}

/** One run: up to the crash, if there is to be one, and from there to its end. */
async function live<Input>(make: () => Actor<Input, unknown>, options: EveryCrashPointOptions<Input>, crash: { readonly append: number; readonly written: boolean } | undefined): Promise<Lives> {
  const system = options.clock === "real" ? undefined : virtualSystem();
  const starts = leafStarts();
  let crashed = (): void => undefined;
  const dead = new Promise<"crashed">((resolve) => {
    crashed = () => resolve("crashed");
  });
  const disk = faultyBackend(freshBackend(options.open, "everyCrashPoint"), {
    ...(crash !== undefined && { faults: { append: { [crash.append]: { kind: "crash", done: crash.written } } } }),
    onFault: () => crashed(),
  });
  const start = (): Process<Input> => ({ reprise: createReprise({ ...repriseOf(options), backend: disk, subscribers: [starts.subscriber], ...(system && { system }) }), pipeline: make() });
  try {
    let process = start();
    let outcome = await driven(system, Promise.race([finish(process, options, system), dead]));
    if (outcome === "crashed") {
      process = start();
      outcome = await driven(system, finish(process, options, system));
    }
    const { storage } = await driven(system, process.reprise.snapshot(stateId));
    await starts.readRepeatable(disk, stateId);
    return { outcome, storage, starts, appends: disk.counts.append ?? 0 };
  } finally {
    await disk.close();
  }
}

function driven<Result>(system: VirtualSystem | undefined, work: Promise<Result>): Promise<Result> {
  return system === undefined ? work : driveVirtually(system, work, advice);
}

/** Executes, answers what is waited for, and goes on, until the run has ended. */
async function finish<Input>({ reprise, pipeline }: Process<Input>, { input, answers = {} }: EveryCrashPointOptions<Input>, system: VirtualSystem | undefined): Promise<ExecutionOutcome<unknown>> {
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const outcome = await (reprise.execute as (actor: Actor<Input, unknown>, given: Input, options: { readonly stateId: string }) => Promise<ExecutionOutcome<unknown>>)(pipeline, input, { stateId });
    if (outcome.status !== "awaiting") return outcome;
    for (const { address, name } of outcome.pending) {
      if (!Object.hasOwn(answers, name)) throw new Error(`everyCrashPoint: the pipeline waits for "${name}", and answers has none`);
      await reprise.answer(stateId, address, answers[name], { answerId: address });
    }
    if (outcome.pending.length > 0 || outcome.wakeAt === undefined) continue;
    const delayMs = outcome.wakeAt - (system?.now() ?? Date.now());
    await new Promise<void>((resolve) => void (system === undefined ? setTimeout(resolve, delayMs) : system.setTimer(delayMs, resolve)));
  }
  throw new Error(`everyCrashPoint: the run was resumed ${mostTurns} times, and has not ended`);
}

function* differences(expected: Lives, { outcome, storage, starts }: Lives, unknown: Set<string>): Generator<string> {
  for (const [address, count] of starts.counts) if (starts.once.has(address) && count > 1) yield `${address}, which must not be repeated, ran ${count} times`;
  const lost = addressOfUnknown(outcome);
  if (lost !== undefined) {
    unknown.add(lost);
    return;
  }
  const told = textOf(expected.outcome);
  if (!isDeepStrictEqual(textOf(outcome), told)) yield `the outcome is ${JSON.stringify(textOf(outcome))} instead of ${JSON.stringify(told)}`;
  if (!isDeepStrictEqual(storage, expected.storage)) yield `the storage is ${JSON.stringify(storage)} instead of ${JSON.stringify(expected.storage)}`;
  for (const address of expected.starts.counts.keys()) if (!starts.counts.has(address)) yield `${address} never ran`;
}

function textOf(outcome: ExecutionOutcome<unknown>): unknown {
  if (outcome.status === "completed") return { status: outcome.status, value: outcome.value };
  return outcome.status === "failed" ? { status: outcome.status, error: rootOf(outcome.error).message } : { status: outcome.status };
}

/** What went wrong, without how often it was tried: a process that dies costs an attempt. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

/** The call of which nobody knows whether it happened. */
function addressOfUnknown(outcome: ExecutionOutcome<unknown>): string | undefined {
  for (let error: unknown = outcome.status === "failed" ? outcome.error : undefined; error instanceof Error; error = error.cause) {
    if (isRepriseError(error, "OUTCOME_UNKNOWN")) return error.address ?? "unknown";
  }
  return undefined;
}
