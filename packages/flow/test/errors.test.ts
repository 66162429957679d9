import { createReprise } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { criticalRoutine, defineFlow, errorHandler, ErrorStrategy, optionalRoutine, type ErrorHandlerOptions, type Flow, type JobOutcome } from "../src/index.ts";
import { failing, named, passing, virtualHost, type Seen } from "./support/flows.ts";

/** A job with a routine that fails, at the beginning of the flow or behind another. */
interface Trial {
  readonly outcome: JobOutcome<unknown>;
  readonly attempts: Seen;
  /** What came to the routine behind. */
  readonly behind: Seen;
  /** The clock when it had ended. */
  readonly at: number;
  readonly starts: readonly number[];
}

type Where = "at the entry" | "behind another";
type Whose = "the routine's handler" | "the flow's handler";

async function trial(plan: (attempt: number) => Error | undefined, handler: ErrorHandlerOptions | undefined, where: Where = "at the entry", whose: Whose = "the routine's handler"): Promise<Trial> {
  const attempts: Seen = [];
  const behind: Seen = [];
  const own = handler !== undefined && whose === "the routine's handler" ? { errorHandler: handler } : {};
  const fails = failing("fails", plan, attempts, own);
  const empty = defineFlow({ id: "trial", ...(handler !== undefined && whose === "the flow's handler" && { errorHandler: handler }) });
  const flow: Flow<never, never> = (where === "at the entry" ? empty.pipe(fails).pipe(passing("after", behind)).build() : empty.pipe(passing("before")).pipe(fails).pipe(passing("after", behind)).build());
  const { reprise, system } = virtualHost();
  const outcome = await system.runUntil(flow.on(reprise).start("x").then((job) => job.done()));
  const history = await reprise.history(outcome.jobId);
  const starts = history.events().filter(({ name, status }) => name === "fails" && status === "started").map(({ at }) => at);
  return { outcome, attempts, behind, at: system.now(), starts };
}

const always = (): Error => named("ValueError", "simulated");
const wheres: readonly Where[] = ["at the entry", "behind another"];
const whoses: readonly Whose[] = ["the routine's handler", "the flow's handler"];
const places = wheres.flatMap((where) => whoses.map((whose) => [where, whose] as const));

describe.each(places)("F4: %s, %s", (where, whose) => {
  test("stop fails the job, and nothing behind it runs", async () => {
    const { outcome, attempts, behind } = await trial(always, { strategy: "stop" }, where, whose);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED", message: expect.stringMatching(/^trial::fails\[.*\]::tool_call failed: simulated$/u) as string, cause: { name: "ValueError", message: "simulated" } } });
    expect([attempts, behind]).toEqual([[1], []]);
  });

  test("continue and skip let the job go on, and say which it was", async () => {
    const went = await trial(always, { strategy: "continue" }, where, whose);
    expect(went.outcome).toMatchObject({ status: "completed", routines: { fails: { continued: 1, skipped: 0, failed: 0 }, after: { completed: 0 } } });
    const skipped = await trial(always, { strategy: "skip" }, where, whose);
    expect(skipped.outcome).toMatchObject({ status: "completed", routines: { fails: { continued: 0, skipped: 1, failed: 0 } } });
    expect([went.attempts, went.behind, skipped.attempts, skipped.behind]).toEqual([[1], [], [1], []]);
  });

  test("retry makes maxRetries more attempts, each after delay * backoff^(k-1), and then fails the job", async () => {
    const { outcome, attempts, behind, starts, at } = await trial(always, { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5 }, where, whose);
    expect(outcome).toMatchObject({ status: "failed", error: { message: expect.stringContaining("failed after 5 attempts: simulated") as string } });
    expect([attempts, behind]).toEqual([[1, 2, 3, 4, 5], []]);
    expect(starts).toEqual([0, 300, 750, 1425, 2437.5]);
    expect(at).toBe(2437.5);
  });

  test("a retry that succeeds lets the job go on as if nothing had been", async () => {
    const { outcome, attempts, behind } = await trial((attempt) => (attempt < 3 ? always() : undefined), { strategy: "retry", maxRetries: 4, retryDelayMs: 1 }, where, whose);
    expect(outcome).toMatchObject({ status: "completed", outputs: { "after.output": ["x"] } });
    expect([attempts, behind]).toEqual([[1, 2, 3], ["x"]]);
  });

  test("retry retries what it is for, and nothing else", async () => {
    const handler: ErrorHandlerOptions = { strategy: "retry", maxRetries: 5, retryDelayMs: 1, retryOn: ["ConnectionError"] };
    expect((await trial(always, handler, where, whose)).attempts).toEqual([1]);
    const turns = await trial((attempt) => named(attempt === 1 ? "ConnectionError" : "ValueError"), handler, where, whose);
    expect([turns.outcome.status, turns.attempts]).toEqual(["failed", [1, 2]]);
  });

  test("a routine that is not critical does not take the job with it when its retries are spent", async () => {
    const handler: ErrorHandlerOptions = { strategy: "retry", maxRetries: 1, retryDelayMs: 1 };
    expect((await trial(always, { ...handler, critical: true }, where, whose)).outcome.status).toBe("failed");
    expect((await trial(always, handler, where, whose)).outcome.status).toBe("failed");
    const spared = await trial(always, { ...handler, critical: false }, where, whose);
    expect(spared.outcome).toMatchObject({ status: "completed", routines: { fails: { continued: 1 } } });
    expect(spared.attempts).toEqual([1, 2]);
  });

  test("without a retry of its own nothing is tried again, whatever the Reprise's retries", async () => {
    const { outcome, attempts } = await trial(always, undefined, where, whose);
    expect([outcome.status, attempts]).toEqual(["failed", [1]]);
  });
});

test("F4: the routine's handler counts before the flow's, and that of add before both", async () => {
  const calls: Seen = [];
  const fails = failing("fails", always, calls, { errorHandler: { strategy: "skip" } });
  const flow = defineFlow({ id: "handlers", errorHandler: { strategy: "stop" } });
  const jobOf = async (built: { on(reprise: ReturnType<typeof createReprise>): { start(input: unknown): Promise<{ done(): Promise<JobOutcome<unknown>> }> } }) => (await built.on(createReprise()).start("x")).done();
  expect(await jobOf(flow.add(fails).build())).toMatchObject({ status: "completed", routines: { fails: { skipped: 1 } } });
  expect(await jobOf(flow.add(fails, { errorHandler: { strategy: "continue" } }).build())).toMatchObject({ status: "completed", routines: { fails: { continued: 1 } } });
});

test("F4: retries are counted by activation: jobs and deliveries of one flow do not share them", async () => {
  const calls: Seen = [];
  const flow = defineFlow({ id: "counted" }).pipe(failing("fails", (attempt) => (attempt < 3 ? always() : undefined), calls, { errorHandler: { strategy: "retry", maxRetries: 2, retryDelayMs: 1 } })).build();
  const { reprise, system } = virtualHost();
  const jobs = flow.on(reprise);
  const all = [1, 2, 3].map(async (input) => (await jobs.start(input)).done());
  const outcomes = await system.runUntil(Promise.all(all));
  expect(outcomes.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
  expect(calls).toHaveLength(9);
});

test("F4: what a routine stops ends what is at work beside it", async () => {
  const { reprise, system } = virtualHost({ graceMs: 0 });
  let aborted = false;
  const slow = failing("slow", () => undefined);
  const waits = { ...slow, run: (_given: never, context: never) => new Promise<undefined>((resolve) => (context as { signal: AbortSignal }).signal.addEventListener("abort", () => ((aborted = true), resolve(undefined)))) };
  const flow = defineFlow({ id: "beside" }).add(passing("source")).add(waits).add(failing("fails", always)).connect("source.output", "slow.input").connect("source.output", "fails.input").build();
  const outcome = await system.runUntil(flow.on(reprise).start("x").then((job) => job.done()));
  expect(outcome.status).toBe("failed");
  expect(aborted).toBe(true);
});

test("F4: a handler has defaults, and says what is wrong with it", () => {
  expect(errorHandler()).toEqual({ strategy: "stop", maxRetries: 3, retryDelayMs: 1_000, retryBackoff: 2, maxDelayMs: 86_400_000, retryOn: null, critical: true });
  expect(ErrorStrategy.RETRY).toBe("retry");
  expect(optionalRoutine()).toMatchObject({ strategy: "continue", critical: false });
  expect(optionalRoutine("skip")).toMatchObject({ strategy: "skip", critical: false });
  expect(criticalRoutine({ maxRetries: 5, retryDelayMs: 2_000, retryBackoff: 1.5 })).toMatchObject({ strategy: "retry", critical: true, maxRetries: 5, retryDelayMs: 2_000, retryBackoff: 1.5 });
  for (const wrong of [{ maxRetries: -1 }, { maxRetries: 1.5 }, { retryDelayMs: -1 }, { retryBackoff: 0.5 }, { maxRetries: "3" }, { critical: 1 }, { retryOn: [{}] }, { delay: 1 }]) {
    expect(() => errorHandler(wrong as ErrorHandlerOptions)).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION" }));
  }
});
