import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Actor, AgentContext, LeafContext, TryResult, WaitOptions } from "../index.ts";
import { agent, createReprise, llm, tool } from "../index.ts";

const parse = tool({ name: "parse", input: z.string().transform(Number), output: z.number().transform(String), run: (value) => value + 1 });
const add = tool({ name: "add", run: ({ a, b }: { a: number; b: number }) => a + b });
const now = llm({ name: "now", run: async () => new Date(0) });
const reprise = createReprise();

test("input and output types come from the handler", () => {
  expectTypeOf(add).toEqualTypeOf<Actor<{ a: number; b: number }, number>>();
  expectTypeOf(now).toEqualTypeOf<Actor<void, Date>>();
});

test("schemas whose input and output types differ give callers the outside and the handler the inside", () => {
  expectTypeOf(parse).toEqualTypeOf<Actor<string, string>>();
  tool({
    name: "inside",
    input: z.string().transform(Number),
    run: (value, context) => {
      expectTypeOf(value).toBeNumber();
      expectTypeOf(context).toEqualTypeOf<LeafContext>();
    },
  });
  const custom = {} as StandardSchemaV1<{ at: string }, Date>;
  expectTypeOf(agent({ name: "custom", input: custom, run: async (at: Date) => at.getTime() })).toEqualTypeOf<Actor<{ at: string }, number>>();
});

test("run infers input and output, and needs no input where the actor takes none", () => {
  agent({
    name: "agent",
    run: async (topic: string, context) => {
      expectTypeOf(context).toEqualTypeOf<AgentContext>();
      expectTypeOf(await context.run(add, { a: 1, b: 2 })).toBeNumber();
      expectTypeOf(await context.run(now)).toEqualTypeOf<Date>();
      expectTypeOf(await context.run(now, undefined, { key: "first" })).toEqualTypeOf<Date>();
      expectTypeOf(await context.run(parse, topic, { timeoutMs: 5 })).toBeString();
      expectTypeOf(await context.try(parse, topic)).toEqualTypeOf<TryResult<string>>();
      // @ts-expect-error an input is needed
      await context.run(add);
      // @ts-expect-error the input has another type
      await context.run(add, { a: 1 });
      // @ts-expect-error there is no such option
      await context.run(add, { a: 1, b: 2 }, { retries: 3 });
    },
  });
});

test("map infers from the actor or the function", () => {
  agent({
    name: "agent",
    run: async (topics: string[], context) => {
      expectTypeOf(await context.map("parsed", topics, parse)).toEqualTypeOf<string[]>();
      expectTypeOf(await context.map("lengths", topics, async (topic, branch) => (await branch.run(parse, topic)).length, { key: (topic) => topic })).toEqualTypeOf<number[]>();
      // @ts-expect-error the items have another type
      await context.map("sums", topics, add);
    },
  });
});

test("parallel gives a tuple for an array of functions, and an object of the same names for an object", () => {
  agent({
    name: "agent",
    run: async (topic: string, context) => {
      const both = await context.parallel("both", [(branch) => branch.run(parse, topic), async (branch) => branch.run(add, { a: 1, b: 2 }), () => new Date(0)]);
      expectTypeOf(both).toEqualTypeOf<[string, number, Date]>();
      const named = await context.parallel("named", { text: (branch) => branch.run(parse, topic), sum: async (branch) => branch.run(add, { a: 1, b: 2 }), none: () => undefined });
      expectTypeOf(named).toEqualTypeOf<{ text: string; sum: number; none: undefined }>();
      const tasks = [1, 2].map((a) => async (branch: AgentContext) => branch.run(add, { a, b: a }));
      expectTypeOf(await context.parallel("many", tasks, { maxWorkers: 2, errors: "fail_fast" })).toEqualTypeOf<number[]>();
      const byName: Record<string, (branch: AgentContext) => Promise<number>> = {};
      expectTypeOf(await context.parallel("by_name", byName)).toEqualTypeOf<{ [name: string]: number }>();
      expectTypeOf(await context.parallel("empty", [])).toEqualTypeOf<[]>();
      expectTypeOf(await context.parallel("empty", {})).toEqualTypeOf<{}>();
      await context.parallel("context", [(branch) => expectTypeOf(branch).toEqualTypeOf<AgentContext>()]);
      // @ts-expect-error a task is a function
      await context.parallel("wrong", [parse]);
      // @ts-expect-error there is no such option: tasks are named by an object
      await context.parallel("wrong", [() => 1], { key: () => "1" });
      // @ts-expect-error a context is all a task gets
      await context.parallel("wrong", [(branch: AgentContext, item: number) => branch.run(add, { a: 1, b: item })]);
    },
  });
});

test("a stream of a group says what each outcome is, by index or by key where that is known", () => {
  agent({
    name: "agent",
    run: async (topics: string[], context) => {
      for await (const outcome of context.map("parsed", topics, parse).stream()) {
        expectTypeOf(outcome.index).toBeNumber();
        expectTypeOf(outcome.key).toEqualTypeOf<string | undefined>();
        if (outcome.ok) expectTypeOf(outcome.value).toBeString();
        else expectTypeOf(outcome.error).toEqualTypeOf<Error>();
      }
      for await (const outcome of context.parallel("named", { text: (branch) => branch.run(parse, "1"), at: () => new Date(0) }).stream()) {
        expectTypeOf(outcome.key).toEqualTypeOf<"text" | "at">();
        if (outcome.ok && outcome.key === "at") expectTypeOf(outcome.value).toEqualTypeOf<Date>();
      }
      for await (const outcome of context.parallel("array", [(branch) => branch.run(parse, "1"), () => new Date(0)]).stream()) {
        expectTypeOf(outcome.index).toEqualTypeOf<0 | 1>();
        if (outcome.ok && outcome.index === 0) expectTypeOf(outcome.value).toBeString();
      }
      const many = [1, 2].map((value) => () => value);
      for await (const outcome of context.parallel("many", many).stream()) {
        expectTypeOf(outcome.index).toBeNumber();
        if (outcome.ok) expectTypeOf(outcome.value).toBeNumber();
      }
    },
  });
});

test("execute and resume give the outcome's type", async () => {
  const outcome = await reprise.execute(parse, "1", { stateId: "run" });
  if (outcome.status === "completed") expectTypeOf(outcome.value).toBeString();
  else if (outcome.status === "failed") expectTypeOf(outcome.error).toEqualTypeOf<Error>();
  const resumed = await reprise.resume(now, "run");
  if (resumed.status === "completed") expectTypeOf(resumed.value).toEqualTypeOf<Date>();
  await reprise.execute(now);
  // @ts-expect-error an input is needed
  await reprise.execute(parse);
});

test("a validation's compare gets what callers get", () => {
  tool({ name: "a", run: () => ({ score: 1 }), compare: (recorded, current) => expectTypeOf(recorded).toEqualTypeOf(current) && recorded.score === current.score });
  tool({ name: "a", output: z.string().transform(Number), run: () => "1", compare: (recorded, current) => recorded.toFixed(1) === current.toFixed(1) });
  agent({ name: "a", run: async (_: void, context) => context.run(now), compare: (recorded, current) => recorded.getTime() === current.getTime() });
  // @ts-expect-error there is no such choice
  tool({ name: "a", determinism: "sometimes", run: () => 1 });
});

const length = {} as StandardSchemaV1<string, number>;

test("waitFor gives what its schema makes of an answer, and its default", () => {
  agent({
    name: "asker",
    run: async (_: void, context) => {
      expectTypeOf(await context.waitFor("x")).toBeUnknown();
      expectTypeOf(await context.waitFor<boolean>("x", { timeoutMs: 1, default: false })).toBeBoolean();
      expectTypeOf(await context.waitFor("x", { schema: length })).toBeNumber();
      expectTypeOf(await context.waitFor("x", { schema: length, timeoutMs: 1, default: null })).toEqualTypeOf<number | null>();
      expectTypeOf(await context.waitFor<boolean>("x", { timeoutMs: 1, default: undefined })).toEqualTypeOf<boolean | undefined>();
      expectTypeOf(await context.waitFor("x", { schema: length, timeoutMs: 1, default: undefined })).toEqualTypeOf<number | undefined>();
      expectTypeOf(await context.waitFor("x", { timeoutMs: 1, default: undefined })).toBeUnknown();
      const mayHaveOne: WaitOptions<boolean> = { timeoutMs: 1 };
      expectTypeOf(await context.waitFor("x", mayHaveOne)).toBeBoolean();
      // @ts-expect-error a default of another type needs to be named
      await context.waitFor<boolean>("x", { timeoutMs: 1, default: "none" });
      expectTypeOf(await context.sleep(1)).toBeVoid();
    },
  });
});

test("a leaf cannot make calls", () => {
  // @ts-expect-error a leaf's context has no run
  tool({ name: "leaf", run: (_: void, context) => context.run(now) });
});

test("definitions that make no sense are type errors", () => {
  // @ts-expect-error a name is needed
  tool({ run: () => 1 });
  // @ts-expect-error there is no such choice
  tool({ name: "a", onInputChange: "maybe", run: () => 1 });
  // @ts-expect-error the handler's result does not fit the output schema
  tool({ name: "a", output: z.string(), run: () => 1 });
});
