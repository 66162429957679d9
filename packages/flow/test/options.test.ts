import { memoryBackend } from "@reprise/backend-memory";
import { createReprise, isRepriseError } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { agentRoutine, aggregator, batcher, criticalRoutine, debouncer, defineFlow, errorHandler, filter, flowRegistry, loadFlow, mapper, named, optionalRoutine, output, router, routine, slot, splitter } from "../src/index.ts";

// How to know that it works: whatever takes options refuses one that there is not, a value that is wrong, and what is no object, when it is
// called, with the place: misspelt, an option would be as if it had not been given. The types say so too, but not to JavaScript.

const first = routine({ name: "first", slots: { input: slot() }, outputs: { output: output() }, run: () => undefined });
const second = routine({ name: "second", slots: { input: slot() }, outputs: { output: output() }, run: () => undefined });
const run = (): undefined => undefined;
const begun = defineFlow({ id: "flow" }).add(first);
const both = begun.add(second);

/** Code, path and message of what a definition is refused with. */
async function refusal(define: () => unknown): Promise<string> {
  try {
    await define();
  } catch (error) {
    return isRepriseError(error) ? `${error.code} ${error.path} | ${error.message}` : `a raw ${String(error)}`;
  }
  return "nothing is wrong with it";
}

/** Everything that takes an object of options, with the place of those: `taking(options)`, where `good` is the rest. */
const takers: readonly (readonly [string, (options: object) => unknown, string, object])[] = [
  ["defineFlow", (options) => defineFlow(options as never), "", { id: "flow" }],
  ["errorHandler of a flow", (options) => defineFlow({ id: "flow", errorHandler: options }), "errorHandler", {}],
  ["add", (options) => begun.add(second, options), "routines.second", {}],
  ["add under an id", (options) => begun.add(second, options), "routines.other", { id: "other" }],
  ["errorHandler of add", (options) => begun.add(second, { errorHandler: options }), "routines.second.errorHandler", {}],
  ["connect", (options) => both.connect("first.output", "second.input", options), "connections[0]", {}],
  ["pipe", (options) => begun.pipe(second, options), "pipe", {}],
  ["routine", (options) => routine(options as never), "routine it", { name: "it", run }],
  ["agentRoutine", (options) => agentRoutine(options as never), "routine it", { name: "it", run }],
  ["errorHandler of a routine", (options) => routine({ name: "it", run, errorHandler: options }), "routine it.errorHandler", {}],
  ["count", (options) => slot().count(2, options), "slot.count", {}],
  ["errorHandler", (options) => errorHandler(options), "errorHandler", {}],
  ["criticalRoutine", (options) => criticalRoutine(options), "criticalRoutine", {}],
  ["mapper", (options) => mapper(options as never), "mapper it", { name: "it", with: run }],
  ["filter", (options) => filter(options as never), "filter it", { name: "it", when: run }],
  ["splitter", (options) => splitter(options as never), "splitter it", { name: "it", into: run }],
  ["batcher", (options) => batcher(options as never), "batcher it", { name: "it", size: 2 }],
  ["aggregator", (options) => aggregator(options as never), "aggregator it", { name: "it", with: run }],
  ["router", (options) => router(options as never), "router it", { name: "it", routes: { one: run } }],
  ["debouncer", (options) => debouncer(options as never), "debouncer it", { name: "it", waitMs: 1 }],
  ["flowRegistry", (options) => flowRegistry(options as never), "registry", { routines: [first] }],
];

describe("F1: what takes options refuses, when it is called and as INVALID_DEFINITION with the place", () => {
  test.each(takers)("an option that there is not: %s", async (_, taking, place, good) => {
    expect(await refusal(() => taking(good))).toBe("nothing is wrong with it");
    const path = place === "" ? "misspelt" : `${place}.misspelt`;
    expect(await refusal(() => taking({ ...good, misspelt: undefined }))).toMatch(new RegExp(`^INVALID_DEFINITION ${path.replaceAll(/[.[\]]/gu, "\\$&")} \\| .* is not an option \\(options: \\w`, "u"));
  });

  test.each(takers)("options that are no object: %s", async (_, taking) => {
    for (const none of [null, "options", 5]) expect(await refusal(() => taking(none as never))).toMatch(/^INVALID_DEFINITION [\w.[\] ]+ \| .* must be an object.*, got /u);
  });

  test.each<readonly [string, () => unknown, string]>([
    ["an option of routine for agentRoutine", () => agentRoutine({ name: "it", run, repeatable: false } as never), "routine it.repeatable"],
    ["another option of routine for agentRoutine", () => agentRoutine({ name: "it", run, type: "llm" } as never), "routine it.type"],
    ["a limit of no time", () => routine({ name: "it", run, attemptTimeoutMs: -1 }), "routine it.attemptTimeoutMs"],
    ["a limit that is none", () => routine({ name: "it", run, timeoutMs: Number.NaN }), "routine it.timeoutMs"],
    ["a limit for ever", () => agentRoutine({ name: "it", run, timeoutMs: Number.POSITIVE_INFINITY }), "routine it.timeoutMs"],
    ["a limit of an unknown time", () => agentRoutine({ name: "it", run, attemptTimeoutMs: null as never }), "routine it.attemptTimeoutMs"],
    ["no type", () => routine({ name: "it", run, type: null as never }), "routine it.type"],
    ["no handler", () => routine({ name: "it", run, errorHandler: null as never }), "routine it.errorHandler"],
    ["no handler for a routine of the library", () => mapper({ name: "it", with: run, errorHandler: 0 as never }), "routine it.errorHandler"],
    ["no id", () => begun.add(second, { id: null as never }), "routines.id"],
    ["no end to join", () => begun.pipe(second, { output: null as never }), "pipe.output"],
    ["an end by its number", () => begun.pipe(second, { slot: 1 as never }), "pipe.slot"],
    ["no routine to go on from", () => begun.pipe(second, { from: null as never }), "pipe.from"],
    ["no time to count within", () => slot().count(2, { withinMs: null as never }), "slot.count.withinMs"],
    ["a batch of nothing", () => batcher({ name: "it", size: 0 }), "batcher it.size"],
    ["a batch within no time", () => batcher({ name: "it", size: 1, withinMs: 0 }), "batcher it.withinMs"],
    ["an aggregate of nothing", () => aggregator({ name: "it", with: run, count: 0 }), "aggregator it.count"],
    ["an aggregate by another rule", () => aggregator({ name: "it", with: run, onIncomplete: "stop" as never }), "aggregator it.onIncomplete"],
    ["a wait for no time", () => debouncer({ name: "it", waitMs: 0 }), "debouncer it.waitMs"],
    ["a schema that is none", () => mapper({ name: "it", with: run, input: String as never }), "mapper it.input"],
    ["no routes", () => router({ name: "it", routes: null as never }), "router it.routes"],
    ["a way out that is none", () => router({ name: "it", routes: { one: run as never }, otherwise: 5 as never }), "router it.otherwise"],
    ["a routine of the library without a name", () => filter({ when: run } as never), "filter.name"],
    ["a backoff that never ends", () => errorHandler({ strategy: "retry", retryBackoff: Number.POSITIVE_INFINITY }), "errorHandler.retryBackoff"],
    ["a delay that never ends", () => errorHandler({ strategy: "retry", maxDelayMs: Number.POSITIVE_INFINITY }), "errorHandler.maxDelayMs"],
    ["a strategy of another kind for what the job can do without", () => optionalRoutine("stop" as never), "optionalRoutine"],
    ["a strategy for what the job cannot do without", () => criticalRoutine({ strategy: "skip" } as never), "criticalRoutine.strategy"],
    ["a value of what the job cannot do without", () => criticalRoutine({ maxRetries: -1 }), "criticalRoutine.maxRetries"],
    ["functions that are none", () => flowRegistry({ routines: [first], functions: null as never }), "registry.functions"],
    ["no registry", () => loadFlow({ id: "flow", routines: [{ id: "first" }] }, undefined as never), "registry"],
    ["a registry that was not made by flowRegistry", () => loadFlow({ id: "flow", routines: [{ id: "first" }] }, { routines: [first] } as never), "registry"],
    ["a name that is none", () => named(undefined as never, run), "named"],
  ])("%s", async (_, define, path) => {
    expect((await refusal(define)).split(" | ")[0]).toBe(`INVALID_DEFINITION ${path}`);
  });

  test("what the definitions in JSON leave out, and a configuration of null, is no fault", async () => {
    const given = routine({ name: "given", config: z.null(), run });
    expect(await refusal(() => loadFlow({ id: "flow", routines: [{ id: "given", config: null }, { id: "first" }] }, flowRegistry({ routines: [given, first] })))).toMatch(/cannot be reached/u);
    expect(await refusal(() => defineFlow({ id: "flow" }).add(given, { config: null }).build())).toBe("nothing is wrong with it");
  });
});

describe("F6: what is asked of jobs is refused, as INVALID_OPTION with its name and before anything happens", () => {
  const flow = defineFlow({ id: "flow" }).add(first).build();
  const reprise = createReprise({ backend: memoryBackend() });
  const jobs = flow.on(reprise);
  const job = jobs.start(1, { jobId: "asked" });

  test.each<readonly [string, () => unknown, string]>([
    ["start", () => jobs.start(1, { jobid: "a" } as never), "jobid"],
    ["start with the id of a run", () => jobs.start(1, { stateId: "a" } as never), "stateId"],
    ["start with nothing", () => jobs.start(1, null as never), "options"],
    ["resume", () => jobs.resume("asked", { waitms: 1 } as never), "waitms"],
    ["resume with nothing", () => jobs.resume("asked", null as never), "options"],
    ["handOff", () => jobs.handOff("asked", { too: "b" } as never), "too"],
    ["handOff with nothing", () => jobs.handOff("asked", null as never), "options"],
    ["handOff of a job", async () => (await job).handOff({ too: "b" } as never), "too"],
    ["import", async () => jobs.import(await jobs.export("asked"), { jobid: "a" } as never), "jobid"],
    ["import with nothing", async () => jobs.import(await jobs.export("asked"), null as never), "options"],
    ["waitUntil", async () => (await job).waitUntil(() => true, { sginal: AbortSignal.abort() } as never), "sginal"],
    ["waitUntil with nothing", async () => (await job).waitUntil(() => true, null as never), "options"],
    ["waitUntil with what is no signal", async () => (await job).waitUntil(() => true, { signal: {} as never }), "signal"],
    ["waitUntil without a condition", async () => (await job).waitUntil(undefined as never), "condition"],
    ["onProgress without a listener", async () => (await job).onProgress(undefined as never), "listener"],
  ])("%s", async (_, ask, path) => {
    await (await job).done();
    expect((await refusal(ask)).split(" | ")[0]).toBe(`INVALID_OPTION ${path}`);
  });

  test("a job that is at work is not paused for a hand-off that is refused", async () => {
    let end = (): void => undefined;
    const waiting = routine({ name: "waiting", slots: { input: slot() }, run: async () => new Promise<void>((resolve) => { end = resolve; }) });
    const atWork = await defineFlow({ id: "busy" }).add(waiting).build().on(reprise).start(1, { jobId: "busy-1" });
    await atWork.waitUntil(({ waiting: { running } = { running: 0 } }) => running === 1);
    for (const options of [{ too: "b" }, { to: 5 }, { waitMs: -1 }, null]) expect(await refusal(async () => atWork.handOff(options as never))).toMatch(/^INVALID_OPTION/u);
    end();
    expect((await atWork.done()).status).toBe("completed");
  });
});
