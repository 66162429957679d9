// A job is a run: what core does with runs it does with jobs, and the flow has no second mechanism for any of it.
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { createReprise, statisticsOf } from "@reprise/core";
import { recordingSubscriber } from "@reprise/testing";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentRoutine, defineFlow, output, routine, slot } from "../src/index.ts";
import { failing, items, named, outputsOf, passing, virtualHost, type Seen } from "./support/flows.ts";

/** words -> shout -> all; `shout` has a version and notes what it does. */
function shouting(seen: Seen = [], { version = "1", mark = "!" } = {}) {
  const shout = routine({ name: "shout", version, slots: { word: slot() }, outputs: { loud: output<string>() }, run: ({ word }) => {
    seen.push(word);
    return `${String(word).toUpperCase()}${mark}`;
  } });
  const all = routine({ name: "all", slots: { words: slot<string>().all() }, outputs: { text: output<string>() }, run: ({ words }) => words.join(" ") });
  return defineFlow({ id: "shouting", concurrency: 1, onDefinitionChange: "reuse" }).add(items("words")).add(shout).add(all).connect("words.item", "shout.word").connect("shout.loud", "all.words").build();
}

test("F3, R5: a job is validated: every activation runs again and is compared with its record", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  await (await shouting().on(reprise).start(["a", "b"], { jobId: "job" })).done();
  const same = await reprise.resume(shouting().agent, "job", { mode: "validation" });
  expect(same.validation).toMatchObject({ ok: true });
  const changed = await reprise.resume(shouting([], { mark: "?" }).agent, "job", { mode: "validation" });
  expect(changed.validation?.ok).toBe(false);
  expect(changed.validation?.entries.filter(({ status }) => status === "value").map(({ address }) => address)).toContain("shouting::shout[words]::tool_call");
});

test("F3, R7: an incremental pass runs what has another version, and what depends on it", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const seen: Seen = [];
  await (await shouting(seen).on(reprise).start(["a", "b"], { jobId: "job" })).done();
  const before = seen.splice(0);
  const outcome = await reprise.resume(shouting(seen, { version: "2", mark: "?" }).agent, "job", { mode: "incremental" });
  expect(outcome).toMatchObject({ status: "completed", value: { outputs: { "all.text": ["A? B?"] } } });
  expect([before, seen]).toEqual([["a", "b"], ["a", "b"]]);
  const again = await reprise.resume(shouting(seen, { version: "2", mark: "?" }).agent, "job", { mode: "incremental" });
  expect(again).toMatchObject({ status: "completed", value: { outputs: { "all.text": ["A? B?"] } } });
  expect(seen).toEqual(["a", "b"]);
});

test("F3, R9: a job goes back to before an activation, and what came before is not repeated", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const seen: Seen = [];
  const jobs = shouting(seen).on(reprise);
  await (await jobs.start(["a", "b"], { jobId: "job" })).done();
  await reprise.rewind("job", { address: "shouting::shout[words.1]::tool_call" });
  expect(outputsOf(await (await jobs.resume("job")).done())).toEqual({ "all.text": ["A! B!"] });
  expect(seen).toEqual(["a", "b", "b"]);
});

test("F3, R10: a fork of a job, with what an activation emitted pinned", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const seen: Seen = [];
  const jobs = shouting(seen).on(reprise);
  await (await jobs.start(["a", "b"], { jobId: "job" })).done();
  const { stateId } = await reprise.fork("job", { pin: { "shouting::shout[words.1]::tool_call": ["PINNED"] } });
  expect(outputsOf(await (await jobs.resume(stateId)).done())).toEqual({ "all.text": ["A! PINNED"] });
  expect(seen).toEqual(["a", "b"]);
});

test("F4, T5: a limit of time is a failure like any other, and is retried like one", async () => {
  const { reprise, system } = virtualHost({ graceMs: 0 });
  const calls: Seen = [];
  const slow = routine({ name: "slow", attemptTimeoutMs: 100, slots: { input: slot() }, outputs: { output: output() }, errorHandler: { strategy: "retry", maxRetries: 2, retryDelayMs: 10, retryOn: ["TIMEOUT"] }, run: ({ input }, { attempt }) => {
    calls.push(attempt);
    return attempt < 3 ? new Promise<undefined>(() => undefined) : input;
  } });
  const flow = defineFlow({ id: "timed" }).pipe(slow).build();
  expect(outputsOf(await system.runUntil(flow.on(reprise).start("x").then((job) => job.done())))).toEqual({ "slow.output": ["x"] });
  expect([calls, system.now()]).toEqual([[1, 2, 3], 100 + 10 + 100 + 20]);
});

test("F3, R11: what must not happen twice does not, also where its process died in the middle of it", async () => {
  const pay = (seen: Seen, hangs: boolean) => {
    const paying = routine({ name: "pay", repeatable: false, slots: { amount: slot<number>() }, outputs: { receipt: output<string>() }, run: ({ amount }) => {
      seen.push(amount);
      return hangs ? new Promise<undefined>(() => undefined) : `paid ${amount}`;
    } });
    return defineFlow({ id: "payment" }).pipe(paying).build();
  };
  const { crashableBackend } = await import("@reprise/testing");
  const disk = crashableBackend(memoryBackend());
  const seen: Seen = [];
  await pay(seen, true).on(createReprise({ backend: disk })).start(5, { jobId: "job" });
  await expect.poll(() => seen).toEqual([5]);
  disk.crash();
  const reprise = createReprise({ backend: disk });
  const outcome = await (await pay(seen, false).on(reprise).resume("job")).done();
  expect(outcome).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });
  expect(seen).toEqual([5]);
  const allowed = await (await pay(seen, false).on(reprise).resume("job", { allowRepeat: ["payment::pay[start]::tool_call"] })).done();
  expect(outputsOf(allowed)).toEqual({ "pay.receipt": ["paid 5"] });
});

test("F3, S1: what routines store is seen by those behind them, and is there after a restart", async () => {
  const backend = memoryBackend();
  const flow = () =>
    defineFlow({ id: "storing" })
      .add(routine({ name: "write", slots: { input: slot() }, outputs: { output: output() }, run: ({ input }, { storage }) => (storage.set("seen", input), input) }))
      .add(agentRoutine({ name: "wait", slots: { input: slot() }, outputs: { output: output() }, run: async (_given, context) => context.waitFor("go") }))
      .add(routine({ name: "read", slots: { input: slot() }, outputs: { output: output() }, run: (_given, { storage }) => storage.get("seen") }))
      .connect("write.output", "wait.input")
      .connect("wait.output", "read.input")
      .build();
  const reprise = createReprise({ backend });
  await (await flow().on(reprise).start("x", { jobId: "job" })).done();
  await reprise.answer("job", "go", true);
  expect(outputsOf(await (await flow().on(createReprise({ backend })).resume("job")).done())).toEqual({ "read.output": ["x"] });
});

test("F6, I5: a job that only waits for a time is woken like any other run", async () => {
  const { reprise, system } = virtualHost({ suspendAfterMs: 1_000 });
  const flow = defineFlow({ id: "sleepy" }).add(agentRoutine({ name: "nap", slots: { input: slot() }, outputs: { output: output() }, run: async ({ input }, context) => (await context.sleep(60_000), input) })).build();
  const job = await system.runUntil(flow.on(reprise).start("x", { jobId: "job" }));
  expect(await system.runUntil(job.done())).toMatchObject({ status: "awaiting", wakeAt: 60_000 });
  await system.advance(60_000);
  const [woken] = await system.runUntil(reprise.wake([flow.agent]));
  expect(woken).toMatchObject({ stateId: "job", outcome: { status: "completed", value: { outputs: { "nap.output": ["x"] } } } });
});

test("F3, H1: subscribers and statistics see activations as the calls they are", async () => {
  const heard = recordingSubscriber();
  const { reprise, system } = virtualHost({ subscribers: [heard] });
  const flow = defineFlow({ id: "watched" }).pipe(failing("fails", (attempt) => (attempt < 3 ? named("Busy") : undefined), [], { errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 10 } })).pipe(passing("after")).build();
  await system.runUntil(flow.on(reprise).start("x", { jobId: "job" }).then((job) => job.done()));
  expect(heard.of("event").map(({ status, address, attempt }) => `${status} ${address} ${attempt}`)).toEqual([
    "started watched::agent_call 1",
    "started watched::fails[start]::tool_call 1",
    "failed watched::fails[start]::tool_call 1",
    "retrying watched::fails[start]::tool_call 1",
    "started watched::fails[start]::tool_call 2",
    "failed watched::fails[start]::tool_call 2",
    "retrying watched::fails[start]::tool_call 2",
    "started watched::fails[start]::tool_call 3",
    "completed watched::fails[start]::tool_call 3",
    "started watched::after[fails]::tool_call 1",
    "completed watched::after[fails]::tool_call 1",
    "completed watched::agent_call 1",
  ]);
  expect(statisticsOf(await reprise.history("job"))).toMatchObject({ calls: { total: 2, retriedCalls: 1, retryEvents: 2, retryAttempts: 2 } });
});

test("F5: on disk a job is written by one process after the other, and read by any", async () => {
  const dir = await mkdtemp(join(tmpdir(), "reprise-flow-"));
  try {
    const first = createReprise({ backend: fsBackend({ dir }) });
    let broken = true;
    const flow = defineFlow({ id: "disk" }).pipe(passing("a")).pipe(failing("b", () => (broken ? named("Down") : undefined))).build();
    expect((await (await flow.on(first).start({ at: new Date(5) }, { jobId: "job" })).done()).status).toBe("failed");
    await first.close();
    broken = false;
    const second = createReprise({ backend: fsBackend({ dir }) });
    expect((await flow.on(second).state("job")).routines).toMatchObject({ a: { status: "completed" }, b: { status: "failed" } });
    expect(outputsOf(await (await flow.on(second).resume("job")).done())).toEqual({ "b.output": [{ at: new Date(5) }] });
    const state = await flow.on(second).state("job");
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    await second.close();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
