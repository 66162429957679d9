// Defects of retries and of watching runs, each shown to be impossible here; see addressing-and-replay.test.ts.
import { agent, createReprise, EventType, llm, tool, type Actor, type EventFeed, type ExecutionEvent, type Reprise, type RetrySetting, type Topic } from "@reprise/core";
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

describe("streams", () => {
  const work = tool({ name: "work", run: (value: { readonly nested: { count: number } }) => value });
  const all = async (feed: EventFeed): Promise<ExecutionEvent[]> => {
    const events: ExecutionEvent[] = [];
    for await (const event of feed) events.push(event);
    return events;
  };

  test("defect-T36: what is published is delivered, in order, and the stream of whoever leaves is ended alone", async () => {
    const state = await createReprise().create();
    const controller = new AbortController();
    const [leaving, staying] = [state.events({ signal: controller.signal }), state.events()].map((feed) => all(feed));
    await state.run(work, { nested: { count: 1 } });
    controller.abort();
    await state.run(work, { nested: { count: 2 } });
    await state.close();
    expect((await leaving)?.map(({ status }) => status)).toEqual(["started", "completed"]);
    expect((await staying)?.map(({ status }) => status)).toEqual(["started", "completed", "started", "completed"]);
  });

  test("defect-T36: one consumer that never comes back holds up neither the run nor the others", async () => {
    const state = await createReprise().create();
    const stuck = state.events()[Symbol.asyncIterator]();
    void stuck.next();
    const others = all(state.events());
    for (let count = 0; count < 1_200; count += 1) await state.run(work, { nested: { count } });
    await state.close();
    expect(await others).toHaveLength(2_400);
  });

  test("defect-T36: whatever a consumer does to what it was given, nested or not, the record and the others do not change", async () => {
    const state = await createReprise().create();
    await state.run(work, { nested: { count: 1 } });
    await state.close();
    for await (const event of state.events()) {
      expect(() => Object.assign(event, { address: "other" })).toThrow(TypeError);
      const { nested } = (event.value ?? event.input) as { nested: { count: number } };
      nested.count = 99;
    }
    for await (const event of state.events()) expect(event).toMatchObject({ address: "work::tool_call", [event.status === "started" ? "input" : "value"]: { nested: { count: 1 } } });
  });

  test("defect-T36: the end of a stream says how the run ended, and a failed one does not look completed", async () => {
    const reprise = createReprise({ backend: createWorld().disk });
    const failing = tool({ name: "failing", retry: false, run: (): string => { throw new Error("down"); } });
    await reprise.execute(failing, undefined, { stateId: "run-1" });
    const iterator = reprise.events("run-1")[Symbol.asyncIterator]();
    expect([await iterator.next(), await iterator.next(), await iterator.next()]).toMatchObject([{ value: { status: "started" } }, { value: { status: "failed", error: { message: "down" } } }, { done: true, value: "failed" }]);
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
