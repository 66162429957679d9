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

test.each<[string, object, string]>([
  ["a misspelt option of the codec, which would store in plain text", { codec: { encription: {} } }, "encription"],
  ["a misspelt requirement, which would require nothing", { requires: { durabilty: "power" } }, "durabilty"],
  ["a session that is none", { session: 5 }, "session"],
  ["a fact of the session that is none", { session: { pid: "x" } }, "session.pid"],
  ["a misspelt fact of the session", { session: { gitcommit: "a1" } }, "gitcommit"],
])("%s is refused at once", (_, options, path) => {
  expect(() => createReprise(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
});

test("a point says which option it is, and has no parts but its own", async () => {
  const reprise = createReprise();
  await expect(reprise.fork("run-1", { at: "step" as never })).rejects.toMatchObject({ code: "INVALID_OPTION", path: "at" });
  await expect(reprise.fork("run-1", { at: { position: 0 } })).rejects.toMatchObject({ code: "INVALID_OPTION", path: "at.position" });
  await expect(reprise.plan("run-1", { address: "step::tool_call", attemp: 1 } as never)).rejects.toMatchObject({ code: "INVALID_OPTION", path: "attemp" });
});
