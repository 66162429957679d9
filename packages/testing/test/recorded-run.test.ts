import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool, type StateSnapshot } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { retryProvider } from "@reprise/retry";
import { expect, onTestFinished, test } from "vitest";
import { addOne, recordedRun, virtualSystem } from "../src/index.ts";

// How to know that it works: code that does what it did passes without running a handler; each way of doing something else is told, with
// the call.

const open = (): StateBackend => memoryBackend();

interface Variant {
  readonly factor?: number;
  readonly skip?: boolean;
  readonly extra?: boolean;
}

/** The code of a pipeline as it was, or with a change; leaves count how often they run. */
function pipeline({ factor = 2, skip = false, extra = false }: Variant = {}) {
  const ran: string[] = [];
  const fetch = tool({ name: "fetch", run: (url: string) => (ran.push("fetch"), { url, at: new Date(5) }) });
  const judge = llm({ name: "judge", run: (score: number) => (ran.push("judge"), score > 3 ? "good" : "bad") });
  const more = tool({ name: "more", run: () => "more" });
  const work = agent({
    name: "work",
    run: async (urls: readonly string[], context) => {
      const pages = await context.map("pages", urls, fetch);
      await context.sleep(3_600_000);
      if (!skip) await context.run(judge, pages.length * factor);
      if (extra) await context.run(more);
      return [pages[0]?.at, await context.waitFor("approval")];
    },
  });
  return { work, ran };
}

async function recorded(): Promise<StateSnapshot> {
  const { work } = pipeline();
  const system = virtualSystem({ now: 1_000_000 });
  const own = createReprise({ backend: memoryBackend(), system });
  await system.runUntil(own.execute(work, ["a", "bb"], { stateId: "run-1" }));
  await system.advance(3_600_000);
  await system.runUntil(own.resume(work, "run-1"));
  await system.runUntil(own.answer("run-1", "approval", new Map([[1, true]])));
  const outcome = await system.runUntil(own.resume(work, "run-1"));
  expect(outcome.status).toBe("completed");
  // As it would lie beside a test.
  return JSON.parse(JSON.stringify(await own.snapshot("run-1"))) as StateSnapshot;
}

test("code that does what it did passes, and no handler runs", async () => {
  const snapshot = await recorded();
  const { work, ran } = pipeline();
  const run = recordedRun(snapshot, { open });
  expect(run.input).toEqual(["a", "bb"]);
  const { outcome, differences } = await run.replay(work);
  expect(differences).toEqual([]);
  expect(outcome).toMatchObject({ status: "completed", value: [new Date(5), new Map([[1, true]])] });
  await run.check(work);
  expect(ran).toEqual([]);
});

test.each([
  ["another input", { factor: 3 }, /work::judge::llm_call differs in input/],
  ["a call that is missing", { skip: true }, /work::judge::llm_call is not called any more/],
  ["a new call", { extra: true }, /work::more::tool_call is new/],
] as const)("%s is told", async (_, variant, message) => {
  await expect(recordedRun(await recorded(), { open }).check(pipeline(variant).work)).rejects.toThrow(message);
});

test("a run of a single leaf, and one that failed, can be replayed; a snapshot without a call cannot", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  await reprise.execute(addOne, 1, { stateId: "leaf" });
  await recordedRun(await reprise.snapshot("leaf"), { open }).check(addOne);
  const failing = agent({ name: "failing", run: async (value: number, context) => Promise.reject(new Error(`no ${await context.run(addOne, value)}`)) });
  await reprise.execute(failing, 1, { stateId: "failed" });
  await recordedRun(await reprise.snapshot("failed"), { open }).check(failing);
  await (await reprise.create({ stateId: "empty" })).close();
  const empty = await reprise.snapshot("empty");
  expect(() => recordedRun(empty, { open })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "snapshot", message: expect.stringMatching(/run empty has no call that the run began with/u) }));
});

test("why a replay failed is told, and is the cause", async () => {
  const asked = tool({ name: "asked", retry: { maxAttempts: 2 }, run: () => 1 });
  const asking = agent({ name: "asking", run: (_input: undefined, context) => context.run(asked) });
  const retry = retryProvider();
  const reprise = createReprise({ backend: memoryBackend(), retry });
  await reprise.execute(asking, undefined, { stateId: "asked" });
  const snapshot = await reprise.snapshot("asked");
  const checked = recordedRun(snapshot, { open }).check(asking);
  await expect(checked).rejects.toThrow(/^run asked is not what was recorded:\n- it failed: RETRY_PROVIDER_MISSING: .*pass retry: retryProvider\(\) of @reprise\/retry\n/u);
  const { outcome } = await recordedRun(snapshot, { open }).replay(asking);
  await expect(checked).rejects.toMatchObject({ cause: { message: outcome.status === "failed" && outcome.error.message } });
  await recordedRun(snapshot, { open, reprise: { retry } }).check(asking);
});

test("a run that failed and fails in another way tells how", async () => {
  const failing = (problem: string) => agent({ name: "failing", run: () => Promise.reject(new Error(problem)) });
  const reprise = createReprise({ backend: memoryBackend() });
  await reprise.execute(failing("no paper"), undefined, { stateId: "failed" });
  const run = recordedRun(await reprise.snapshot("failed"), { open });
  await run.check(failing("no paper"));
  await expect(run.check(failing("no ink"))).rejects.toThrow(/- it failed: no ink\n- failing::agent_call differs in/u);
});

test("an unchanged pipeline that uses random, uuid or now differs, for a snapshot does not have what they gave", async () => {
  const drawing = agent({ name: "drawing", run: (_input: undefined, context) => [context.now(), context.random(), context.uuid()] });
  const system = virtualSystem({ now: 1_000_000, seed: 5 });
  const reprise = createReprise({ backend: memoryBackend(), system });
  await system.runUntil(reprise.execute(drawing, undefined, { stateId: "drawn" }));
  // Time has gone on between the creation of the run and its call.
  const { createdAt, ...snapshot } = await reprise.snapshot("drawn");
  const { differences } = await recordedRun({ ...snapshot, createdAt: createdAt - 1 }, { open }).replay(drawing);
  expect(differences).toEqual(["drawing::agent_call differs in value[0], value[1], value[2]"]);
});

test("a wait that ended with undefined, which is what it has without an answer, is answered so", async () => {
  const waiting = agent({ name: "waiting", run: async (_input: undefined, context) => [await context.waitFor("late", { timeoutMs: 1, default: undefined })] });
  const system = virtualSystem({ now: 1_000_000 });
  const reprise = createReprise({ backend: memoryBackend(), system });
  await system.runUntil(reprise.execute(waiting, undefined, { stateId: "waited" }));
  await system.advance(1);
  expect(await system.runUntil(reprise.resume(waiting, "waited"))).toMatchObject({ status: "completed", value: [undefined] });
  await recordedRun(await reprise.snapshot("waited"), { open }).check(waiting);
});

test("a disk, for which virtual time cannot wait, is an error that says what to write", async () => {
  const dir = await mkdtemp(join(tmpdir(), "recorded-run-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  await expect(recordedRun(await recorded(), { open: () => fsBackend({ dir, durability: "process" }) }).replay(pipeline().work)).rejects.toThrow(/recordedRun: virtual time .*open: \(\) => memoryBackend\(\)/u);
});

test.each([
  ["something else instead of a snapshot", {}, { open }, "snapshot", /recordedRun: snapshot must be the snapshot of a run, as reprise\.snapshot\(stateId\) gives it, got/u],
  ["a promise of a snapshot", Promise.resolve(), { open }, "snapshot", /snapshot must be/u],
  ["nothing instead of a snapshot", undefined, { open }, "snapshot", /snapshot must be/u],
  ["no open", undefined, {}, "open", /open must be a function/u],
  ["a clock of its own", undefined, { open, reprise: { system: virtualSystem() } }, "reprise.system", /reprise\.system must be left out, for recordedRun gives its own/u],
])("%s is refused by name", (_, snapshot, options, path, message) => {
  expect(() => recordedRun(snapshot as never, options as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path, message: expect.stringMatching(message) }));
});
