import { createReprise } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { expect, test } from "vitest";
import { agentRoutine, defineFlow, output, routine, slot } from "../src/index.ts";
import { items, outputsOf, passing, virtualHost, type Seen } from "./support/flows.ts";

test("F1: a flow in a row gives each routine what the one before emitted", async () => {
  const seen: Seen = [];
  const flow = defineFlow({ id: "row" }).pipe(passing("a", seen)).pipe(passing("b", seen)).pipe(passing("c", seen)).build();
  const job = await flow.on(createReprise()).start("x");
  expect(outputsOf(await job.done())).toEqual({ "c.output": ["x"] });
  expect(seen).toEqual(["x", "x", "x"]);
});

test("F1: many outputs lead to one slot, one output to many slots, and each connection may map", async () => {
  const split = routine({ name: "split", slots: { text: slot<string>() }, outputs: { left: output<string>(), right: output<string>() }, run: ({ text }, { emit }) => {
    emit("left", `l${text}`);
    emit("right", `r${text}`);
  } });
  const length = routine({ name: "length", slots: { text: slot<number>() }, outputs: { length: output<number>() }, run: ({ text }) => text });
  const seen: Seen = [];
  const flow = defineFlow({ id: "fan", concurrency: 1 })
    .add(split)
    .add(passing("join", seen))
    .add(length)
    .connect("split.left", "join.input")
    .connect("split.right", "join.input")
    .connect("split.left", "length.text", { map: (text) => text.length })
    .build();
  const outcome = await (await flow.on(createReprise()).start("abc")).done();
  expect(outputsOf(outcome)).toEqual({ "join.output": ["labc", "rabc"], "length.length": [4] });
  expect(outcome).toMatchObject({ routines: { join: { completed: 2, running: 0, queued: 0 }, length: { completed: 1 } } });
});

test("F3: an activation is one call, keyed by its first delivery, and its record holds what it consumed and emitted", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const both = routine({ name: "both", slots: { left: slot(), right: slot().count(2) }, outputs: { one: output(), other: output() }, run: ({ left, right }, { emit }) => {
    emit("one", left);
    emit("other", right);
    emit("one", "again");
  } });
  const flow = defineFlow({ id: "row", concurrency: 1 }).add(items("source")).add(passing("each")).add(both).connect("source.item", "each.input").connect("each.output", "both.left").connect("each.output", "both.right").connect("both.one", "each.input", { maxIterations: 1, map: String }).build();
  const outcome = await reprise.execute(flow.agent, ["a", "b"], { stateId: "job" });
  expect(outcome).toMatchObject({ status: "failed", error: { cause: { code: "LIMIT" } } });
  const calls = (await reprise.history("job")).calls({ actor: ["source", "each", "both"] }).map(({ address, input, value }) => [address, input, value]);
  expect(calls).toEqual([
    ["row::source[start]::tool_call", ["a", "b"], ["a", "b"]],
    ["row::each[source]::tool_call", "a", ["a"]],
    ["row::each[source.1]::tool_call", "b", ["b"]],
    ["row::both[source~each]::tool_call", { left: "a", right: ["a", "b"], "<-": ["source~each", "source~each", "source.1~each"] }, ["one", "a", "other", ["a", "b"], "one", "again"]],
    ["row::each[source~each~both.one]::tool_call", "a", ["a"]],
    ["row::each[source~each~both.one.1]::tool_call", "again", ["again"]],
    ["row::both[source.1~each]::tool_call", { left: "b", right: ["a", "again"], "<-": ["source.1~each", "source~each~both.one~each", "source~each~both.one.1~each"] }, ["one", "b", "other", ["a", "again"], "one", "again"]],
  ]);
});

test("F1: what a handler emits where there is no output, or gives where there are several, fails it with the name", async () => {
  const run = async (work: (emit: (output: string, value: unknown) => void) => unknown) => {
    const two = routine({ name: "two", outputs: { one: output(), other: output() }, run: (_given, { emit }) => work(emit as never) as undefined });
    return (await defineFlow({ id: "flow" }).pipe(two).build().on(createReprise()).start()).done();
  };
  expect(await run((emit) => emit("none", 1))).toMatchObject({ status: "failed", error: { message: expect.stringContaining('has no output "none" (outputs: one, other)') as string } });
  expect(await run(() => 5)).toMatchObject({ status: "failed", error: { message: expect.stringContaining('"two" has 2; use emit') as string } });
});

test("F1, F2: what a function of the flow throws fails the job, and says which it was", async () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  const mapping = defineFlow({ id: "flow" }).add(passing("a")).add(passing("b")).connect("a.output", "b.input", { map: boom }).build();
  expect(await (await mapping.on(createReprise()).start("x")).done()).toMatchObject({ status: "failed", error: { message: "the map of connection a.output -> b.input threw: boom" } });
  const merging = defineFlow({ id: "flow" }).add(routine({ name: "a", slots: { input: slot().merge((_previous: string | undefined, _next: string): string => boom()) }, run: () => undefined })).build();
  expect(await (await merging.on(createReprise()).start("x")).done()).toMatchObject({ status: "failed", error: { message: "the merge function of slot a.input threw: boom" } });
});

test("F6: so is one that the schemas of the entry refuse; its id can be used by one that fits", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const short = { "~standard": { version: 1 as const, vendor: "test", validate: async (value: unknown) => (typeof value === "string" && value.length < 9 ? { value } : { issues: [{ message: "expected a short text" }] }) } };
  const read = routine({ name: "read", slots: { topic: slot(short) }, run: () => undefined });
  const jobs = defineFlow({ id: "reading" }).pipe(read).build().on(reprise);
  for (const input of [5, "much too long"]) {
    const error = await jobs.start(input as never, { jobId: "job-1" }).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: "INVALID_OPTION", path: "input", message: expect.stringMatching(/topic.*expected a short text/u) });
  }
  expect(await reprise.head("job-1")).toBeUndefined();
  expect(await (await jobs.start("short" as never, { jobId: "job-1" })).done()).toMatchObject({ status: "completed" });
});

test("F6: an input that does not fit the entry is refused before there is a job", async () => {
  const reprise = createReprise();
  const two = routine({ name: "two", slots: { left: slot(), right: slot().whenIncomplete("run") }, outputs: { both: output() }, run: (given) => given });
  const jobs = defineFlow({ id: "flow" }).pipe(two).build().on(reprise);
  for (const input of [undefined, 5, null, {}, { right: 1 }, { left: 1, middle: 2 }]) await expect(jobs.start(input as never)).rejects.toMatchObject({ code: "INVALID_OPTION", path: "input" });
  expect(outputsOf(await (await jobs.start({ left: 1 } as never)).done())).toEqual({ "two.both": [{ left: 1 }] });
  const none = defineFlow({ id: "flow" }).pipe(routine({ name: "none", run: () => undefined })).build();
  await expect(none.on(reprise).start(5 as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
});

test("F6: agents have a limit of their own, and leaves go on beside them", async () => {
  const { reprise, system } = virtualHost();
  let open = 0;
  let most = 0;
  const waits = agentRoutine({ name: "waits", slots: { item: slot() }, run: async (_given, context) => {
    most = Math.max(most, (open += 1));
    await context.sleep(100);
    open -= 1;
  } });
  const seen: Seen = [];
  const flow = defineFlow({ id: "flow", concurrency: 1, agentConcurrency: 2 }).add(items("source")).add(waits).add(passing("leaf", seen)).connect("source.item", "waits.item").connect("source.item", "leaf.input").build();
  const job = await system.runUntil(flow.on(reprise).start([1, 2, 3, 4]));
  await system.advance(50);
  expect([open, seen]).toEqual([2, [1, 2, 3, 4]]);
  await system.runUntil(job.done());
  expect([most, system.now()]).toEqual([2, 200]);
});
