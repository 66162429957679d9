import { memoryArtifacts, memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, ReplayMode, tool, ValidationMismatchError, type Actor, type ExecutionOutcome, type ValidationReport } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { addOne, counter, multiplyByTwo, recordingSubscriber, virtualSystem } from "../../src/index.ts";
import { backendWith, crashPoint, createWorld, journalOf, rejectionOf, stateId, turns } from "./support/world.ts";

/** Runs a pipeline to its end; gives the backend that holds it. */
async function recorded<Input>(actor: Actor<Input, unknown>, ...[input]: [Input]): Promise<StateBackend> {
  const backend = memoryBackend();
  await createReprise({ backend }).execute<Input, unknown>(actor, ...([input, { stateId }] as never));
  return backend;
}

async function validated(backend: StateBackend, actor: Actor<never, unknown>, options: { inputs?: "live" | "recorded" } = {}): Promise<{ outcome: ExecutionOutcome<unknown>; report: ValidationReport }> {
  const outcome = await createReprise({ backend }).resume(actor, stateId, { mode: "validation", ...options });
  if (outcome.validation === undefined) throw new Error("there is no report");
  return { outcome, report: outcome.validation };
}

const threeLetters: NonNullable<Parameters<typeof llm<void, string, void, string>>[0]["output"]> = {
  "~standard": { version: 1, vendor: "test", validate: (value) => (String(value).length >= 3 ? { value: String(value) } : { issues: [{ message: "too short" }] }) },
};

const lines = (report: ValidationReport): string[] => report.entries.map(({ status, address, differences }) => [status, address, ...differences.map(({ path }) => path)].join(" "));
const mismatches = (report: ValidationReport): string[] => lines(report).filter((line) => !line.startsWith("same") && !line.startsWith("served"));

describe("R5: what a validation does", () => {
  test("R5: the seeds' third test: both steps run again, give 6 and 12, are not replayed, and the report says that all is the same", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    await using first = await reprise.create({ stateId });
    expect(await first.run(multiplyByTwo, await first.run(addOne, 5))).toBe(12);
    await first.saveCheckpoint({ status: "paused" });

    await using state = await reprise.load(stateId, { mode: ReplayMode.VALIDATION });
    expect(await state.try(addOne, 5)).toMatchObject({ ok: true, value: 6, replayed: false });
    expect(await state.try(multiplyByTwo, 6)).toMatchObject({ ok: true, value: 12, replayed: false });
    expect(state.validation).toMatchObject({ ok: true, exitCode: 0, counts: { same: 2 } });
  });

  test("R5: a divergence is reported with its address and the paths of the values, and nothing else is", async () => {
    let broken = false;
    const fetch = tool({ name: "fetch", run: (page: number) => ({ page, items: [{ name: "a", price: page }, { name: broken && page === 2 ? "B" : "b", price: 2 }] }) });
    const total = tool({ name: "total", run: (prices: number[]) => prices.reduce((sum, price) => sum + price, 0) });
    const shop = agent({
      name: "shop",
      run: async (_: void, context) => {
        const pages = await context.map("pages", [1, 2, 3], fetch);
        return context.run(total, pages.flatMap(({ items }) => items.map(({ price }) => price)));
      },
    });
    const backend = await recorded(shop, undefined);
    const fine = await validated(backend, shop);
    expect(mismatches(fine.report)).toEqual([]);
    expect(fine.report.counts.same).toBe(9);
    broken = true;
    const { report, outcome } = await validated(backend, shop);
    expect(mismatches(report)).toEqual(["value shop::pages{1}::fetch::tool_call value.items[1].name"]);
    expect(report).toMatchObject({ ok: false, exitCode: 1 });
    expect(report.entries.find(({ status }) => status === "value")).toMatchObject({
      type: "tool_call",
      recorded: { value: { page: 2, items: [{ name: "a" }, { name: "b" }] } },
      current: { value: { page: 2, items: [{ name: "a" }, { name: "B" }] } },
      differences: [{ kind: "changed", before: "b", after: "B" }],
    });
    expect(outcome).toMatchObject({ status: "completed", value: 12 });
    expect(report.toText()).toBe('run run-1: differs from its record (8 same, 1 value)\nvalue shop::pages{1}::fetch::tool_call\n  value.items[1].name: "b" -> "B"');
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ stateId, exitCode: 1, counts: { value: 1 } });
  });

  test("R5: no lease is taken and the journal is not extended, while another process goes on with the run", async () => {
    const backend = memoryBackend();
    const owner = createReprise({ backend });
    const live = await owner.create({ stateId });
    await live.run(addOne, 1);
    const before = await journalOf(backend);
    const other = createReprise({ backend });
    const state = await other.load(stateId, { mode: "validation" });
    await state.run(addOne, 1);
    await state.run(multiplyByTwo, 4);
    state.storage.set("mine", 1);
    await state.saveCheckpoint({ status: "completed" });
    await state.close();
    expect(await journalOf(backend)).toEqual(before);
    expect(await live.run(addOne, 2)).toBe(3);
    expect(live.storage.get("mine")).toBeUndefined();
    await live.close();
    // Nor does it take the run away from a handle of its own process.
    const second = await owner.load(stateId);
    await (await owner.load(stateId, { mode: "validation" })).close();
    expect(await second.run(addOne, 9)).toBe(10);
    await owner.close();
  });

  test("R5: callers hear the recorded outcomes in the recorded order, however long the handlers take now", async () => {
    const speeds = new Map([["a", 5], ["b", 1], ["c", 3]]);
    const leaf = tool({ name: "leaf", run: async (name: string) => { await turns(speeds.get(name) ?? 0); return name; } });
    const orders: string[][] = [];
    const race = agent({
      name: "race",
      run: async (_: void, context) => {
        const order: string[] = [];
        const helper = async (name: string): Promise<void> => void order.push(await context.run(leaf, name));
        await Promise.all([helper("a"), helper("b"), helper("c")]);
        orders.push(order);
        return order;
      },
    });
    const backend = await recorded(race, undefined);
    speeds.set("b", 30).set("a", 0);
    const { report, outcome } = await validated(backend, race);
    expect(orders).toEqual([["b", "c", "a"], ["b", "c", "a"]]);
    expect(outcome).toMatchObject({ value: ["b", "c", "a"] });
    expect(mismatches(report)).toEqual([]);
  });

  test("R5: a leaf gets its recorded input and one attempt; its callers get what is recorded", async () => {
    const seen: unknown[] = [];
    let factor = 2;
    const scale = tool({ name: "scale", run: (value: number) => value * factor });
    const show = tool({ name: "show", run: (value: number) => { seen.push(value); return value; } });
    const work = agent({ name: "work", run: async (value: number, context) => context.run(show, await context.run(scale, value)) });
    const backend = await recorded(work, 5);
    factor = 3;
    const { report, outcome } = await validated(backend, work);
    expect(seen).toEqual([10, 10]);
    expect(outcome).toMatchObject({ value: 10 });
    expect(mismatches(report)).toEqual(["value work::scale::tool_call value"]);
  });

  test("R5: with live inputs a leaf gets what the code passes now, and its caller the new outcome, paired by number", async () => {
    let factor = 2;
    const scale = tool({ name: "scale", run: (value: number) => value * factor });
    const work = agent({
      name: "work",
      run: async (value: number, context) => {
        const first = await context.run(scale, value);
        context.storage.add("sum", first);
        const second = await context.run(scale, first);
        const inner = await context.map("parts", [first, second], (item: number, branch) => branch.run(scale, item));
        return [first, second, ...inner, context.storage.get("sum")];
      },
    });
    const backend = await recorded(work, 5);
    factor = 3;
    const { report, outcome } = await validated(backend, work, { inputs: "live" });
    expect(outcome).toMatchObject({ value: [15, 45, 45, 135, 15] });
    expect(mismatches(report)).toEqual([
      "value work::agent_call value[0] value[1] value[2] value[3] value[4] storage.get(\"sum\").add",
      "value work::scale::tool_call value",
      "value work::scale#2::tool_call input value",
      "value work::parts::group value[0] value[1]",
      "value work::parts{0}::branch input value",
      "value work::parts{1}::branch input value",
      "value work::parts{0}::scale::tool_call input value",
      "value work::parts{1}::scale::tool_call input value",
    ]);
  });

  test("R5: live inputs: failures and group failures are the new ones", async () => {
    let failing = "none";
    const leaf = tool({ name: "leaf", run: (name: string) => { if (name === failing) throw new Error(`no ${name}`); return name; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        try {
          return await context.map("parts", ["a", "b"], leaf);
        } catch (error) {
          return { outcomes: (error as { outcomes: { ok: boolean; value?: string; error?: Error }[] }).outcomes.map(({ ok, value, error: cause }) => [ok, value ?? cause?.message]) };
        }
      },
    });
    const backend = await recorded(work, undefined);
    failing = "b";
    const { outcome, report } = await validated(backend, work, { inputs: "live" });
    expect(outcome).toMatchObject({ value: { outcomes: [[true, "a"], [false, expect.stringContaining("no b")]] } });
    expect(mismatches(report).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(["type work::agent_call", "error work::parts::group", "error work::parts{1}::branch", "error work::parts{1}::leaf::tool_call"]);
  });
});

describe("R5: what is compared", () => {
  test("R5: values, types and errors; an agent's own outcome too", async () => {
    let now = 1;
    const value = tool({ name: "value", run: () => ({ at: now }) });
    const type = tool({ name: "type", run: () => (now === 1 ? 1 : "1") });
    const fails = tool({ name: "fails", run: () => { throw Object.assign(new Error(`no ${now}`), { code: `E${now}` }); } });
    const recovers = tool({ name: "recovers", run: () => { if (now === 1) throw new Error("once"); return now; } });
    const breaks = tool({ name: "breaks", run: () => { if (now === 2) throw new Error("now"); return now; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        await context.run(value);
        await context.run(type);
        await context.try(fails);
        await context.try(recovers);
        await context.try(breaks);
        return now;
      },
    });
    const backend = await recorded(work, undefined);
    expect(mismatches((await validated(backend, work)).report)).toEqual([]);
    now = 2;
    expect(mismatches((await validated(backend, work)).report)).toEqual([
      "value work::agent_call value",
      "value work::value::tool_call value.at",
      "type work::type::tool_call value",
      "error work::fails::tool_call error.message error.code",
      "error work::recovers::tool_call error value",
      "error work::breaks::tool_call value error",
    ]);
  });

  test("R5: what a leaf writes to the storage is compared, and only the recorded writes are seen", async () => {
    let amount = 1;
    const count = tool({ name: "count", run: (_: void, { storage }) => { storage.add("count", amount); storage.set("last", { amount: 1 }); } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(count); await context.run(count); return context.storage.get("count"); } });
    const backend = await recorded(work, undefined);
    amount = 5;
    const { report, outcome } = await validated(backend, work);
    expect(outcome).toMatchObject({ value: 2 });
    expect(mismatches(report)).toEqual(['value work::count::tool_call storage.get("count").add', 'value work::count#2::tool_call storage.get("count").add']);
  });

  test("R5: artifacts are read from where they are, new ones stay on the overlay and are compared by their content", async () => {
    let text = "one";
    const put = tool({ name: "put", run: async (_: void, { artifacts }) => { artifacts.put("page", { text }); return (await artifacts.get("page")) !== undefined; } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(put); return context.artifacts.get<{ text: string }>("page"); } });
    const [backend, artifacts] = [memoryBackend(), memoryArtifacts()];
    await createReprise({ backend, artifacts }).execute(work, undefined, { stateId });
    text = "two";
    const puts: number[] = [];
    const watched = { ...artifacts, put: (bytes: Uint8Array) => { puts.push(bytes.length); return artifacts.put(bytes); } };
    const outcome = await createReprise({ backend, artifacts: watched }).resume(work, stateId, { mode: "validation" });
    expect(outcome).toMatchObject({ status: "completed", value: { text: "one" } });
    expect(mismatches(outcome.validation as ValidationReport)).toEqual(['value work::put::tool_call artifacts.get("page").id']);
    expect(puts).toEqual([]);
  });

  test("R5: an actor says how it is compared: not at all but for success and schema, or by a function of its own", async () => {
    let now = 1;
    const free = llm({ name: "free", determinism: "non_deterministic", output: threeLetters, run: () => (now === 3 ? "x" : `text ${now}`) });
    const near = tool({ name: "near", run: () => 1 + now / 10, compare: (recorded, current) => Math.abs(recorded - current) < 0.15 });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(free); await context.run(near); } });
    const backend = await recorded(work, undefined);
    now = 2;
    expect(mismatches((await validated(backend, work)).report)).toEqual([]);
    now = 3;
    expect(mismatches((await validated(backend, work)).report)).toEqual(["error work::free::llm_call value error", "value work::near::tool_call value"]);
    const wrong = tool({ name: "near", run: () => 1, compare: (() => "yes") as never });
    const { outcome } = await validated(backend, agent({ name: "work", run: async (_: void, context) => { await context.run(free); await context.run(wrong); } }));
    expect(outcome).toMatchObject({ status: "failed", error: { code: "INVALID_DEFINITION", path: "compare" } });
  });

  test("R5: calls the code no longer makes are missing, calls it newly makes are extra and run on the overlay", async () => {
    const leaf = counter<string>({ name: "leaf" });
    const pay = counter<number>({ name: "pay", repeatable: false });
    const inner = (names: readonly string[], pays: boolean): Actor<void, unknown> =>
      agent({
        name: "inner",
        run: async (_: void, context) => {
          const values: unknown[] = [];
          for (const name of names) values.push(await context.run(leaf.actor, name, { key: name }));
          if (pays) values.push(await context.run(pay.actor, 1).catch((error: unknown) => (error as { code: string }).code));
          return values;
        },
      });
    const work = (names: readonly string[], pays = false): Actor<void, unknown> => agent({ name: "work", run: async (_: void, context) => context.run(inner(names, pays)) });
    const backend = await recorded(work(["a", "b", "c"]), undefined);
    const { report, outcome } = await validated(backend, work(["a", "d", "c"], true));
    expect(mismatches(report)).toEqual([
      "value work::inner::agent_call value[1] value[3]",
      "missing work::inner::leaf[b]::tool_call",
      "extra work::inner::leaf[d]::tool_call",
      "extra work::inner::pay::tool_call",
    ]);
    expect(report.entries.find(({ status }) => status === "extra")).toMatchObject({ current: { value: "d" } });
    expect(pay.runs).toBe(0);
    expect(leaf.runs).toBe(6);
    expect(outcome).toMatchObject({ value: ["a", "b", "c"] });
  });

  test("R5: of an extra agent only the agent is named, and it gets what its calls give", async () => {
    const helper = agent({ name: "helper", run: async (value: number, context) => context.run(addOne, await context.run(multiplyByTwo, value)) });
    let more = false;
    const values: unknown[] = [];
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(addOne, 1); if (more) values.push(await Promise.all([context.run(helper, 5), context.map("all", [1, 2], helper)])); } });
    const backend = await recorded(work, undefined);
    more = true;
    expect(mismatches((await validated(backend, work)).report)).toEqual(["extra work::helper::agent_call", "extra work::all::group"]);
    expect(values).toEqual([[11, [3, 5]]]);
  });

  test("R5: a changed input of a recorded call is a difference of that call", async () => {
    const leaf = tool({ name: "leaf", run: ({ topic }: { topic: string }) => topic.length });
    let topic = "sagas";
    const work = agent({ name: "work", run: async (_: void, context) => context.run(leaf, { topic }) });
    const backend = await recorded(work, undefined);
    topic = "edda";
    const { report } = await validated(backend, work);
    expect(mismatches(report)).toEqual(["value work::leaf::tool_call input.topic"]);
  });
});

describe("R5: what is served from the record", () => {
  test("R5: what must not happen twice is not run, and neither is what was cancelled", async () => {
    const pay = counter<number>({ name: "pay", repeatable: false });
    const slow = counter<void, unknown>({ name: "slow", run: () => new Promise(() => undefined) });
    const work = agent({ name: "work", run: async (_: void, context) => { const paid = await context.run(pay.actor, 1); void context.run(slow.actor).catch(() => undefined); return context.run(addOne, paid); } });
    const backend = memoryBackend();
    await createReprise({ backend, graceMs: 0 }).execute(work, undefined, { stateId });
    const { report, outcome } = await validated(backend, work);
    expect(lines(report)).toEqual(["same work::agent_call", "served work::pay::tool_call", "served work::slow::tool_call", "same work::add_one::tool_call"]);
    expect(report).toMatchObject({ ok: true, exitCode: 0 });
    expect([pay.runs, slow.runs]).toEqual([1, 1]);
    expect(outcome).toMatchObject({ value: 2 });
  });

  test("R5: an agent that ran out of time is served as a whole", async () => {
    const system = virtualSystem();
    const slow = tool({ name: "slow", run: () => new Promise((resolve) => void system.setTimer(100, () => resolve(1))) });
    const late = agent({ name: "late", attemptTimeoutMs: 10, run: async (_: void, context) => context.run(slow) });
    const work = agent({ name: "work", run: async (_: void, context) => (await context.try(late)).ok });
    const backend = memoryBackend({ system });
    await system.runUntil(createReprise({ backend, system, graceMs: 0 }).execute(work, undefined, { stateId }));
    const outcome = await system.runUntil(createReprise({ backend, system, graceMs: 0 }).resume(work, stateId, { mode: "validation" }));
    expect(lines(outcome.validation as ValidationReport)).toEqual(["same work::agent_call", "served work::late::agent_call"]);
  });

  test("R5: a leaf keeps its limit of time: one that had run out of it does so again", async () => {
    const system = virtualSystem();
    let takesMs = 100;
    const slow = tool({ name: "slow", attemptTimeoutMs: 10, run: () => new Promise((resolve) => void system.setTimer(takesMs, () => resolve(1))) });
    const work = agent({ name: "work", run: async (_: void, context) => (await context.try(slow)).ok });
    const backend = memoryBackend({ system });
    await system.runUntil(createReprise({ backend, system, graceMs: 1 }).execute(work, undefined, { stateId }));
    const again = (): Promise<ExecutionOutcome<unknown>> => system.runUntil(createReprise({ backend, system, graceMs: 1 }).resume(work, stateId, { mode: "validation" }));
    expect((await again()).validation?.counts).toMatchObject({ same: 2 });
    takesMs = 5;
    expect(mismatches((await again()).validation as ValidationReport)).toEqual(["error work::slow::tool_call error value"]);
  });

  test("R5: sleeps take no time: recorded ones are served, new ones end at once, and the time told is the recorded one", async () => {
    const system = virtualSystem({ now: 1_000 });
    let more = false;
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const before = context.now();
        await context.sleep(60_000);
        if (more) await context.sleep(3_600_000);
        return [before, context.now(), context.random()];
      },
    });
    const backend = memoryBackend({ system });
    const first = await system.runUntil(createReprise({ backend, system, suspendAfterMs: Number.POSITIVE_INFINITY }).execute(work, undefined, { stateId }));
    const at = system.now();
    const again = (): Promise<ExecutionOutcome<unknown>> => system.runUntil(createReprise({ backend, system }).resume(work, stateId, { mode: "validation" }));
    const fine = await again();
    expect(fine).toMatchObject({ status: "completed", value: (first as { value?: unknown }).value });
    expect(lines(fine.validation as ValidationReport)).toEqual(["same work::agent_call", "served work::sleep::sleep_call"]);
    more = true;
    expect(mismatches((await again()).validation as ValidationReport)).toEqual(["extra work::sleep#2::sleep_call"]);
    expect(system.now()).toBe(at);
  });

  test("R5: an answer is served from the record; a wait that is not recorded is refused, for nobody answers a validation", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    let more = false;
    const work = agent({ name: "work", run: async (_: void, context) => { const approved = await context.waitFor("approval"); const second = more ? await context.waitFor("again").catch((error: unknown) => (error as { code: string }).code) : "none"; return [approved, second]; } });
    expect((await reprise.execute(work, undefined, { stateId })).status).toBe("awaiting");
    const waiting = await validated(backend, work);
    expect([mismatches(waiting.report), waiting.outcome]).toMatchObject([[], { status: "failed", error: { code: "RECORD_ENDED" } }]);
    await reprise.answer(stateId, "approval", true);
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: [true, "none"] });
    expect(lines((await validated(backend, work)).report)).toEqual(["same work::agent_call", "served work::approval::wait_call"]);
    more = true;
    expect(mismatches((await validated(backend, work)).report)).toEqual(["value work::agent_call value[1]", "extra work::again::wait_call"]);
  });

  test("R5: nothing is published of what is executed again, and nothing is said to be reused", async () => {
    const work = agent({ name: "work", run: async (_: void, context) => context.run(addOne, await context.run(addOne, 1)) });
    const backend = await recorded(work, undefined);
    const heard = recordingSubscriber();
    await createReprise({ backend, subscribers: [heard] }).resume(work, stateId, { mode: "validation" });
    expect([heard.of("event"), heard.of("recovered"), heard.of("log")]).toEqual([[], [], []]);
  });
});

describe("R5: runs that failed, were retried, or have not ended", () => {
  test("R5: a run that failed is validated to its failure", async () => {
    const fails = tool({ name: "fails", run: () => { throw new Error("no"); } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(addOne, 1); await context.run(fails); } });
    const backend = await recorded(work, undefined);
    const { report, outcome } = await validated(backend, work);
    expect(lines(report)).toEqual(["same work::agent_call", "same work::add_one::tool_call", "same work::fails::tool_call"]);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED" } });
  });

  test("R5: a run that has not ended is validated as far as its record reaches, and nothing new is run", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const later = counter<number>({ name: "later" });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const [one] = await Promise.all([context.run(addOne, 1), context.map("parts", [1, 2], (item: number, branch) => branch.run(multiplyByTwo, item))]);
        await Promise.all([context.run(point.actor, one), context.run(addOne, 7)]);
        return context.run(later.actor, one);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    const before = await world.journal();
    const { report, outcome } = await validated(world.disk, work);
    expect(mismatches(report)).toEqual([]);
    expect(report.counts.same).toBeGreaterThanOrEqual(6);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "RECORD_ENDED", address: "work::crash_point::tool_call" } });
    expect(later.runs).toBe(0);
    expect(await world.journal()).toEqual(before);
  });

  test("R5: after every prefix of the journal, the validation is in order and ends", async () => {
    let attempts = 0;
    const flaky = tool({ name: "flaky", run: (_: void, { attempt }) => { attempts += 1; if (attempt < 2) throw new Error("once"); return attempt; } });
    const inner = agent({ name: "inner", retry: { config: null, maxAttempts: 2, decide: ({ failures }) => (failures < 2 ? { retry: true, delayMs: 0 } : { retry: false, reason: "exhausted" }) }, run: async (name: string, context) => { const value = await context.run(addOne, 1); await context.run(flaky); return [name, value]; } });
    const work = agent({ name: "work", run: async (_: void, context) => { const all = await Promise.all([context.run(inner, "a"), context.map("parts", ["b", "c"], inner, { maxWorkers: 1 })]); await context.try(flaky); return all; } });
    const full = await journalOf(await recorded(work, undefined));
    expect(attempts).toBeGreaterThan(4);
    for (let length = 2; length <= full.length; length += 1) {
      // One append with the record before it.
      if (full[length]?.k === "retrying") continue;
      const { report, outcome } = await validated(await backendWith(full.slice(0, length)), work);
      expect([length, ...mismatches(report)]).toEqual([length]);
      if (outcome.status === "failed") expect([length, outcome.error]).toMatchObject([length, { code: "RECORD_ENDED" }]);
    }
    const whole = await validated(await backendWith(full), work);
    expect(whole.outcome.status).toBe("completed");
  });
});

describe("R5: throwOnMismatch and misuse", () => {
  test("R5: throwOnMismatch throws a typed error that carries the report", async () => {
    let factor = 2;
    const scale = tool({ name: "scale", run: (value: number) => value * factor });
    const work = agent({ name: "work", run: async (value: number, context) => context.run(scale, value) });
    const backend = await recorded(work, 5);
    const reprise = createReprise({ backend });
    expect((await reprise.resume(work, stateId, { mode: "validation", throwOnMismatch: true })).status).toBe("completed");
    factor = 3;
    const error = await rejectionOf(reprise.resume(work, stateId, { mode: "validation", throwOnMismatch: true }));
    expect(error).toBeInstanceOf(ValidationMismatchError);
    expect(error).toMatchObject({ code: "VALIDATION_MISMATCH", address: "work::scale::tool_call", report: { exitCode: 1 } });
    const state = await reprise.load(stateId, { mode: "validation", throwOnMismatch: true });
    await state.run(work, 5);
    expect(await rejectionOf(state.close())).toMatchObject({ code: "VALIDATION_MISMATCH" });
  });

  test("R5: what a loaded run was not asked for is missing once it is closed", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const first = await reprise.create({ stateId });
    await first.run(addOne, 1);
    await first.run(multiplyByTwo, 2);
    await first.close();
    const state = await reprise.load(stateId, { mode: "validation" });
    await state.run(addOne, 1);
    expect(state.validation).toMatchObject({ ok: true });
    await state.close();
    expect(state.validation?.entries.map(({ status, address }) => `${status} ${address}`)).toEqual(["same add_one::tool_call", "missing multiply_by_two::tool_call"]);
  });

  test("R5: unknown modes and options that need another mode are refused, and a run that is not there is not found", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    for (const options of [{ mode: "replay" }, { inputs: "live" }, { throwOnMismatch: true }, { mode: "validation", inputs: "other" }, { mode: "validation", throwOnMismatch: 1 }, { mode: "validation", resumeFrom: "a::tool_call" }]) {
      expect((await rejectionOf(reprise.load(stateId, options as never))).code).toBe("INVALID_OPTION");
    }
    for (const load of [reprise.load(stateId, { mode: "validation" }), reprise.resume(addOne, stateId, { mode: "validation" }), reprise.execute(addOne, 1, { stateId, mode: "validation" })]) {
      expect((await rejectionOf(load)).code).toBe("NOT_FOUND");
    }
    expect((await reprise.list()).rows).toEqual([]);
    for (const definition of [{ determinism: "sometimes" }, { compare: 1 }, { compare: () => true, determinism: "non_deterministic" }]) {
      expect(() => tool({ name: "a", run: () => 1, ...(definition as object) })).toThrow(expect.objectContaining({ code: expect.stringMatching(/^INVALID_/) }));
    }
  });
});
