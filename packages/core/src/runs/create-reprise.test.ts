import { expect, test } from "vitest";
import { agent, tool } from "../actors/define.ts";
import { createReprise } from "./create-reprise.ts";

const double = tool({ name: "double", run: (value: number) => value * 2 });

test("a run without a backend gives its value", async () => {
  const twice = agent({ name: "twice", run: async (value: number, context) => context.run(double, await context.run(double, value)) });
  const outcome = await createReprise().execute(twice, 10);
  expect(outcome).toMatchObject({ status: "completed", value: 40 });
});

test("a group gives its results by position", async () => {
  const all = agent({ name: "all", run: (values: number[], context) => context.map("doubles", values, double) });
  const outcome = await createReprise().execute(all, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(outcome).toMatchObject({ status: "completed", value: [2, 4, 6, 8, 10, 12, 14, 16, 18] });
});

test("an actor's failure is an outcome, with its cause", async () => {
  const broken = tool({ name: "broken", run: () => Promise.reject(new Error("no")) });
  const calls = agent({ name: "calls", run: (_: void, context) => context.run(broken) });
  const outcome = await createReprise().execute(calls);
  expect(outcome.status).toBe("failed");
});
