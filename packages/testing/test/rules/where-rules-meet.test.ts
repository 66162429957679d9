import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type AgentContext, type ValidationReport } from "@reprise/core";
import { expect, test } from "vitest";
import { counter } from "../../src/index.ts";
import { crashPoint, createWorld, latch, stateId, turns } from "./support/world.ts";

// Waits, cuts, forks, validations and crashes, two or three at a time: each has tests of its own elsewhere.

const echo = tool({ name: "echo", run: (text: string) => text });

function agentOf<Output>(run: (context: AgentContext) => Promise<Output>) {
  return agent({ name: "work", run: (_input: void, context) => run(context) });
}

const lines = (report: ValidationReport | undefined): string[] | undefined => report?.entries.map(({ status, address }) => `${status} ${address}`);

test("H4, I4: an answer is not forgotten before its record is kept, also where records are kept at checkpoints only", async () => {
  const world = createWorld();
  const point = crashPoint(world.disk);
  const work = agentOf(async (context) => {
    const answer = await context.waitFor("approval");
    await context.run(point.actor, 1);
    return [answer, await context.waitFor("other")];
  });
  const options = { durability: "checkpoint" } as const;
  await world.begin(options).reprise.execute(work, undefined, { stateId });
  const { reprise } = world.begin(options);
  await reprise.answer(stateId, "approval", "yes");
  await reprise.answer(stateId, "other", "too early");
  void reprise.resume(work, stateId);
  await point.crashed;
  expect((await world.resume(work, {}, options)).outcome).toMatchObject({ status: "completed", value: ["yes", "too early"] });
});

test("I4: an answer that was meant for one wait, and comes when that is over, does not go to the next wait of its name", async () => {
  const inner = memoryBackend();
  const posting = latch();
  let slow = true;
  const backend = {
    ...inner,
    post: async (...given: Parameters<typeof inner.post>) => {
      if (slow) await posting.promise;
      return inner.post(...given);
    },
  };
  const reprise = createReprise({ backend });
  const work = agentOf(async (context) => [await context.waitFor("approval"), await context.waitFor("approval")]);
  await reprise.execute(work, undefined, { stateId });
  const late = reprise.answer(stateId, "approval", "yes, the first");
  await turns();
  slow = false;
  await reprise.answer(stateId, "approval", "no");
  expect((await reprise.resume(work, stateId)).status).toBe("awaiting");
  posting.open();
  await late;
  expect(await reprise.resume(work, stateId)).toMatchObject({ status: "awaiting", pending: [{ address: "work::approval#2::wait_call" }] });
  expect((await reprise.list({ dueBefore: Date.now() })).rows).toEqual([]);
});

test("I4, R9: an unread answer to a wait that a rewind has hidden does not go to the one that asks again", async () => {
  const world = createWorld();
  const { reprise, heard } = world.begin();
  const work = agentOf(async (context) => [await context.run(echo, "draft"), await context.waitFor("approval")]);
  await reprise.execute(work, undefined, { stateId });
  await reprise.answer(stateId, "approval", "of the first draft");
  await reprise.rewind(stateId, { address: "work::echo::tool_call" });
  expect((await reprise.resume(work, stateId)).status).toBe("awaiting");
  expect(heard.of("log").map(({ code }) => code)).toContain("ANSWER_TOO_LATE");
  await reprise.answer(stateId, "approval", "of the second draft");
  expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: ["draft", "of the second draft"] });
});

test("I4, R9: an unread answer to a wait that a rewind has kept is given to it", async () => {
  const world = createWorld();
  const { reprise } = world.begin();
  const work = agentOf((context) => Promise.all([context.waitFor("approval"), context.run(echo, "later")]));
  await reprise.execute(work, undefined, { stateId });
  await reprise.answer(stateId, "approval", "yes");
  await reprise.rewind(stateId, { address: "work::echo::tool_call" });
  expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: ["yes", "later"] });
});
