// What users of an older system of this kind were promised, item by item: first the job that changes hosts in the middle of its retries.
import { memoryBackend } from "@reprise/backend-memory";
import { crashableBackend } from "@reprise/testing";
import { describe, expect, test } from "vitest";
import { defineFlow, flowRegistry, loadFlow, output, routine, slot, type JobOutcome, type JobState, type SerializedFlow } from "../../src/index.ts";
import { failing, named, passing, virtualHost, type Host, type Seen } from "../support/flows.ts";

interface Part {
  readonly seen: Seen;
  readonly flow: ReturnType<typeof definition>;
  readonly registry: ReturnType<typeof flowRegistry>;
}

const definition = (long: ReturnType<typeof longRunning>, fails: ReturnType<typeof failing<"failing">>, success: ReturnType<typeof passing<"success">>) =>
  defineFlow({ id: "retry_serialization_demo", concurrency: 1 }).add(long).add(fails).add(success).connect("long_running.output", "failing.input").connect("failing.output", "success.input").build();

const longRunning = (seen: Seen, host: () => Host) =>
  routine({ name: "long_running", outputs: { output: output<string>() }, run: async () => {
    seen.push("long_running");
    await new Promise<void>((resolve) => void host().system.setTimer(1_000, resolve));
    return "result";
  } });

/** The flow on one host: what fails takes half a second to do so. */
function part(host: Host, errorOn: (attempt: number) => Error | undefined): Part {
  const seen: Seen = [];
  const slowly = failing("failing", errorOn, seen, { errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError"] } });
  const fails = { ...slowly, run: async (given: never, context: never) => {
    await new Promise<void>((resolve) => void host.system.setTimer(500, resolve));
    return slowly.run(given, context);
  } };
  const routines = [longRunning(seen, () => host), fails, passing("success", seen)] as const;
  return { seen, flow: definition(...routines), registry: flowRegistry({ routines }) };
}

const valueError = (attempt: number): Error => named("ValueError", `Simulated failure on attempt ${attempt}`);

interface Crossing {
  readonly a: Part;
  readonly b: Part;
  readonly saved: { readonly flow: SerializedFlow; readonly job: JobState };
  readonly outcome: JobOutcome<unknown>;
  readonly final: JobState;
  readonly startedOnB: readonly number[];
}

/** Host A works until a time, saves both parts as JSON while it works, and dies; host B goes on with what was saved. */
async function crossing(savedAt: number, errorOn: (attempt: number) => Error | undefined = valueError, resumedAt = savedAt): Promise<Crossing> {
  const disk = crashableBackend(memoryBackend());
  const hostA = virtualHost({ backend: disk });
  const a = part(hostA, errorOn);
  const job = await hostA.system.runUntil(a.flow.on(hostA.reprise).start(undefined, { jobId: "job" }));
  await hostA.system.advance(savedAt);
  const saved = JSON.parse(JSON.stringify({ flow: a.flow.serialize(), job: await job.serialize() })) as Crossing["saved"];
  disk.crash();
  const hostB = virtualHost({ backend: disk });
  await hostB.system.advance(resumedAt);
  const b = part(hostB, errorOn);
  const resumed = await hostB.system.runUntil(loadFlow(saved.flow, b.registry).on(hostB.reprise).resume(saved.job));
  const outcome = await hostB.system.runUntil(resumed.done());
  const final = await resumed.serialize();
  const startedOnB = final.history.filter(({ event, routine, at }) => event === "started" && routine === "failing" && at >= resumedAt).map(({ at }) => at);
  return { a, b, saved, outcome, final, startedOnB };
}

// Attempts start at 1000, 1800, 2750, 3925, 5437.5; they fail half a second later.
const afterTwoFailures = 2_500;

describe("a job that changes hosts in the middle of its retries", () => {
  test("acceptance-1, acceptance-2: a job has an id, is running when its entry has ended, and its retries go 0, 1, 2 while it is", async () => {
    const host = virtualHost();
    const job = await host.system.runUntil(part(host, valueError).flow.on(host.reprise).start());
    const states: JobState[] = [];
    for (const ms of [1_100, 500, 800]) {
      await host.system.advance(ms);
      states.push(await job.serialize());
    }
    expect(job.id).toMatch(/./u);
    expect(states.map(({ status, routines }) => [status, routines["long_running"]?.status, routines["failing"]?.retries])).toEqual([["running", "completed", 0], ["running", "completed", 1], ["running", "completed", 2]]);
  });

  test("acceptance-3: the delays are 0.3, 0.45, 0.675 and 1.0125 s", async () => {
    const { final } = await crossing(afterTwoFailures);
    expect(final.history.filter(({ event }) => event === "retrying").map(({ at, dueAt = 0 }) => dueAt - at)).toEqual([300, 450, 675, 1012.5]);
  });

  test("acceptance-4, acceptance-5: flow and job are saved apart while the job works, with two failures in its history", async () => {
    const { saved } = await crossing(afterTwoFailures);
    expect(saved.job.status).toBe("running");
    expect(saved.job.history.filter(({ event }) => event === "completed" || event === "failed").map(({ routine, event }) => `${routine} ${event}`)).toEqual(["long_running completed", "failing failed", "failing failed"]);
    expect(JSON.stringify(saved.flow)).not.toContain("job");
  });

  test("acceptance-6, acceptance-19: loaded on a fresh host, twice, the flow is the same: id, routines in order, strategy, limits; the count is the job's", async () => {
    const { saved, b } = await crossing(afterTwoFailures);
    const flows = [loadFlow(saved.flow, b.registry), loadFlow(saved.flow, b.registry)];
    for (const flow of flows) expect(flow.serialize()).toEqual(saved.flow);
    expect(saved.flow).toMatchObject({ id: "retry_serialization_demo", routines: [{ id: "long_running" }, { id: "failing", errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5 } }, { id: "success" }] });
    expect(saved.job.routines["failing"]?.retries).toBe(2);
  });

  test("acceptance-7: what is retried survives: another error on host B is not", async () => {
    const { b, outcome, final } = await crossing(afterTwoFailures, (attempt) => (attempt < 3 ? valueError(attempt) : named("TypeError")));
    expect([outcome.status, b.seen]).toEqual(["failed", [3]]);
    expect(final.routines["failing"]).toMatchObject({ status: "failed", attempts: 3, error: { name: "TypeError" } });
  });

  test("acceptance-8 to acceptance-16: the same job goes on by itself with attempts 3, 4 and 5 after what is left of the delay, five in all, and ends as failed", async () => {
    const { a, b, saved, outcome, final, startedOnB } = await crossing(afterTwoFailures);
    expect([outcome.jobId, saved.job.jobId, final.jobId]).toEqual(["job", "job", "job"]);
    expect([a.seen, b.seen]).toEqual([["long_running", 1, 2], [3, 4, 5]]);
    expect(startedOnB).toEqual([2_750, 3_925, 5_437.5]);
    expect(outcome).toMatchObject({ status: "failed" });
    expect(final.status).toBe("failed");
    expect(final.routines).toMatchObject({
      long_running: { status: "completed", activations: 1, attempts: 1 },
      failing: { status: "failed", attempts: 5, retries: 4, error: { message: "Simulated failure on attempt 5" } },
      success: { status: "pending", activations: 0 },
    });
    expect(final.history.filter(({ event, routine }) => event === "failed" && routine === "failing").map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
  });

  test("acceptance-12: a delay that was over when host B came is not waited for again", async () => {
    const { startedOnB } = await crossing(afterTwoFailures, valueError, 2_900);
    expect(startedOnB[0]).toBe(2_900);
  });

  test("acceptance-17: the counter-case: attempt 4 succeeds on host B, success runs once, and the job completes", async () => {
    const { a, b, outcome, final } = await crossing(afterTwoFailures, (attempt) => (attempt < 4 ? valueError(attempt) : undefined));
    expect([a.seen, b.seen]).toEqual([["long_running", 1, 2], [3, 4, "result"]]);
    expect(outcome).toMatchObject({ status: "completed", outputs: { "success.output": ["result"] } });
    expect(final.routines["success"]).toMatchObject({ status: "completed", activations: 1 });
  });

  test("acceptance-18: of two hosts that resume one job, one goes on", async () => {
    const disk = crashableBackend(memoryBackend());
    const host = virtualHost({ backend: disk });
    await host.system.runUntil(part(host, valueError).flow.on(host.reprise).start(undefined, { jobId: "job" }));
    await host.system.advance(afterTwoFailures);
    disk.crash();
    const [b, c] = [virtualHost({ backend: disk }), virtualHost({ backend: disk })];
    const [onB, onC] = [part(b, valueError), part(c, valueError)];
    const job = await b.system.runUntil(onB.flow.on(b.reprise).resume("job"));
    await expect(c.system.runUntil(onC.flow.on(c.reprise).resume("job"))).rejects.toMatchObject({ code: "LEASE_HELD" });
    await b.system.runUntil(job.done());
    expect([onB.seen, onC.seen]).toEqual([[3, 4, 5], []]);
  });

  test("acceptance-20: saved after the last retry was planned, the last attempt still runs on host B", async () => {
    const { saved, b, final } = await crossing(4_500);
    expect(saved.job.routines["failing"]?.retries).toBe(4);
    expect(b.seen).toEqual([5]);
    expect(final.routines["failing"]).toMatchObject({ attempts: 5, retries: 4, status: "failed" });
  });
});

test("acceptance-21, acceptance-22: what was fetched stays in the history, and what comes behind a routine that gives up does not run", async () => {
  const { reprise, system } = virtualHost();
  const records = routine({ name: "data_fetch", outputs: { output: output<readonly object[]>() }, run: () => [{ id: 1 }, { id: 2 }, { id: 3 }] });
  const handler = { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError"] } as const;
  const process = routine({ name: "data_process", slots: { input: slot<readonly object[]>() }, outputs: { output: output() }, errorHandler: handler, run: () => {
    throw named("ValueError");
  } });
  const flow = defineFlow({ id: "enhanced" }).pipe(records).pipe(process).pipe(passing("data_validator")).pipe(passing("data_storage")).build();
  const job = await system.runUntil(flow.on(reprise).start());
  expect((await system.runUntil(job.done())).status).toBe("failed");
  const { activations, routines } = await job.serialize();
  expect(activations[0]?.emitted).toEqual([[{ id: 1 }, { id: 2 }, { id: 3 }]]);
  expect(routines).toMatchObject({ data_process: { retries: 4, status: "failed" }, data_validator: { activations: 0 }, data_storage: { activations: 0 } });
});
