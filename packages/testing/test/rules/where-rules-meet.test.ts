import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type AgentContext, type ValidationReport } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { expect, test } from "vitest";
import { counter, virtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, latch, rejectionOf, stateId, turns } from "./support/world.ts";

// Waits, cuts, forks, validations and crashes, two or three at a time: each has tests of its own elsewhere.

const echo = tool({ name: "echo", run: (text: string) => text });

function agentOf<Output>(run: (context: AgentContext) => Promise<Output>) {
  return agent({ name: "work", run: (_input: void, context) => run(context) });
}

const lines = (report: ValidationReport | undefined): string[] | undefined => report?.entries.map(({ status, address }) => `${status} ${address}`);

test.each(["recorded", "live"] as const)("R5, R10: a validation serves what a fork has pinned, and runs no handler for it, inputs %s", async (inputs) => {
  const backend = memoryBackend();
  const reprise = createReprise({ backend });
  const draft = counter<string>({ name: "draft", run: (text) => `${text}!` });
  const send = counter<string>({ name: "send", run: (text) => `${text} was sent` });
  const work = agentOf(async (context) => context.run(send.actor, await context.run(draft.actor, "letter")));
  await reprise.execute(work, undefined, { stateId });
  await reprise.fork(stateId, { stateId: "fork", pin: { "work::send::tool_call": "nothing was sent" } });
  await reprise.resume(work, "fork");
  const outcome = await reprise.resume(work, "fork", { mode: "validation", inputs });
  expect(outcome).toMatchObject({ status: "completed", value: "nothing was sent" });
  expect(lines(outcome.validation)).toEqual(["same work::agent_call", "same work::draft::tool_call", "served work::send::tool_call"]);
  expect([draft.runs, send.runs]).toEqual([2, 1]);
});

test("R5, R10: a pinned call that is new to the record gets what is pinned in a validation, too", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const send = counter<string>({ name: "send", run: (text) => `${text} was sent` });
  let again = true;
  const work = agentOf(async (context) => (again ? context.run(send.actor, "letter") : "nothing"));
  await reprise.execute(work, undefined, { stateId });
  await reprise.fork(stateId, { stateId: "fork", pin: { "work::send::tool_call": "nothing was sent" } });
  again = false;
  await reprise.resume(work, "fork");
  again = true;
  const outcome = await reprise.resume(work, "fork", { mode: "validation" });
  expect(outcome.validation?.entries).toMatchObject([{ status: "value", address: "work::agent_call" }, { status: "extra", current: { value: "nothing was sent" } }]);
  expect(send.runs).toBe(1);
});

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

test("S7, I3: the checkpoint of a suspension says what its process has made of the record", async () => {
  const world = createWorld();
  const work = agentOf(async (context) => [await context.run(echo, "a"), await context.waitFor("approval"), await context.waitFor("another")]);
  const { reprise } = world.begin();
  await reprise.execute(work, undefined, { stateId });
  await reprise.answer(stateId, "approval", true);
  await world.resume(work);
  const checkpoints = (await world.journal()).filter(({ k }) => k === "checkpoint");
  expect(checkpoints).toMatchObject([{ status: "awaiting" }, { status: "awaiting", reuse: { reused: 1, executed: 0, reentered: 1 } }]);
  expect(checkpoints[0]).not.toHaveProperty("reuse");
});

test("S3, S7: so does a checkpoint that is written by itself", async () => {
  const world = createWorld();
  const point = crashPoint(world.disk);
  const work = agentOf(async (context) => [await context.run(echo, "a"), await context.run(point.actor, 1)]);
  const options = { autoCheckpoint: { after: ["tool_call"] } } as const;
  await world.runUntilCrash(work, undefined, point, options);
  await world.resume(work, {}, options);
  const checkpoints = (await world.journal()).filter(({ k }) => k === "checkpoint");
  expect(checkpoints).toMatchObject([{ auto: 1 }, { auto: 1, reuse: { reused: 1, executed: 1, reentered: 1 } }, { status: "completed" }]);
  expect(checkpoints[0]).not.toHaveProperty("reuse");
});

test("S1, R9: a leaf that began anew after a rewind and is lost sees the storage that it saw when it began anew", async () => {
  const world = createWorld();
  const seen: unknown[] = [];
  const never = tool({
    name: "never",
    run: (_input: void, context) => {
      seen.push(context.storage.get("key"));
      return new Promise(() => undefined);
    },
  });
  const first = await world.begin().reprise.create({ stateId });
  void first.run(never);
  await turns();
  first.storage.set("key", "value");
  await first.run(echo, "x");
  world.disk.crash();
  const { reprise } = world.begin();
  await reprise.rewind(stateId, { position: 5 });
  void (await reprise.load(stateId)).run(never);
  await turns();
  world.disk.crash();
  void (await world.begin().reprise.load(stateId)).run(never);
  await turns();
  expect(seen).toEqual([undefined, "value", "value"]);
});

test("I4, R9, S8: nor does it when the run moves before anybody has read it", async () => {
  const { reprise } = createWorld().begin();
  const work = agentOf(async (context) => [await context.run(echo, "draft"), await context.waitFor("approval")]);
  await reprise.execute(work, undefined, { stateId });
  await reprise.answer(stateId, "approval", "of the first draft");
  await reprise.rewind(stateId, { address: "work::echo::tool_call" });
  const elsewhere = createReprise({ backend: memoryBackend() });
  await elsewhere.import(await reprise.handOff(stateId));
  expect(await elsewhere.resume(work, stateId)).toMatchObject({ status: "awaiting", pending: [{ name: "approval" }] });
});

test("R1, S7: waiting is no work: a reused wait or sleep saves none, nor does what holds one", async () => {
  const system = virtualSystem();
  const world = createWorld();
  const asking = agent({ name: "asking", run: (_input: void, context) => context.waitFor("approval") });
  const work = agentOf(async (context) => {
    await context.sleep(3_600_000);
    return [await context.run(asking), await context.waitFor("other")];
  });
  const { reprise, heard } = world.begin({ system });
  await system.runUntil(reprise.execute(work, undefined, { stateId }));
  await system.advance(3_600_000);
  await reprise.answer(stateId, "approval", "yes");
  await system.runUntil(reprise.resume(work, stateId));
  const { reuse } = await system.runUntil(reprise.resume(work, stateId));
  expect(heard.of("recovered").map(({ address, savedMs }) => [address, savedMs])).toEqual([
    ["work::sleep::sleep_call", 0],
    ["work::asking::agent_call", 0],
  ]);
  expect(reuse).toMatchObject({ reused: 2, savedMs: 0 });
});

test.each(["by execute", "by hand"])("R5, R9: the record of a rewound run ends where its leaves begin anew: a validation runs none of them; driven %s", async (driven) => {
  const world = createWorld();
  const hangs = counter<string>({ name: "hangs", run: () => new Promise<string>(() => undefined) });
  const both = (context: Pick<AgentContext, "run">) => Promise.all([context.run(hangs.actor, "a"), context.run(echo, "b")]);
  const work = agentOf(both);
  const { reprise } = world.begin();
  if (driven === "by hand") void both(await reprise.create({ stateId }));
  else void reprise.execute(work, undefined, { stateId });
  await turns();
  world.disk.crash();
  const again = world.begin().reprise;
  await again.rewind(stateId, { position: (await world.journal()).length });
  const begun = hangs.runs;
  await using state = await again.load(stateId, { mode: "validation" });
  expect((await rejectionOf(driven === "by hand" ? both(state) : state.run(work))).code).toBe("RECORD_ENDED");
  expect(state.validation?.counts.extra).toBe(0);
  expect(hangs.runs).toBe(begun);
});

test("R5, R9: a run that was rewound to before its beginning has nothing to validate", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const step = counter<string>({ name: "step", run: (text) => text });
  const work = agentOf((context) => context.run(step.actor, "a"));
  await reprise.execute(work, undefined, { stateId });
  await reprise.rewind(stateId, { address: "work::agent_call" });
  const outcome = await reprise.resume(work, stateId, { mode: "validation" });
  expect(outcome).toMatchObject({ status: "failed", error: { code: "RECORD_ENDED" }, validation: { entries: [], exitCode: 0 } });
  expect(step.runs).toBe(1);
});

test("R5, T7: an agent that is not recorded is tried again on the overlay as in a run of its own", async () => {
  const reprise = createReprise({ backend: memoryBackend(), retry: retryProvider() });
  const fails = tool({
    name: "fails",
    retry: false,
    run: (_input: void, context) => {
      if (context.attempt < 2) throw new Error("not yet");
      return "in the end";
    },
  });
  const inner = agent({ name: "inner", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), run: async (_input: void, context) => [await context.run(echo, "a"), await context.run(fails)] });
  let asks = false;
  const work = agentOf(async (context) => (asks ? context.run(inner) : []));
  await reprise.execute(work, undefined, { stateId });
  asks = true;
  const { validation } = await reprise.resume(work, stateId, { mode: "validation" });
  expect(validation?.entries).toMatchObject([{ status: "value" }, { status: "extra", address: "work::inner::agent_call", current: { value: ["a", "in the end"] } }]);
});

test("I4, S3: a run that is closed while an answer is checked does not take its lease again", async () => {
  const world = createWorld();
  const checking = latch();
  const checked = latch();
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: async (value: unknown) => {
        checking.open();
        await checked.promise;
        return { value };
      },
    },
  };
  const { reprise } = world.begin();
  const state = await reprise.create({ stateId });
  // Somebody looks for answers, so that the early one is kept in the journal and offered to the wait from there.
  void state.waitFor("another").catch(() => undefined);
  await reprise.answer(stateId, "approval", "yes");
  await state.run(echo, "a");
  // Turn by turn: soon after, the run is suspended, for it can only wait.
  while ((await world.journal()).every(({ k }) => k !== "message")) await turns(1);
  const waiting = rejectionOf(state.waitFor("approval", { schema }));
  await checking.promise;
  const closed = state.close();
  await turns();
  checked.open();
  await closed;
  expect((await waiting).code).toBe("CLOSED");
  await turns();
  expect(await reprise.head(stateId)).toMatchObject({ lease: "none", epoch: 1 });
});

test("R5, S3: of a checkpoint that a validation is asked for, which is kept nowhere, nobody is told", async () => {
  const world = createWorld();
  const { reprise, heard } = world.begin();
  await reprise.execute(agentOf((context) => context.run(echo, "a")), undefined, { stateId });
  const told = heard.of("checkpoint").length;
  await using state = await reprise.load(stateId, { mode: "validation" });
  await state.saveCheckpoint({ status: "paused" });
  expect(heard.of("checkpoint").length).toBe(told);
  expect(await reprise.head(stateId)).toMatchObject({ status: "completed" });
});

test("R7, R10: what a fork has pinned stays pinned where a pass gives it another input or version; among several of its name it cannot be told", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const ran: string[] = [];
  const leaf = (name: string, version: string) => tool({ name, version, run: (input: string) => { ran.push(`${name}${version}(${input})`); return `${name}${version}`; } });
  const work = (version: string) =>
    agent({
      name: "work",
      run: async (_input: undefined, context) => {
        const plan = await context.run(leaf("plan", version), "in");
        const only = await context.run(leaf("only", version), plan);
        const keyed = await context.run(leaf("many", version), plan, { key: "a" });
        return [only, keyed, await context.run(leaf("many", version), plan)];
      },
    });
  await reprise.execute(work("1"), undefined, { stateId });
  await reprise.fork(stateId, { stateId: "fork", pin: { "work::only::tool_call": "pinned", "work::many[a]::tool_call": "pinned, too" } });
  expect(await reprise.resume(work("1"), "fork")).toMatchObject({ value: ["pinned", "pinned, too", "many1"] });
  ran.length = 0;
  expect(await reprise.resume(work("2"), "fork", { mode: "incremental" })).toMatchObject({ value: ["pinned", "pinned, too", "many2"] });
  expect(ran).toEqual(["plan2(in)", "many2(plan2)"]);
});

test("R7, R10: what a fork has pinned stays pinned when the fork is made anew, forced or not", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const send = counter<string>({ name: "send", run: (text) => `${text} was sent` });
  const inner = agent({ name: "inner", run: (_input: void, context) => context.run(send.actor, "inner") });
  const work = agentOf(async (context) => [await context.run(inner), await context.run(send.actor, "outer")]);
  await reprise.execute(work, undefined, { stateId });
  await reprise.fork(stateId, { stateId: "fork", pin: { "work::inner::agent_call": "pinned", "work::send::tool_call": "pinned, too" } });
  for (const options of [{}, { mode: "incremental" }, { mode: "incremental", force: ["work::inner::agent_call", "work::send::tool_call"] }] as const) {
    expect(await reprise.resume(work, "fork", options)).toMatchObject({ status: "completed", value: ["pinned", "pinned, too"] });
  }
  expect(send.runs).toBe(2);
});

test("R7, S10, R5: a run that was made anew, waits and races included, is intact and validates as the same", async () => {
  const { reprise } = createWorld().begin();
  let edition = "1";
  const work = agentOf(async (context) => {
    const answer = await context.waitFor("approval");
    return Promise.race([context.waitFor("never"), context.run(echo, `${edition} ${String(answer)}`)]);
  });
  await reprise.execute(work, undefined, { stateId });
  await reprise.answer(stateId, "approval", "yes");
  await reprise.resume(work, stateId);
  edition = "2";
  expect(await reprise.resume(work, stateId, { mode: "incremental" })).toMatchObject({ status: "completed", value: "2 yes" });
  expect((await reprise.verify(stateId)).findings).toEqual([]);
  const { validation } = await reprise.resume(work, stateId, { mode: "validation" });
  expect(lines(validation)).toEqual(["same work::agent_call", "served work::approval::wait_call", "served work::never::wait_call", "same work::echo#2::tool_call"]);
});
