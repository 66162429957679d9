// Defects of retries and of watching runs, each shown to be impossible here; see addressing-and-replay.test.ts.
import { agent, createReprise, EventType, llm, tool, type Actor, type Reprise, type RetrySetting, type Topic } from "@reprise/core";
import { retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, recordingSubscriber, virtualSystem, type VirtualSystem } from "../../src/index.ts";
import { createWorld, crashPoint } from "../rules/support/world.ts";

describe("subscribers", () => {
  const topics: readonly Topic[] = ["event", "recovered", "log", "group", "checkpoint"];
  const breaks: readonly (readonly [how: string, handler: () => void | Promise<void>])[] = [
    ["throws", () => { throw new Error("subscriber"); }],
    ["rejects", () => Promise.reject(new Error("subscriber"))],
    ["throws no error", () => { throw null; }],
  ];

  test.each(breaks)("defect-T29: a subscriber that %s on everything makes no call fail, no handler run twice and no outcome different", async (_, handler) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const work = counter<number, number>({ name: "work", run: (value) => value + 1 });
    const pipeline = agent({ name: "pipeline", run: async (__: void, context) => {
      const values = await context.map("pages", [1, 2, 3], work.actor);
      await context.run(point.actor, 0);
      return values;
    } });
    const bad = { attach: (run: { on: (topic: Topic, listener: () => void | Promise<void>) => () => void }) => { for (const topic of topics) run.on(topic, handler); } };
    const options = { retry: retryProvider(), subscribers: [bad] };
    await world.runUntilCrash(pipeline, undefined, point, options);
    const { outcome, heard } = await world.resume(pipeline, {}, options);
    expect(outcome).toMatchObject({ status: "completed", value: [2, 3, 4] });
    expect(work.runs).toBe(3);
    const journal = await world.journal();
    expect(journal.filter(({ k }) => k === "failed" || k === "retrying")).toEqual([]);
    expect(heard.of("log").filter(({ code }) => code === "SUBSCRIBER_FAILED").length).toBeGreaterThan(0);
  });

  test("defect-T29: one that fails only when something has completed costs nothing either", async () => {
    const work = counter<number, number>({ name: "work", run: (value) => value });
    const state = await createReprise({ retry: retryProvider() }).create();
    state.on("event", ({ status }) => { if (status === "completed") throw new TypeError("cannot read properties of undefined"); });
    expect(await state.run(work.actor, 1)).toBe(1);
    expect(work.runs).toBe(1);
    expect(state.history.events().map(({ status }) => status)).toEqual(["started", "completed"]);
    await state.close();
  });
});

describe("what is retried", () => {
  const mistakes: readonly (readonly [name: string, fail: () => never])[] = [
    ["TypeError", () => (undefined as unknown as { missing: () => never }).missing()],
    ["ReferenceError", () => { throw new ReferenceError("nowhere is not defined"); }],
    ["SyntaxError", () => { throw new SyntaxError("Invalid regular expression: /(/: Unterminated group"); }],
  ];

  type Make = (definition: { readonly name: string; readonly retry?: RetrySetting; readonly run: () => unknown }) => Actor<void, unknown>;

  async function attemptsOf(reprise: Reprise, system: VirtualSystem, make: Make, setting: RetrySetting | undefined, fail: () => unknown): Promise<number> {
    let runs = 0;
    const failing = make({ name: "failing", ...(setting !== undefined && { retry: setting }), run: () => { runs += 1; return fail(); } });
    await system.runUntil(reprise.execute(failing));
    return runs;
  }

  test.each(mistakes)("defect-T30: a programming error (%s) is not retried, and costs no time", async (_, fail) => {
    const system = virtualSystem();
    const reprise = createReprise({ system, retry: retryProvider() });
    expect(await attemptsOf(reprise, system, tool, undefined, fail)).toBe(1);
    expect(await attemptsOf(reprise, system, llm, undefined, fail)).toBe(1);
    expect(await attemptsOf(reprise, system, tool, { maxAttempts: 5 }, fail)).toBe(1);
    expect(system.now()).toBe(0);
  });

  test("defect-T30: what passes is retried by default, and false, 1 or the absence of a provider switch that off", async () => {
    const system = virtualSystem();
    const passing = (): never => { throw Object.assign(new Error("reset"), { code: "ECONNRESET" }); };
    const reprise = createReprise({ system, retry: retryProvider() });
    expect(await attemptsOf(reprise, system, tool, undefined, passing)).toBe(3);
    expect(await attemptsOf(reprise, system, llm, undefined, passing)).toBe(3);
    expect(await attemptsOf(reprise, system, agent, undefined, passing)).toBe(1);
    expect(await attemptsOf(reprise, system, tool, false, passing)).toBe(1);
    expect(await attemptsOf(reprise, system, tool, { maxAttempts: 1 }, passing)).toBe(1);
    expect(await attemptsOf(createReprise({ system }), system, tool, undefined, passing)).toBe(1);
  });

  test("defect-T30: what must not happen twice is tried once, whatever is configured", async () => {
    const system = virtualSystem();
    const recording = recordingSubscriber();
    const reprise = createReprise({ system, retry: retryProvider(), subscribers: [recording] });
    let runs = 0;
    const pay = tool({ name: "pay", repeatable: false, retry: { maxAttempts: 9 }, run: () => { runs += 1; throw Object.assign(new Error("reset"), { code: "ECONNRESET" }); } });
    expect(await system.runUntil(reprise.execute(pay))).toMatchObject({ status: "failed" });
    expect(runs).toBe(1);
    expect(recording.of("event").map(({ status, type }) => [status, type])).toEqual([["started", EventType.TOOL_CALL], ["failed", EventType.TOOL_CALL]]);
  });
});
