import { createReprise, isRepriseError } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { crashableBackend } from "@reprise/testing";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { agentRoutine, defineFlow, loadFlow, flowRegistry, output, routine, slot, type JobFile, type JobState } from "../src/index.ts";
import { failing, named, outputsOf, passing, virtualHost, type Seen } from "./support/flows.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
async function directory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "reprise-flow-"));
  folders.push(folder);
  return folder;
}
const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    return isRepriseError(error) ? error.code : String(error);
  }
  return undefined;
}

const ask = agentRoutine({
  name: "ask",
  slots: { topic: slot<string>() },
  outputs: { answered: output<string>() },
  run: async ({ topic }, context) => `${topic}: ${String(await context.waitFor("answer", { prompt: `What about ${topic}?` }))}`,
});
const asking = (seen: Seen = []) => defineFlow({ id: "asking" }).pipe(passing("before", seen)).add(ask).add(passing("after", seen)).connect("before.output", "ask.topic", { map: String }).connect("ask.answered", "after.input").build();

describe("F6: jobs of one flow share nothing", () => {
  test("each has an id, a history and slots of its own", async () => {
    const sum = routine({ name: "sum", slots: { value: slot().merge((total: number, next: number) => total + next, 0) }, outputs: { total: output<number>() }, run: ({ value }) => value });
    const jobs = defineFlow({ id: "sums" }).pipe(sum).build().on(createReprise({ backend: memoryBackend() }));
    const started = await Promise.all([1, 2, 3].map((value) => jobs.start(value)));
    expect(new Set(started.map(({ id }) => id)).size).toBe(3);
    const outcomes = await Promise.all(started.map((job) => job.done()));
    expect(outcomes.map((outcome) => outputsOf(outcome)["sum.total"])).toEqual([[1], [2], [3]]);
    const states = await Promise.all(started.map((job) => job.serialize()));
    expect(states.map(({ jobId }) => jobId)).toEqual(started.map(({ id }) => id));
    for (const { activations } of states) expect(activations).toHaveLength(1);
  });

  test("what is said of a job is counted: progress while it runs, and its state when it is over", async () => {
    const { reprise, system } = virtualHost();
    const flow = defineFlow({ id: "counted" })
      .pipe(passing("first"))
      .pipe(failing("second", (attempt) => (attempt < 3 ? named("Busy") : undefined), [], { errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 10 } }))
      .pipe(passing("third"))
      .build();
    const job = await system.runUntil(flow.on(reprise).start("x", { jobId: "counted-1" }));
    const seen: string[] = [];
    const stop = job.onProgress(({ second }) => void seen.push(`${second?.queued}/${second?.running}/${second?.completed}`));
    const outcome = await system.runUntil(job.done());
    stop();
    expect(outcome.status).toBe("completed");
    expect([...new Set(seen)]).toEqual(["0/0/0", "1/0/0", "0/1/0", "0/0/1"]);
    expect(job.progress()).toMatchObject({ first: { completed: 1 }, second: { completed: 1, running: 0 }, third: { completed: 1 } });
    const state = await job.serialize();
    expect(throughJson(state)).toEqual(state);
    expect(state).toMatchObject({
      format: 1,
      jobId: "counted-1",
      flow: { id: "counted", hash: flow.hash },
      status: "completed",
      routines: { first: { status: "completed", attempts: 1, retries: 0 }, second: { status: "completed", activations: 1, attempts: 3, retries: 2 }, third: { status: "completed" } },
    });
    expect(state.activations.map(({ address, emitted }) => [address, emitted])).toEqual([
      ["counted::first[start]::tool_call", ["x"]],
      ["counted::second[first]::tool_call", ["x"]],
      ["counted::third[first~second]::tool_call", ["x"]],
    ]);
    expect(state.history.filter(({ routine }) => routine === "second").map(({ event, attempt }) => `${event} ${attempt}`)).toEqual(["started 1", "failed 1", "retrying 1", "started 2", "failed 2", "retrying 2", "started 3", "completed 3"]);
  });

  test("a completed job gives its outcome again and runs nothing, a failed one is tried again where it failed", async () => {
    const seen: Seen = [];
    let broken = true;
    const fragile = failing("fragile", () => (broken ? named("Down") : undefined));
    const jobs = defineFlow({ id: "again" }).pipe(passing("first", seen)).pipe(fragile).pipe(passing("last", seen)).build().on(createReprise({ backend: memoryBackend() }));
    const job = await jobs.start("x", { jobId: "j" });
    expect((await job.done()).status).toBe("failed");
    expect((await jobs.state("j")).routines).toMatchObject({ first: { status: "completed" }, fragile: { status: "failed", error: { name: "Down" } }, last: { status: "pending" } });
    broken = false;
    expect(outputsOf(await (await jobs.resume("j")).done())).toEqual({ "last.output": ["x"] });
    expect(seen).toEqual(["x", "x"]);
    expect(outputsOf(await (await jobs.resume("j")).done())).toEqual({ "last.output": ["x"] });
    expect(seen).toEqual(["x", "x"]);
  });

  test("a chain of deliveries passes a connection so often, and then the job fails", async () => {
    const loop = (limit: number, threshold: number) => {
      const validate = routine({ name: "validate", slots: { value: slot<number>() }, outputs: { again: output<number>(), good: output<number>() }, run: ({ value }, { emit }) => emit(value < threshold ? "again" : "good", value) });
      const improve = routine({ name: "improve", slots: { value: slot<number>() }, outputs: { value: output<number>() }, run: ({ value }) => value + 1 });
      return defineFlow({ id: "loop" }).add(validate).add(improve).connect("validate.again", "improve.value").connect("improve.value", "validate.value", { maxIterations: limit }).build();
    };
    const jobOf = async (limit: number, threshold: number) => (await loop(limit, threshold).on(createReprise()).start(0)).done();
    expect(await jobOf(5, 5)).toMatchObject({ status: "completed", outputs: { "validate.good": [5] }, routines: { validate: { completed: 6 }, improve: { completed: 5 } } });
    expect(await jobOf(4, 5)).toMatchObject({ status: "failed", error: { code: "LIMIT", message: expect.stringMatching(/improve\.value -> validate\.value .* 5 times .*: maxIterations is 4/u) as string } });
    expect(await jobOf(3, Infinity)).toMatchObject({ status: "failed", error: { code: "LIMIT" } });
  });

  test("no more activations are at work at once than the flow says, those of agents not counted", async () => {
    const most = async (concurrency: number) => {
      const { reprise, system } = virtualHost();
      let running = 0;
      let highest = 0;
      const slow = routine({ name: "slow", slots: { item: slot<number>() }, run: async () => {
        highest = Math.max(highest, (running += 1));
        await new Promise<void>((resolve) => void system.setTimer(200, resolve));
        running -= 1;
      } });
      const source = routine({ name: "source", outputs: { item: output<number>() }, run: (_given, { emit }) => {
        for (let item = 0; item < 3; item += 1) emit("item", item);
      } });
      await system.runUntil(defineFlow({ id: "busy", concurrency }).add(source).add(slow).connect("source.item", "slow.item").build().on(reprise).start().then((job) => job.done()));
      return [highest, system.now()];
    };
    expect(await most(1)).toEqual([1, 600]);
    expect(await most(2)).toEqual([2, 400]);
    expect(await most(5)).toEqual([3, 200]);
  });

  test("a job that waits for a person is awaiting, others go on, and its agents hold nobody up", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const seen: Seen = [];
    const jobs = asking(seen).on(reprise);
    const [one, other] = [await jobs.start("one", { jobId: "one" }), await jobs.start("other", { jobId: "other" })];
    expect(await one.done()).toMatchObject({ status: "awaiting", pending: [{ name: "answer", prompt: "What about one?" }] });
    expect(await other.done()).toMatchObject({ status: "awaiting" });
    await reprise.answer("other", "answer", "yes");
    expect(outputsOf(await (await jobs.resume("other")).done())).toEqual({ "after.output": ["other: yes"] });
    expect((await jobs.state("one")).status).toBe("awaiting");
    expect(seen).toEqual(["one", "other", "other: yes"]);
  });
});

describe("F5: a job goes on in another process", () => {
  const begin = (calls: Seen) => {
    const routines = [passing("long_running", calls), failing("failing", () => named("ValueError", "simulated"), calls, { errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError"] } }), passing("success", calls)] as const;
    return { flow: defineFlow({ id: "demo" }).pipe(routines[0]).pipe(routines[1]).pipe(routines[2]).build(), registry: flowRegistry({ routines }) };
  };

  test("of a shared backend, by its state and its definition as JSON, once its process has died in a backoff", async () => {
    const disk = crashableBackend(memoryBackend());
    const a = virtualHost({ backend: disk });
    const onA: Seen = [];
    const { flow } = begin(onA);
    const job = await a.system.runUntil(flow.on(a.reprise).start("x", { jobId: "job" }));
    await a.system.advance(500);
    const saved = throughJson({ flow: flow.serialize(), job: await job.serialize() });
    expect(saved.job).toMatchObject({ status: "running", routines: { long_running: { status: "completed" }, failing: { status: "running", attempts: 2, retries: 2 }, success: { status: "pending" } } });
    expect(saved.job.activations[1]).toMatchObject({ status: "retrying", dueAt: 750 });
    disk.crash();
    const onB: Seen = [];
    const b = virtualHost({ backend: disk });
    await b.system.advance(600);
    const loaded = loadFlow(saved.flow, begin(onB).registry);
    const resumed = await b.system.runUntil(loaded.on(b.reprise).resume(saved.job));
    expect(resumed.id).toBe("job");
    expect((await b.system.runUntil(resumed.done())).status).toBe("failed");
    expect([onA, onB]).toEqual([["x", 1, 2], [3, 4, 5]]);
    const { history, routines } = await resumed.serialize();
    expect(routines).toMatchObject({ failing: { status: "failed", attempts: 5, retries: 4, error: { name: "ValueError", message: "simulated" } }, success: { status: "pending", activations: 0 } });
    expect(history.filter(({ event }) => event === "failed")).toHaveLength(5);
    expect(history.filter(({ event, routine }) => event === "started" && routine === "failing").map(({ at }) => at)).toEqual([0, 300, 750, 1425, 2437.5]);
  });

  test("one of two that resume it goes on, the other is told who does", async () => {
    const dir = await directory();
    const flow = asking();
    const [one, other] = [createReprise({ backend: fsBackend({ dir }) }), createReprise({ backend: fsBackend({ dir }) })];
    await (await flow.on(one).start("x", { jobId: "job" })).done();
    await one.answer("job", "answer", "yes");
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = defineFlow({ id: "asking" }).pipe(passing("before")).add(ask).add({ ...passing("after"), run: async () => held.then(() => undefined) }).connect("before.output", "ask.topic", { map: String }).connect("ask.answered", "after.input").build();
    const job = await slow.on(one).resume("job");
    const error: unknown = await flow.on(other).resume("job").then(() => undefined, (refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: "LEASE_HELD", owner: expect.stringContaining(String(process.pid)) as string });
    release();
    expect((await job.done()).status).toBe("completed");
    await one.close();
    await other.close();
  });

  test("without a shared backend, handed off as JSON: sealed where it was, taken over once", async () => {
    const a = createReprise({ backend: fsBackend({ dir: await directory() }) });
    const b = createReprise({ backend: fsBackend({ dir: await directory() }) });
    const seen: Seen = [];
    const flow = asking(seen);
    await (await flow.on(a).start("x", { jobId: "job" })).done();
    const file: JobFile = throughJson(await flow.on(a).handOff("job", { to: "B" }));
    expect(file).toMatchObject({ jobId: "job", status: "awaiting", flow: { id: "asking", hash: flow.hash } });
    expect(await codeOf(flow.on(a).resume("job"))).toBe("SEALED");
    expect(await flow.on(b).import(file)).toEqual({ jobId: "job", kind: "handOff" });
    expect(await codeOf(flow.on(b).import(file))).toBe("ALREADY_EXISTS");
    await b.answer("job", "answer", "yes");
    expect(outputsOf(await (await flow.on(b).resume(file)).done())).toEqual({ "after.output": ["x: yes"] });
    expect(seen).toEqual(["x", "x: yes"]);
    await a.close();
    await b.close();
  });

  test("two that import one hand-off: one goes on", async () => {
    const a = createReprise({ backend: memoryBackend() });
    const flow = asking();
    await (await flow.on(a).start("x", { jobId: "job" })).done();
    const file = await flow.on(a).handOff("job");
    const disk = memoryBackend();
    const importers = [createReprise({ backend: disk }), createReprise({ backend: disk })];
    const results = await Promise.all(importers.map((reprise) => codeOf(flow.on(reprise).import(file))));
    expect(results.filter((code) => code === undefined)).toHaveLength(1);
    expect(["ALREADY_EXISTS", "LEASE_HELD"]).toContain(results.find((code) => code !== undefined));
  });

  test("a copy is a fork, and both may go on", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const jobs = asking().on(reprise);
    await (await jobs.start("x", { jobId: "job" })).done();
    const { jobId, kind } = await jobs.import(await jobs.export("job"), { jobId: "other" });
    expect([jobId, kind]).toEqual(["other", "fork"]);
    await reprise.answer("job", "answer", 1);
    await reprise.answer("other", "answer", 2);
    expect(outputsOf(await (await jobs.resume("other")).done())).toEqual({ "after.output": ["x: 2"] });
    expect(outputsOf(await (await jobs.resume("job")).done())).toEqual({ "after.output": ["x: 1"] });
  });

  test("a job of another flow, or of another definition, is refused, and nothing happens to it", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const flow = asking();
    await (await flow.on(reprise).start("x", { jobId: "job" })).done();
    const other = defineFlow({ id: "other" }).pipe(passing("before")).build();
    const changed = defineFlow({ id: "asking" }).pipe(passing("before")).pipe(passing("after")).build();
    const state = await flow.on(reprise).state("job");
    expect(await codeOf(other.on(reprise).resume("job"))).toBe("INVALID_OPTION");
    expect(await codeOf(other.on(reprise).resume(state))).toBe("INVALID_OPTION");
    expect(await codeOf(other.on(reprise).state("job"))).toBe("INVALID_OPTION");
    expect(await codeOf(changed.on(reprise).resume("job"))).toBe("VERSION_CHANGED");
    expect(await codeOf(changed.on(reprise).resume(state))).toBe("VERSION_CHANGED");
    expect(await codeOf(flow.on(reprise).resume("none"))).toBe("NOT_FOUND");
    expect(await codeOf(flow.on(reprise).resume({ jobId: 1 } as never))).toBe("INVALID_OPTION");
    expect(await codeOf(flow.on(reprise).resume({ ...state, format: 2 } as unknown as JobState))).toBe("INCOMPATIBLE");
    expect(await codeOf(flow.on(reprise).import({ ...state, run: "no base64 !" }))).toBe("INVALID_OPTION");
    expect(await codeOf(flow.on(reprise).import(state as JobFile))).toBe("INVALID_OPTION");
    expect((await flow.on(reprise).state("job")).status).toBe("awaiting");
    const reusing = defineFlow({ id: "asking", onDefinitionChange: "reuse", version: "2" }).pipe(passing("before")).add(ask).add(passing("after")).connect("before.output", "ask.topic", { map: String }).connect("ask.answered", "after.input").build();
    await reprise.answer("job", "answer", "yes");
    expect(outputsOf(await (await reusing.on(reprise).resume(state)).done())).toEqual({ "after.output": ["x: yes"] });
  });
});

test("F6: a job begins where it is told to, and one that exists is gone on with", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const jobs = asking().on(reprise);
  await (await jobs.start("x", { jobId: "job" })).done();
  expect(await codeOf(jobs.start("y", { jobId: "job" }))).toBe("INPUT_CHANGED");
  expect((await (await jobs.start("x", { jobId: "job" })).done()).status).toBe("awaiting");
  expect(await reprise.list({ pipelineName: "asking" })).toMatchObject({ rows: [{ stateId: "job", status: "awaiting" }] });
});

describe("F6: jobs are paused, resumed and cancelled, each by itself", () => {
  const retrying = { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5 } as const;
  const waiting = (calls: Seen = [], works = Infinity) =>
    defineFlow({ id: "waiting" })
      .pipe(passing("first", calls))
      .pipe(failing("fails", (attempt) => (attempt < works ? named("Busy") : undefined), calls, { errorHandler: retrying }))
      .pipe(passing("last", calls))
      .build();

  test("paused in a backoff, resumed elsewhere for the rest of it", async () => {
    const backend = memoryBackend();
    const a = virtualHost({ backend });
    const onA: Seen = [];
    const job = await a.system.runUntil(waiting(onA, 4).on(a.reprise).start("x", { jobId: "job" }));
    await a.system.advance(400);
    expect(await a.system.runUntil(job.pause())).toBe(true);
    expect(await job.done()).toEqual({ status: "paused", jobId: "job" });
    expect(await a.system.runUntil(job.pause())).toBe(false);
    expect(await job.serialize()).toMatchObject({ status: "paused", activations: [{}, { status: "retrying", attempts: 2, dueAt: 750 }] });
    const b = virtualHost({ backend });
    await b.system.advance(700);
    const onB: Seen = [];
    const resumed = await b.system.runUntil(waiting(onB, 4).on(b.reprise).resume("job"));
    expect(outputsOf(await b.system.runUntil(resumed.done()))).toEqual({ "last.output": ["x"] });
    expect([onA, onB]).toEqual([["x", 1, 2], [3, 4, "x"]]);
    expect(b.system.now()).toBe(750 + 675);
  });

  test("a pause lets what is at work end, and its deliveries wait for the resume", async () => {
    const { reprise, system } = virtualHost();
    const seen: Seen = [];
    const slow = routine({ name: "slow", slots: { input: slot() }, outputs: { output: output() }, run: async ({ input }) => {
      await new Promise<void>((resolve) => void system.setTimer(100, resolve));
      return input;
    } });
    const jobs = defineFlow({ id: "pausing" }).pipe(slow).pipe(passing("after", seen)).build().on(reprise);
    const job = await system.runUntil(jobs.start("x"));
    const pausing = job.pause();
    expect(await system.runUntil(pausing)).toBe(true);
    expect(system.now()).toBe(100);
    expect([seen, (await job.serialize()).routines]).toMatchObject([[], { slow: { status: "completed" }, after: { status: "pending" } }]);
    const resumed = await system.runUntil(jobs.resume(job.id));
    expect(outputsOf(await system.runUntil(resumed.done()))).toEqual({ "after.output": ["x"] });
    expect(system.now()).toBe(100);
  });

  test("one job is paused and another of the same flow goes on", async () => {
    const { reprise, system } = virtualHost();
    const jobs = waiting([], 2).on(reprise);
    const [one, other] = [await system.runUntil(jobs.start("one")), await system.runUntil(jobs.start("other"))];
    expect(await system.runUntil(one.pause())).toBe(true);
    expect(outputsOf(await system.runUntil(other.done()))).toEqual({ "last.output": ["other"] });
    const resumed = await system.runUntil(jobs.resume(one.id));
    expect(outputsOf(await system.runUntil(resumed.done()))).toEqual({ "last.output": ["one"] });
  });

  test("a cancelled job is over: what is at work is aborted, and nothing resumes it", async () => {
    const { reprise, system } = virtualHost({ graceMs: 0 });
    let reason: unknown;
    const hangs = routine({ name: "hangs", slots: { input: slot() }, run: (_given, { signal }) => new Promise<undefined>((resolve) => signal.addEventListener("abort", () => {
      reason = signal.reason;
      resolve(undefined);
    })) });
    const jobs = defineFlow({ id: "hanging" }).pipe(hangs).build().on(reprise);
    const [job, other] = [await system.runUntil(jobs.start("x")), await system.runUntil(jobs.start("y"))];
    expect(await system.runUntil(job.cancel("no longer needed"))).toBe(true);
    expect(await job.done()).toMatchObject({ status: "cancelled", signal: { message: "no longer needed" } });
    expect(reason).toMatchObject({ code: "EXECUTION_INTERRUPTED" });
    expect(await job.serialize()).toMatchObject({ status: "cancelled" });
    expect(await codeOf(system.runUntil(jobs.resume(job.id)))).toBe("CANCELLED");
    expect(await codeOf(system.runUntil(jobs.start("x", { jobId: job.id })))).toBe("CANCELLED");
    expect(await system.runUntil(jobs.cancel(job.id))).toBe(false);
    expect((await jobs.state(other.id)).status).toBe("running");
    expect(await system.runUntil(jobs.cancel(other.id))).toBe(true);
  });

  test("a job at rest can be cancelled, one that has ended cannot", async () => {
    const { reprise, system } = virtualHost();
    const jobs = asking().on(reprise);
    const awaiting = await system.runUntil(jobs.start("x"));
    await system.runUntil(awaiting.done());
    expect(await system.runUntil(jobs.cancel(awaiting.id))).toBe(true);
    expect((await jobs.state(awaiting.id)).status).toBe("cancelled");
    const pausing = await system.runUntil(waiting().on(reprise).start("x"));
    await system.runUntil(pausing.pause());
    expect(await system.runUntil(pausing.cancel())).toBe(true);
    expect((await pausing.serialize()).status).toBe("cancelled");
    const done = await system.runUntil(waiting([], 1).on(reprise).start("x"));
    await system.runUntil(done.done());
    expect(await system.runUntil(done.cancel())).toBe(false);
    expect((await done.serialize()).status).toBe("completed");
  });

  test("a job is paused by whoever has its id, and there is nothing to pause where it rests", async () => {
    const { reprise, system } = virtualHost();
    const jobs = waiting().on(reprise);
    const job = await system.runUntil(jobs.start("x"));
    expect(await system.runUntil(jobs.pause(job.id))).toBe(true);
    expect((await system.runUntil(job.done())).status).toBe("paused");
    expect(await system.runUntil(jobs.pause(job.id))).toBe(false);
    expect(await codeOf(system.runUntil(jobs.pause("none")))).toBe("NOT_FOUND");
  });

  test("what a deadline interrupts goes on when it is resumed", async () => {
    const { reprise, system } = virtualHost();
    const calls: Seen = [];
    const jobs = waiting(calls, 4).on(reprise);
    const job = await system.runUntil(jobs.start("x", { deadlineMs: 500 }));
    expect(await system.runUntil(job.done())).toMatchObject({ status: "interrupted", signal: { reason: "timeout" } });
    expect((await job.serialize()).status).toBe("interrupted");
    expect(outputsOf(await system.runUntil(jobs.resume(job.id).then((resumed) => resumed.done())))).toEqual({ "last.output": ["x"] });
    expect(calls).toEqual(["x", 1, 2, 3, 4, "x"]);
  });

  test("F5, F6: a job that is at work is handed off: paused, sealed, and taken over for the rest", async () => {
    const [a, b] = [virtualHost(), virtualHost()];
    const [onA, onB]: [Seen, Seen] = [[], []];
    const job = await a.system.runUntil(waiting(onA).on(a.reprise).start("x", { jobId: "job" }));
    await a.system.advance(400);
    const file = throughJson(await a.system.runUntil(job.handOff({ to: "B" })));
    expect(file).toMatchObject({ status: "paused", routines: { fails: { attempts: 2, retries: 2 } } });
    await a.system.run();
    expect(onA).toEqual(["x", 1, 2]);
    await b.system.advance(600);
    const jobs = waiting(onB).on(b.reprise);
    await b.system.runUntil(jobs.import(file));
    const resumed = await b.system.runUntil(jobs.resume(file));
    expect((await b.system.runUntil(resumed.done())).status).toBe("failed");
    expect(onB).toEqual([3, 4, 5]);
    expect((await resumed.serialize()).routines["fails"]).toMatchObject({ attempts: 5, retries: 4, status: "failed" });
    expect(b.system.now()).toBe(2437.5);
  });
});
