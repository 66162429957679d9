import { agent, createReprise, isRepriseError, llm, RepriseError, tool, type AgentContext, type ErrorCode, type LogNotice, type Reprise } from "@reprise/core";
import type { RetryPolicy } from "@reprise/core/spi";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { retry, retryProvider, toErrorRecord } from "@reprise/retry";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { hostileErrors, realErrors, secret } from "./support/real-errors.ts";
import { stateId } from "./support/world.ts";

const directory = mkdtempSync(join(tmpdir(), "reprise-real-errors-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Every byte below a directory, as text. */
function onDisk(dir: string): string {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

const twice = { maxAttempts: 2, initialDelayMs: 0, maxDelayMs: 1, jitter: "none" } as const;

describe("H3, T3: whatever is thrown is recorded, judged and kept clean", () => {
  test.each(realErrors.map((each, index) => [each.title, { ...each, index }] as const))("%s", async (_, { index, fail, retried, record, secretive }) => {
    const dir = join(directory, String(index));
    const thrown: unknown[] = [];
    const logs: LogNotice[] = [];
    const reprise = createReprise({ backend: fsBackend({ dir }), retry: retryProvider() });
    const state = await reprise.create({ stateId, retry: twice });
    state.on("log", (notice) => void logs.push(notice));
    const work = llm({
      name: "work",
      run: async (): Promise<unknown> => {
        try {
          return await fail();
        } catch (error) {
          thrown.push(error);
          throw error;
        }
      },
    });
    const outcome = await state.try(work);
    expect(outcome).toMatchObject({ ok: false, attempts: retried ? 2 : 1, error: { code: "ACTOR_FAILED" } });
    const failures = state.history.events().filter((event) => event.status === "failed");
    expect(failures.map((event) => event.final)).toEqual(retried ? [false, true] : [true]);
    for (const { error } of failures) expect(error).toMatchObject(record);
    await state.close();

    const bytes = onDisk(dir);
    if (secretive) expect(inspect(thrown[0], { depth: 9, showHidden: true })).toContain(secret);
    expect(bytes).toContain('"k":"failed"');
    expect(bytes).not.toContain(secret);
    expect(bytes.length).toBeLessThan(3_000_000);
    expect(logs.filter((notice) => notice.level === "error")).toEqual([]);

    // Restored it is the same, and a policy without core judges it alike.
    const again = await createReprise({ backend: fsBackend({ dir }), retry: retryProvider() }).load(stateId);
    expect(again.history.events().filter((event) => event.status === "failed").map((event) => event.error)).toEqual(failures.map((event) => event.error));
    await again.close();
    expect(retry(twice).decide({ error: toErrorRecord(thrown[0], 0), failures: 1, random: 0 }).retry).toBe(retried);
  });
});

describe("H3: wherever it is thrown", () => {
  test.each(hostileErrors.map((each) => [each.title, each] as const))("%s", async (_, { fail }) => {
    const reprise = createReprise();
    const inner = agent({ name: "inner", run: () => fail() });
    const leaf = tool({ name: "leaf", run: () => fail() });
    const work = agent({
      name: "work",
      run: async (__: void, context) => {
        const tried = [await context.try(inner), await context.try(leaf)].map((result) => result.ok);
        const group = await context.map("group", [1, 2], () => fail()).catch((error: { code: string }) => error.code);
        return [...tried, group];
      },
    });
    expect(await reprise.execute(work)).toMatchObject({ status: "completed", value: [false, false, "GROUP_FAILED"] });
    const policy: RetryPolicy = { config: {}, maxAttempts: 2, decide: () => fail() as never };
    expect(await reprise.execute(tool({ name: "leaf", retry: policy, run: () => fail() }))).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED" } });
    const logs: string[] = [];
    const state = await reprise.create();
    state.on("log", (notice) => void logs.push(notice.code));
    state.on("checkpoint", () => fail() as undefined);
    await state.saveCheckpoint();
    await state.close();
    expect(logs).toEqual(["SUBSCRIBER_FAILED"]);
  });

  test("guards answer for whatever they are asked about", () => {
    for (const { fail } of hostileErrors) {
      let thrown: unknown;
      try {
        fail();
      } catch (error) {
        thrown = error;
      }
      expect(isRepriseError(thrown)).toBe(false);
    }
  });
});

describe("H3: what Reprise threw is a RepriseError below the failure of a call, too", () => {
  const endless = tool({ name: "endless", run: async (_: void, { signal }) => new Promise<never>((__, reject) => signal.addEventListener("abort", () => reject(signal.reason))) });

  test.each<readonly [ErrorCode, (context: AgentContext) => Promise<unknown>]>([
    ["GROUP_FAILED", (context) => context.map("group", [1, 2], () => { throw new Error("x"); })],
    ["TIMEOUT", (context) => context.map("group", [undefined], endless, { timeoutMs: 1 })],
    ["ACTOR_FAILED", (context) => context.run(endless, undefined, { attemptTimeoutMs: 1 })],
    ["NOT_ENCODABLE", (context) => context.run(tool({ name: "odd", run: () => () => 1 })).catch((error: Error) => { throw error.cause; })],
  ])("H3: %s, as it came or wrapped, live and on replay", async (code, fail) => {
    const inner = agent({ name: "inner", run: (wrapped: boolean, context) => fail(context).catch((error: unknown) => { throw wrapped ? new Error("of the user", { cause: error }) : error; }) });
    const seen: unknown[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        for (const wrapped of [false, true]) {
          const error = await context.run(inner, wrapped, { key: String(wrapped) }).catch((thrown: Error) => thrown.cause as Error);
          const own = wrapped ? (error as Error).cause : error;
          seen.push({ is: isRepriseError(own, code), of: own instanceof RepriseError, own });
        }
        await context.waitFor("answer");
      },
    });
    const reprise = createReprise({ backend: memoryBackend() });
    expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "awaiting" });
    expect(seen).toMatchObject([{ is: true, of: true }, { is: true, of: true }]);
    await reprise.answer(stateId, "answer", 1);
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", reuse: { executed: 0 } });
    expect(seen.slice(2)).toEqual(seen.slice(0, 2));
  });
});

describe("T1: a retry configuration that cannot be used", () => {
  const wrong = { maxAttempt: 3 } as never;
  const refused = { code: "INVALID_OPTION", path: "retry", message: expect.stringContaining("maxAttempt "), cause: { name: "RetryConfigError", code: "INVALID_RETRY_CONFIG", issues: [{ option: "maxAttempt" }] } };
  const leaf = (ran: string[], settings = {}) => tool({ name: "leaf", ...settings, run: () => void ran.push("leaf") });

  test.each<readonly [string, (reprise: Reprise, ran: string[]) => Promise<unknown>]>([
    ["an actor", async (reprise, ran) => reprise.execute(leaf(ran, { retry: wrong })).then((outcome) => outcome.status === "failed" && outcome.error)],
    ["a call", async (reprise, ran) => reprise.execute(agent({ name: "work", run: async (_: void, context) => context.run(leaf(ran), undefined, { retry: wrong }) })).then((outcome) => outcome.status === "failed" && outcome.error)],
    ["a run", async (reprise, ran) => reprise.execute(leaf(ran), undefined, { retry: wrong }).catch((error: unknown) => error)],
  ])("T1: of %s is refused before anything runs, by the same RepriseError, with what the provider threw as its cause", async (_, give) => {
    const ran: string[] = [];
    const error = await give(createReprise({ retry: retryProvider() }), ran);
    expect(error).toMatchObject(refused);
    expect(isRepriseError(error, "INVALID_OPTION")).toBe(true);
    expect(ran).toEqual([]);
  });
});

describe("T3: what a schema refuses", () => {
  const wants = (type: string) => ({ "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => (typeof value === type ? { value } : { issues: [{ message: `not a ${type}` }] }) } });

  test.each([tool, llm])("T3: a result that its schema refuses is tried again: other data may come (%o)", async (define) => {
    const answers = ["not yet", 4];
    const work = define({ name: "work", output: wants("number"), retry: retry(twice), run: () => answers.shift() });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: 4 });
    const never = define({ name: "work", output: wants("number"), retry: retry({ ...twice, neverRetryOn: ["SCHEMA_REJECTED"] }), run: () => "never" });
    expect(await createReprise().execute(never)).toMatchObject({ status: "failed", error: { attempts: 1, cause: { code: "SCHEMA_REJECTED" } } });
  });

  test("T3: an input that its schema refuses is never tried again, whatever the lists say", async () => {
    const everything = retry({ ...twice, retryOn: ["Error", "SCHEMA_REJECTED", "InputRejectedError"] });
    const work = tool({ name: "work", input: wants("number"), retry: everything, run: () => 1 });
    const outcome = await createReprise().execute(work, "four");
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 1, cause: { name: "InputRejectedError", code: "SCHEMA_REJECTED", message: "work::tool_call: input: not a number" } } });
  });
});
