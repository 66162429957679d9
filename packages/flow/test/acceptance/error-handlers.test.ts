// What users of an older system of this kind were promised, item by item: errors, retries, optional and critical routines.
import { describe, expect, test } from "vitest";
import { criticalRoutine, defineFlow, errorHandler, loadFlow, flowRegistry, optionalRoutine, type ErrorHandlerOptions, type JobOutcome, type JobState } from "../../src/index.ts";
import { failing, named, passing, virtualHost, type Seen } from "../support/flows.ts";

interface Run {
  readonly status: JobOutcome<unknown>["status"];
  readonly calls: Seen;
  readonly state: JobState;
  /** Between the ends of attempts and the starts of the next. */
  readonly gaps: readonly number[];
}

/** A job of one routine, at the entry or behind another one, with a handler of its own or of the flow. */
async function run(plan: (attempt: number) => Error | undefined, handler: ErrorHandlerOptions = {}, { behind = false, ofFlow = false } = {}): Promise<Run> {
  const calls: Seen = [];
  const fails = failing("fails", plan, calls, ofFlow ? {} : { errorHandler: handler });
  const empty = defineFlow({ id: "flow", ...(ofFlow && { errorHandler: handler }) });
  const flow = behind ? empty.pipe(passing("source")).pipe(fails).build() : empty.pipe(fails).build();
  const { reprise, system } = virtualHost();
  const job = await system.runUntil(flow.on(reprise).start("x"));
  const { status } = await system.runUntil(job.done());
  const state = await job.serialize();
  return { status, calls, state, gaps: state.history.filter(({ event }) => event === "retrying").map(({ at, dueAt = 0 }) => dueAt - at) };
}

const always = (name = "ValueError") => (): Error => named(name);
const times = (count: number, name = "ValueError") => (attempt: number): Error | undefined => (attempt <= count ? named(name) : undefined);
const retries = (maxRetries: number, more: ErrorHandlerOptions = {}): ErrorHandlerOptions => ({ strategy: "retry", maxRetries, retryDelayMs: 100, ...more });
const short = ({ status, calls, state }: Run): unknown => [status, calls.length, state.routines["fails"]?.retries];

test("acceptance-23: a handler has defaults: stop, 3 retries, 1 s, factor 2, every error", () => {
  expect(errorHandler()).toMatchObject({ strategy: "stop", maxRetries: 3, retryDelayMs: 1_000, retryBackoff: 2, retryOn: null });
});

describe.each([{ behind: false }, { behind: true }])("a routine, behind another: $behind", (where) => {
  test("acceptance-24, acceptance-26: fails once, or twice, and then succeeds", async () => {
    expect(short(await run(times(1), retries(3), where))).toEqual(["completed", 2, 1]);
    expect(short(await run(times(2), retries(3), where))).toEqual(["completed", 3, 2]);
  });

  test("acceptance-25: two retries are three calls", async () => {
    expect(short(await run(always(), retries(2), where))).toEqual(["failed", 3, 2]);
  });

  test("acceptance-27, acceptance-28: what is not retried ends it at once, first or later", async () => {
    const onConnection = retries(5, { retryOn: ["ConnectionError"] });
    expect(short(await run(always(), onConnection, where))).toEqual(["failed", 1, 0]);
    expect(short(await run((attempt) => named(attempt === 1 ? "ConnectionError" : "ValueError"), onConnection, where))).toEqual(["failed", 2, 1]);
  });

  test("acceptance-29: 0.2 s and a factor of 2 give 0.2 and 0.4 s", async () => {
    const { calls, gaps } = await run(times(2), retries(3, { retryDelayMs: 200, retryBackoff: 2 }), where);
    expect([calls.length, gaps]).toEqual([3, [200, 400]]);
  });

  test("acceptance-30: stop fails job and routine without a retry, and so does no handler at all", async () => {
    for (const handler of [{ strategy: "stop" }, {}] as const) {
      const stopped = await run(always(), handler, where);
      expect([short(stopped), stopped.state.routines["fails"]?.status]).toEqual([["failed", 1, 0], "failed"]);
    }
  });

  test("acceptance-31, acceptance-32: continue and skip complete the job, and the routine says which it was", async () => {
    const continued = await run(always(), { strategy: "continue" }, where);
    expect([continued.status, continued.state.routines["fails"]?.status]).toEqual(["completed", "error_continued"]);
    expect(continued.state.history.length).toBeGreaterThan(0);
    const skipped = await run(always(), { strategy: "skip" }, where);
    expect([skipped.status, skipped.state.routines["fails"]?.status]).toEqual(["completed", "skipped"]);
  });

  test("acceptance-33: the flow's handler counts where the routine has none", async () => {
    expect((await run(always(), { strategy: "continue" }, { ...where, ofFlow: true })).status).toBe("completed");
    expect(short(await run(always(), retries(1), { ...where, ofFlow: true }))).toEqual(["failed", 2, 1]);
  });

  test("acceptance-34: an optional routine does not fail the job, and is not critical", async () => {
    expect([optionalRoutine(), optionalRoutine("skip")]).toMatchObject([{ strategy: "continue", critical: false }, { strategy: "skip", critical: false }]);
    expect((await run(always(), optionalRoutine(), where)).state.routines["fails"]?.status).toBe("error_continued");
    expect((await run(always(), optionalRoutine("skip"), where)).state.routines["fails"]?.status).toBe("skipped");
  });

  test("acceptance-35: a critical routine is tried again", async () => {
    expect(criticalRoutine({ maxRetries: 5, retryDelayMs: 2_000, retryBackoff: 1.5 })).toMatchObject({ strategy: "retry", critical: true, maxRetries: 5, retryDelayMs: 2_000, retryBackoff: 1.5 });
    const once = await run(times(1), criticalRoutine({ maxRetries: 3 }), where);
    expect(short(once)).toEqual(["completed", 2, 1]);
  });

  test("acceptance-36, acceptance-37: a critical routine that fails fails the job, after its retries, or at once for what is not retried", async () => {
    const failed = await run(always(), criticalRoutine({ maxRetries: 2 }), where);
    expect([short(failed), failed.state.routines["fails"]?.status]).toEqual([["failed", 3, 2], "failed"]);
    expect(short(await run(always(), retries(1), where))).toEqual(["failed", 2, 1]);
    expect(short(await run(always(), criticalRoutine({ maxRetries: 5, retryOn: ["ConnectionError"] }), where))).toEqual(["failed", 1, 0]);
  });
});

test("acceptance-33: the routine's handler wins over the flow's", async () => {
  const { reprise, system } = virtualHost();
  const fails = failing("fails", always(), [], { errorHandler: { strategy: "continue" } });
  const job = await system.runUntil(defineFlow({ id: "flow", errorHandler: { strategy: "stop" } }).pipe(passing("source")).pipe(fails).build().on(reprise).start("x"));
  expect((await system.runUntil(job.done())).status).toBe("completed");
});

test("acceptance-38: an optional failure beside a critical success completes the job; a critical failure behind a success fails it", async () => {
  const beside = async (handler: ErrorHandlerOptions) => {
    const { reprise, system } = virtualHost();
    const flow = defineFlow({ id: "flow" })
      .add(passing("source"))
      .add(failing("optional", always(), [], { errorHandler: handler }))
      .add(failing("critical", times(1), [], { errorHandler: criticalRoutine({ maxRetries: 1 }) }))
      .connect("source.output", "optional.input")
      .connect("source.output", "critical.input")
      .build();
    const job = await system.runUntil(flow.on(reprise).start("x"));
    const { status } = await system.runUntil(job.done());
    return [status, (await job.serialize()).routines] as const;
  };
  expect(await beside(optionalRoutine())).toMatchObject(["completed", { source: { status: "completed" }, optional: { status: "error_continued" }, critical: { status: "completed" } }]);
  expect(await beside(criticalRoutine({ maxRetries: 1 }))).toMatchObject(["failed", { source: { status: "completed" }, optional: { status: "failed" } }]);
});

test("acceptance-39: what a handler says goes through JSON; a new job counts from zero", async () => {
  const calls: Seen = [];
  const fails = failing("fails", times(2), calls, { errorHandler: criticalRoutine({ maxRetries: 2, retryDelayMs: 1 }) });
  const loaded = loadFlow(JSON.parse(JSON.stringify(defineFlow({ id: "flow" }).pipe(fails).build().serialize())), flowRegistry({ routines: [fails] }));
  expect(loaded.serialize().routines[0]?.errorHandler).toMatchObject({ strategy: "retry", maxRetries: 2, critical: true });
  const { reprise, system } = virtualHost();
  for (const jobId of ["one", "two"]) {
    const job = await system.runUntil(loaded.on(reprise).start("x", { jobId }));
    expect((await system.runUntil(job.done())).status).toBe("completed");
    expect((await job.serialize()).routines["fails"]?.retries).toBe(2);
  }
  expect(calls).toEqual([1, 2, 3, 1, 2, 3]);
});

test("acceptance-40: what a job has come to stays, however often it is waited for or looked at", async () => {
  const { reprise, system } = virtualHost();
  const flow = defineFlow({ id: "flow" }).pipe(failing("fails", always())).build();
  const job = await system.runUntil(flow.on(reprise).start("x"));
  for (let look = 0; look < 3; look += 1) {
    expect((await system.runUntil(job.done())).status).toBe("failed");
    expect(await job.serialize()).toMatchObject({ status: "failed", routines: { fails: { status: "failed", error: { name: "ValueError" } } } });
  }
});

test.each([{ maxRetries: -1 }, { retryDelayMs: -1 }, { retryBackoff: 0.9 }, { maxRetries: "2" as never }, { retryDelayMs: Number.NaN }])("acceptance-41: %o is refused", (options) => {
  expect(() => errorHandler(options)).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION" }));
});
