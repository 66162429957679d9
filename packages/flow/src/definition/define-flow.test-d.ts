import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { agentRoutine, defineFlow, named, output, routine, slot, type Flow, type JobOutcome } from "../index.ts";
import type { Actor, Reprise } from "@reprise/core";

interface Page {
  readonly url: string;
  readonly text: string;
}

const search = routine({
  name: "search",
  slots: { topic: z.string() },
  outputs: { page: output<Page>(), count: z.number().transform(String) },
  run: async ({ topic }, { emit }) => {
    expectTypeOf(topic).toBeString();
    emit("page", { url: topic, text: "" });
    emit("count", 1);
    // @ts-expect-error there is no such output
    emit("pages", 1);
    // @ts-expect-error the output takes something else
    emit("count", "1");
  },
});
const summarise = routine({
  name: "summarise",
  type: "llm",
  slots: { page: slot<Page>() },
  outputs: { summary: output<string>() },
  run: ({ page }) => page.text,
});
const report = routine({
  name: "report",
  slots: { summaries: slot(z.string()).all(), title: slot<string>().whenIncomplete("run") },
  outputs: { text: output<string>() },
  run: ({ summaries, title }) => {
    expectTypeOf(summaries).toEqualTypeOf<string[]>();
    expectTypeOf(title).toEqualTypeOf<string | undefined>();
    return summaries.join(title);
  },
});

declare const reprise: Reprise;

test("F1: the types of slots and outputs flow through connect", async () => {
  const flow = defineFlow({ id: "research" })
    .add(search)
    .add(summarise)
    .add(report)
    .connect("search.page", "summarise.page")
    .connect("summarise.summary", "report.summaries")
    .connect("search.count", "report.title")
    .build();
  const job = await flow.on(reprise).start("sagas");
  // @ts-expect-error jobs begin with a text
  void flow.on(reprise).start(1);
  // @ts-expect-error jobs begin with something
  void flow.on(reprise).start();
  const outcome = await job.done();
  if (outcome.status === "completed") {
    expectTypeOf(outcome.outputs["report.text"]).toEqualTypeOf<readonly string[] | undefined>();
    // @ts-expect-error there is no such output
    void outcome.outputs["report.title"];
  }
});

test("F1: joining ends that do not fit is a type error", () => {
  const flow = defineFlow({ id: "research" }).add(search).add(summarise).add(report);
  // @ts-expect-error a page is no text
  flow.connect("search.page", "report.summaries");
  // @ts-expect-error a text is no page
  flow.connect("summarise.summary", "summarise.page");
  // @ts-expect-error a limit does not make it fit
  flow.connect("search.page", "report.summaries", { maxIterations: 1 });
  flow.connect("search.page", "report.summaries", { map: (page) => page.url });
  flow.connect("search.page", "report.summaries", { map: named("url", (page: Page) => page.url) });
  // @ts-expect-error the map gives something else
  flow.connect("search.page", "report.summaries", { map: (page) => page.url.length });
});

test("F1: ends that are not there are type errors", () => {
  const flow = defineFlow({ id: "research" }).add(search).add(summarise, { id: "second" });
  // @ts-expect-error there is no such routine
  flow.connect("search.page", "summarise.page");
  // @ts-expect-error there is no such slot
  flow.connect("search.page", "second.pages");
  // @ts-expect-error a slot is no output
  flow.connect("search.topic", "second.page");
  flow.connect("search.page", "second.page");
  // @ts-expect-error there is no such routine
  flow.entry("summarise");
});

test("F1: what a schema transforms has another type at each side", () => {
  const count = routine({
    name: "count",
    slots: { text: z.string().transform(Number) },
    run: ({ text }) => {
      expectTypeOf(text).toBeNumber();
    },
  });
  defineFlow({ id: "counting" }).add(search).add(count).connect("search.count", "count.text");
});

test("F2: slots give what their mode makes of deliveries", () => {
  routine({
    name: "modes",
    slots: {
      each: slot<number>(),
      list: slot<number>().append(),
      some: slot<number>().count(3),
      sum: slot().merge((total: bigint | undefined, next: number) => (total ?? 0n) + BigInt(next)),
      perhaps: slot<number>().quiet(5).whenIncomplete("run"),
      schema: slot(z.coerce.number()).all(),
    },
    run: (given) => {
      expectTypeOf(given).toEqualTypeOf<{
        readonly each: number;
        readonly list: number[];
        readonly some: number[];
        readonly sum: bigint;
        readonly perhaps: number[];
        readonly schema: number[];
      }>();
    },
  });
});

test("F1: a routine gives a value only where it has one output", () => {
  // @ts-expect-error there are two outputs
  routine({ name: "two", outputs: { one: output<string>(), other: output<string>() }, run: () => "which" });
  // @ts-expect-error there is none
  routine({ name: "none", run: () => "where" });
  // @ts-expect-error it is another type
  routine({ name: "wrong", outputs: { one: output<string>() }, run: () => 1 });
});

test("F1: the configuration of a routine is typed, and needed where it has no default", () => {
  const wait = routine({
    name: "wait",
    slots: { input: slot<string>() },
    config: z.object({ delayMs: z.number() }),
    run: (_given, { config }) => {
      expectTypeOf(config).toEqualTypeOf<{ delayMs: number }>();
    },
  });
  defineFlow({ id: "waiting" }).add(wait, { config: { delayMs: 5 } });
  // @ts-expect-error it must be configured
  defineFlow({ id: "waiting" }).add(wait);
  // @ts-expect-error it is another configuration
  defineFlow({ id: "waiting" }).add(wait, { config: { delay: 5 } });
  const sometimes = routine({ name: "sometimes", config: z.object({ delayMs: z.number() }).default({ delayMs: 1 }), run: () => undefined });
  defineFlow({ id: "waiting" }).add(sometimes);
  // @ts-expect-error this one takes none
  defineFlow({ id: "waiting" }).add(search, { config: 1 });
});

test("F3: an agent routine makes calls", () => {
  agentRoutine({
    name: "asks",
    slots: { draft: slot<string>() },
    outputs: { approved: output<string>() },
    run: async ({ draft }, context) => {
      const approved = await context.waitFor("approval", { schema: z.boolean(), prompt: draft });
      expectTypeOf(approved).toBeBoolean();
      return approved ? draft : undefined;
    },
  });
  // @ts-expect-error a leaf makes none
  routine({ name: "leaf", run: (_given, context) => context.waitFor("approval") });
});

test("F1: an end without a type takes anything", () => {
  const any = routine({
    name: "any",
    slots: { input: slot() },
    outputs: { output: output() },
    run: ({ input }) => {
      expectTypeOf(input).toBeUnknown();
      return input;
    },
  });
  defineFlow({ id: "anything" }).add(search).add(any).connect("search.page", "any.input");
  // @ts-expect-error what comes out may be anything, too
  defineFlow({ id: "anything" }).add(any).add(summarise).connect("any.output", "summarise.page");
});

test("F1: a job that begins with several slots, or none, is started so", () => {
  const join = routine({ name: "join", slots: { left: slot<string>(), right: slot<number>() }, run: () => undefined });
  const joined = defineFlow({ id: "joined" }).add(join).build();
  void joined.on(reprise).start({ left: "a", right: 1 });
  // @ts-expect-error one is missing
  void joined.on(reprise).start({ left: "a" });
  const source = routine({ name: "source", outputs: { item: output<string>() }, run: () => "item" });
  const sourced = defineFlow({ id: "sourced" }).pipe(source).build();
  void sourced.on(reprise).start();
  expectTypeOf<JobOutcome<never>["status"]>().toEqualTypeOf<"completed" | "failed" | "awaiting" | "paused" | "cancelled" | "interrupted">();
  expectTypeOf(sourced.agent).toExtend<Flow["agent"] | Actor<void, unknown>>();
});
