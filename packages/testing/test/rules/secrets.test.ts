import { agent, createReprise, secret, tool, type Encryption, type ExecutionEvent, type LogNotice, type RepriseOptions } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { counter, recordingSubscriber } from "../../src/index.ts";
import { crashPoint, createWorld, journalOf, rejectionOf, stateId } from "./support/world.ts";

const directory = mkdtempSync(join(tmpdir(), "reprise-secrets-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let disks = 0;
function onDisk(): { readonly backend: StateBackend; readonly text: () => string } {
  const dir = join(directory, String((disks += 1)));
  const text = (): string => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n");
  return { backend: fsBackend({ dir }), text };
}

const value = 'sk-live-"9f/2c';
const secrets = (): string => value;
const quick = retry({ maxAttempts: 2, initialDelayMs: 0, jitter: "none" });

describe("H2: secret", () => {
  const use = tool({ name: "use", run: ({ url, key }: { url: string; key: string }) => `${url} with ${key === value ? "the right" : "a wrong"} key` });

  test.each<[string, NonNullable<RepriseOptions["secrets"]>]>([
    ["at once", (name) => (name === "openai" ? value : "")],
    ["in a promise", async (name) => (name === "openai" ? value : "")],
  ])("H2: it is recorded as a reference and resolved for the handler (%s), however deep", async (_, resolve) => {
    const { backend, text } = onDisk();
    const deep = tool({ name: "deep", run: (input: Map<string, { keys: string[] }>) => input.get("a")?.keys[1] === value });
    const reprise = createReprise({ backend, secrets: resolve });
    const state = await reprise.create({ stateId });
    expect(await state.run(use, { url: "u", key: secret("openai") })).toBe("u with the right key");
    expect(await state.run(deep, new Map([["a", { keys: ["x", secret("openai")] }]]))).toBe(true);
    await state.close();
    expect((await journalOf(backend)).find((record) => record.k === "started")).toMatchObject({ i: { url: "u", key: { $secret: "openai" } } });
    expect(text()).not.toContain("sk-live");
    expect(text()).toContain('{"$secret":"openai"}');
  });

  test("H2: an agent gets the reference and passes it on; a branch, and a call by it, do too", async () => {
    const { backend, text } = onDisk();
    const seen: string[] = [];
    const work = agent({
      name: "work",
      run: async (input: { key: string }, context) => {
        seen.push(JSON.stringify(input.key), JSON.stringify(input));
        const keys = await context.map("group", [input.key, secret("other")], use_, { maxWorkers: 1 });
        return [await context.run(use, { url: "u", key: input.key }), ...keys];
      },
    });
    const use_ = tool({ name: "lengths", run: (key: string) => key.length });
    expect(await createReprise({ backend, secrets: (name) => (name === "other" ? "a longer secret" : value) }).execute(work, { key: secret("openai") }, { stateId })).toMatchObject({ status: "completed", value: ["u with the right key", value.length, 15] });
    expect(seen).toEqual(["\"[secret:openai]\"", '{"key":"[secret:openai]"}']);
    expect(text()).not.toContain("sk-live");
    expect(text()).not.toContain("a longer secret");
  });

  test("H2: what a handler says of it, in results, errors, storage, artifacts and logs, has its name in its place", async () => {
    const { backend, text } = onDisk();
    const heard = recordingSubscriber();
    const logs: LogNotice[] = [];
    let left = 1;
    const leaks = tool({
      name: "leaks",
      retry: quick,
      run: async ({ key }: { key: string }, context) => {
        context.log(`using ${key}`, { header: `Bearer ${key}` });
        context.storage.set("seen", { key, url: new URL(`https://example.org/?k=${encodeURIComponent(key)}`) });
        context.artifacts.put("page", { body: `<p>${key}</p>` });
        left -= 1;
        if (left >= 0) throw Object.assign(new Error(`401 for ${key}`, { cause: new Error(key) }), { code: key, data: { sent: JSON.stringify({ key }) } });
        return { echo: `it was ${key}`, [key]: 1 };
      },
    });
    const reprise = createReprise({ backend, secrets, subscribers: [heard] });
    const state = await reprise.create({ stateId });
    state.on("log", (notice) => void logs.push(notice));
    const live = await state.run(leaks, { key: secret("openai") });
    expect(live).toEqual({ echo: "it was [secret:openai]", "[secret:openai]": 1 });
    expect(state.storage.get("seen")).toMatchObject({ key: "[secret:openai]" });
    expect(logs[0]).toMatchObject({ code: "ACTOR_LOG", message: "using [secret:openai]", data: { header: "Bearer [secret:openai]" } });
    await state.close();
    const events = heard.of("event");
    expect(events.find((event) => event.status === "failed")?.error).toMatchObject({ message: "401 for [secret:openai]", code: "[secret:openai]", cause: { message: "[secret:openai]" } });
    expect(JSON.stringify([events, heard.of("log")])).not.toContain("sk-live");
    expect(text()).not.toContain("sk-live");
    const again = await createReprise({ backend, secrets }).load(stateId);
    expect(await again.run(leaks, { key: secret("openai") })).toEqual(live);
    await again.close();
  });

  test("H2: a failure that reaches code is the same live and on replay, without the value", async () => {
    const fails = tool({ name: "fails", run: ({ key }: { key: string }): never => { throw new Error(`denied: ${key}`); } });
    const backend = memoryBackend();
    const messages: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const reprise = createReprise({ backend, secrets });
      const state = time === 0 ? await reprise.create({ stateId }) : await reprise.load(stateId);
      messages.push((await rejectionOf(state.run(fails, { key: secret("openai") }))).message);
      await state.close();
    }
    expect(messages).toEqual(Array.from({ length: 2 }, () => "fails::tool_call failed: denied: [secret:openai]"));
  });

  test("H2: it is looked up anew for each attempt, also after a restart, and a rotated value is no other input", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const keys = ["first key", "second key", "third key"];
    let looks = 0;
    const resolve = (): string => keys[(looks += 1) - 1] ?? "no more keys";
    const got: string[] = [];
    const flaky = tool({ name: "flaky", retry: quick, run: async (key: string) => { got.push(key); if (got.length === 1) throw new Error("again"); if (got.length === 2) await point.now(); return got.length; } });
    void world.begin({ secrets: resolve }).reprise.execute(flaky, secret("rotated"), { stateId });
    await point.crashed;
    const { outcome } = await world.resume(flaky, {}, { secrets: resolve });
    expect(outcome).toMatchObject({ status: "completed", value: 3 });
    expect(got).toEqual(["first key", "second key", "third key"]);
    expect(looks).toBe(3);
  });

  test("H2: code that makes text of a reference fails at once, sends nothing, and goes on once it is corrected", async () => {
    const reprise = createReprise({ backend: memoryBackend(), secrets });
    const sent: string[] = [];
    const send = tool({ name: "send", run: ({ header }: { header: string }) => void sent.push(header) });
    const sendWith = tool({ name: "send_with", run: ({ key }: { key: string }) => void sent.push(`Bearer ${key}`) });
    const work = agent({ name: "work", retry: quick, run: async (input: { key: string }, context) => context.run(send, { header: `Bearer ${input.key}` }) });
    expect(await reprise.execute(work, { key: secret("openai") }, { stateId })).toMatchObject({ status: "failed", error: { attempts: 1, cause: { code: "SECRET_AS_TEXT" } } });
    expect(sent).toEqual([]);
    const corrected = agent({ name: "work", run: async ({ key }: { key: string }, context) => context.run(sendWith, { key }) });
    expect(await reprise.resume(corrected, stateId)).toMatchObject({ status: "completed" });
    expect(sent).toEqual([`Bearer ${value}`]);
    expect(() => `Bearer ${secret("openai")}`).toThrow(expect.objectContaining({ code: "SECRET_AS_TEXT" }));
  });

  test("H2: the schema of a tool is given the value, that of an agent the reference, which is no text", async () => {
    const schema = (accepts: (key: unknown) => boolean) => ({
      "~standard": { version: 1 as const, vendor: "test", validate: (input: unknown) => (accepts((input as { key: unknown }).key) ? { value: input as { key: string } } : { issues: [{ message: "not a text", path: ["key"] }] }) },
    });
    const text = schema((key) => typeof key === "string" && key.length === value.length);
    const length = tool({ name: "length", input: text, run: ({ key }) => key.length });
    const open = agent({ name: "open", input: schema(() => true), run: async (input, context) => context.run(length, input) });
    const closed = agent({ name: "closed", input: text, run: async (input, context) => context.run(length, input) });
    const reprise = createReprise({ secrets });
    expect(await reprise.execute(open, { key: secret("openai") })).toMatchObject({ status: "completed", value: value.length });
    expect(await reprise.execute(closed, { key: secret("openai") })).toMatchObject({ status: "failed", error: { cause: { code: "SCHEMA_REJECTED", data: [{ path: ".key" }] } } });
  });

  test("H2: without a resolver the call is refused before anything is recorded, and the run can be resumed with one", async () => {
    const backend = memoryBackend();
    const counted = counter<string>({ name: "counted" });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(use, { url: "u", key: "plain" }); return context.run(counted.actor, secret("openai")).then(() => "done"); } });
    expect(await createReprise({ backend }).execute(work, undefined, { stateId })).toMatchObject({ status: "failed", error: { code: "SECRET_MISSING", path: "secrets" } });
    expect(counted.runs).toBe(0);
    expect((await journalOf(backend)).filter((record) => record.k === "started")).toHaveLength(2);
    expect(await createReprise({ backend, secrets }).resume(work, stateId)).toMatchObject({ status: "completed", value: "done" });
    // What completed needs none.
    expect(await createReprise({ backend }).resume(work, stateId)).toMatchObject({ status: "completed", value: "done" });
  });

  test("H2: a resolver that throws fails the attempt, and is asked again; one that gives no text is refused for good", async () => {
    let asked = 0;
    const shaky = async (): Promise<string> => { asked += 1; if (asked === 1) throw new Error("the vault is sealed"); return value; };
    const once = tool({ name: "use", retry: quick, run: (key: string) => key.length });
    expect(await createReprise({ secrets: shaky }).execute(once, secret("x"))).toMatchObject({ status: "completed", value: value.length });
    expect(asked).toBe(2);
    expect(await createReprise({ secrets: () => undefined as never }).execute(once, secret("x"))).toMatchObject({ status: "failed", error: { attempts: 1, cause: { code: "SECRET_MISSING", message: 'secrets("x") must give a text, got a value of type undefined' } } });
  });

  test("H2: names and resolvers that are none are refused", () => {
    for (const name of ["", 5, undefined, "x".repeat(257)]) expect(() => secret(name as string)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "name" }));
    expect(() => createReprise({ secrets: "key" as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "secrets" }));
  });

  test("H2: a user's own key $secret is no reference", async () => {
    const echo = tool({ name: "echo", run: (input: object) => input });
    expect(await createReprise().execute(echo, { $secret: "openai" })).toMatchObject({ status: "completed", value: { $secret: "openai" } });
  });
});

describe("H2: redaction", () => {
  const echo = tool({ name: "echo", run: (input: { user: { email: string; token: string }; items: { iban: string }[] }, context) => { context.log("seen", { token: "t", kept: 1 }); return { ...input, ok: true }; } });
  const input = { user: { email: "a@b.c", token: "t1" }, items: [{ iban: "DE1" }, { iban: "DE2" }] };

  async function shown(redact: RepriseOptions["redact"]): Promise<{ readonly events: ExecutionEvent[]; readonly again: ExecutionEvent[]; readonly log: unknown; readonly text: string }> {
    const { backend, text } = onDisk();
    const heard = recordingSubscriber();
    const reprise = createReprise({ backend, subscribers: [heard], ...(redact && { redact }) });
    expect(await reprise.execute(echo, input, { stateId })).toMatchObject({ status: "completed", value: { ...input, ok: true } });
    const history = await reprise.history(stateId);
    expect(history.get("echo::tool_call")?.value).toEqual({ ...input, ok: true });
    return { events: [...heard.of("event")], again: history.events(), log: heard.of("log")[0]?.data, text: text() };
  }

  test("H2: names hide fields wherever they are, paths hide one; published, displayed, never recorded", async () => {
    const { events, again, log, text } = await shown(["TOKEN", "input.user.email", "value.items[1].iban"]);
    expect(events.map((event) => event.input ?? event.value)).toEqual([
      { user: { email: "[redacted]", token: "[redacted]" }, items: [{ iban: "DE1" }, { iban: "DE2" }] },
      { user: { email: "a@b.c", token: "[redacted]" }, items: [{ iban: "DE1" }, { iban: "[redacted]" }], ok: true },
    ]);
    expect(again.map((event) => event.input ?? event.value)).toEqual(events.map((event) => event.input ?? event.value));
    expect(log).toEqual({ token: "[redacted]", kept: 1 });
    for (const kept of ["a@b.c", "t1", "DE2"]) expect(text).toContain(kept);
  });

  test("H2: a function decides part by part; one that throws hides, and changes nothing for the run", async () => {
    const { events } = await shown((path, value) => { if (path.endsWith(".iban")) throw new Error("oops"); return typeof value === "string" ? value.length : value; });
    expect(events[0]?.input).toEqual({ user: { email: 5, token: 2 }, items: [{ iban: "[redacted]" }, { iban: "[redacted]" }] });
    expect((await shown(undefined)).events[0]?.input).toEqual(input);
  });

  test("H2: errors are shown redacted too", async () => {
    const heard = recordingSubscriber();
    const fails = tool({ name: "fails", run: (): never => { throw Object.assign(new Error("no entry for ada"), { data: { ssn: "123" } }); } });
    const outcome = await createReprise({ subscribers: [heard], redact: ["ssn", "error.message"] }).execute(fails);
    expect(heard.of("event").at(-1)?.error).toMatchObject({ name: "Error", message: "[redacted]", data: { ssn: "[redacted]" } });
    expect(outcome).toMatchObject({ error: { cause: { message: "no entry for ada", data: { ssn: "123" } } } });
  });

  test("H2: calls are looked at as they are recorded, and redacted if that is asked for", async () => {
    const fails = tool({ name: "fails", retry: false, run: ({ token }: { token: string }): never => { throw Object.assign(new Error("no"), { data: new Map([["ssn", `${token}-t2`]]) }); } });
    const reprise = createReprise({ backend: memoryBackend(), redact: ["token", "ssn"] });
    await reprise.execute(agent({ name: "both", run: async (_, context) => [await context.run(echo, input), await context.try(fails, { token: "t1" })].length }), undefined, { stateId });
    const history = await reprise.history(stateId);
    const shown = history.calls({ redacted: true, type: "tool_call" });
    expect(shown).toMatchObject([
      { address: "both::echo::tool_call", input: { user: { email: "a@b.c", token: "[redacted]" } }, value: { user: { token: "[redacted]" }, ok: true } },
      { status: "failed", input: { token: "[redacted]" }, error: { message: "no", data: { $m: [["ssn", "[redacted]"]] } }, value: undefined },
    ]);
    expect(JSON.stringify(history.calls())).toMatch(/"t1".*t1-t2/u);
    expect(history.calls({ redacted: false })).toEqual(history.calls());
    expect(shown.map(({ call }) => call)).toEqual(history.calls({ type: "tool_call" }).map(({ call }) => call));
    expect(() => history.calls({ redacted: "yes" as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "redacted" }));
    expect(() => history.calls(null as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "query" }));
  });

  test("H2: what is not there is not asked about, nor hidden", async () => {
    const reprise = createReprise({ backend: memoryBackend(), redact: () => "hidden" });
    await reprise.execute(agent({ name: "asks", run: (_, context) => context.waitFor("ok") }), undefined, { stateId });
    const [asking, wait] = (await reprise.history(stateId)).calls({ redacted: true });
    expect([asking?.input, asking?.value, asking?.error, wait?.value, wait?.error]).toEqual(["hidden", undefined, undefined, undefined, undefined]);
  });

  test.each([[5], ["token"], [[1]], [[""]]])("H2: redact: %o is refused", (redact) => {
    expect(() => createReprise({ redact: redact as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "redact" }));
  });
});

test("H2: a key of the storage and the name of an artifact hold no value of a secret, and are found with and without it", async () => {
  const { backend, text } = onDisk();
  const reprise = createReprise({ backend, secrets: () => "s3cr3t-value" });
  const note = tool({
    name: "note",
    run(value: string, { storage, artifacts }) {
      storage.set(`at ${value}`, 1);
      storage.add(`at ${value}`, 1);
      artifacts.put(`of ${value}`, "x");
      return [storage.get(`at ${value}`), storage.has(`at ${value}`), storage.keys(), artifacts.has(`of ${value}`), artifacts.names()];
    },
  });
  const work = agent({ name: "work", run: async (_input: void, context) => [await context.run(note, secret("shop")), context.storage.get("at [secret:shop]")] });
  const found = [[2, true, ["at [secret:shop]"], true, ["of [secret:shop]"]], 2];
  expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: found });
  expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: found });
  expect(text()).not.toContain("s3cr3t");
});

describe("H2: encryption", () => {
  const keys = new Map([["2026-01", randomBytes(32)], ["2026-02", randomBytes(32)]]);
  function aes(keyId: string, known: ReadonlyMap<string, Uint8Array> = keys): Encryption {
    return {
      keyId,
      encrypt(bytes) {
        const iv = randomBytes(12);
        const cipher = createCipheriv("aes-256-gcm", known.get(keyId) ?? new Uint8Array(), iv);
        const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
        return Buffer.concat([iv, cipher.getAuthTag(), body]);
      },
      decrypt(bytes, id) {
        const key = known.get(id);
        if (key === undefined) throw new Error(`there is no key "${id}"`);
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
      },
    };
  }
  const echo = tool({ name: "echo", run: (text: string) => `heard ${text}` });

  test("H2: what is recorded cannot be read without the key, what runs are listed by can", async () => {
    const { backend, text } = onDisk();
    const reprise = createReprise({ backend, codec: { encryption: aes("2026-01") } });
    const state = await reprise.create({ stateId, metadata: { tags: ["audit"], note: "very private" } });
    expect(await state.run(echo, "very private")).toBe("heard very private");
    await state.saveCheckpoint({ status: "paused" });
    await state.close();
    expect(text()).not.toContain("very private");
    expect(text()).not.toContain("echo");
    expect(text()).toContain('"key":"2026-01"');
    expect((await createReprise({ backend }).list({ tags: ["audit"] })).rows).toMatchObject([{ stateId, status: "paused" }]);
    const again = await reprise.load(stateId);
    expect(await again.run(echo, "very private")).toBe("heard very private");
    expect(again.history.calls()).toHaveLength(1);
    await again.close();
  });

  test("H2: it may be an instance of a class, whose methods need it", async () => {
    class Reversed implements Encryption {
      readonly keyId = "mirror";
      readonly #turn = (bytes: Uint8Array): Uint8Array => bytes.toReversed();
      encrypt(bytes: Uint8Array): Uint8Array {
        return this.#turn(bytes);
      }
      decrypt(bytes: Uint8Array): Uint8Array {
        return this.#turn(bytes);
      }
    }
    const { backend } = onDisk();
    const reprise = createReprise({ backend, codec: { encryption: new Reversed() } });
    expect(await reprise.execute(echo, "x", { stateId })).toMatchObject({ status: "completed", value: "heard x" });
    expect(await reprise.resume(echo, stateId)).toMatchObject({ status: "completed", value: "heard x" });
  });

  test("H7: a value that is too large for a record stays in it, for elsewhere it would not be encrypted", async () => {
    const { backend, text } = onDisk();
    const reprise = createReprise({ backend, artifactThreshold: 1_000, codec: { encryption: aes("2026-01") } });
    const large = "very private ".repeat(1_000);
    expect(await reprise.execute(echo, large, { stateId })).toMatchObject({ status: "completed", value: `heard ${large}` });
    expect(text()).not.toContain("very private");
    expect(await reprise.resume(echo, stateId)).toMatchObject({ status: "completed", value: `heard ${large}` });
  });

  test("H2: each record says its key: keys can be changed, and plain records stay readable", async () => {
    const backend = memoryBackend();
    for (const [index, codec] of [undefined, { encryption: aes("2026-01") }, { encryption: aes("2026-02") }].entries()) {
      const reprise = createReprise({ backend, ...(codec && { codec }) });
      const state = index === 0 ? await reprise.create({ stateId }) : await reprise.load(stateId);
      await state.run(echo, `text ${index}`, { key: String(index) });
      await state.close();
    }
    expect((await journalOf(backend)).map((record) => record["key"])).toEqual([undefined, undefined, undefined, "2026-01", "2026-01", "2026-01", "2026-02", "2026-02", "2026-02"]);
    const history = await createReprise({ backend, codec: { encryption: aes("2026-01") } }).history(stateId);
    expect(history.calls().map((call) => call.value)).toEqual(["heard text 0", "heard text 1", "heard text 2"]);
  });

  test("H2: a wrong key, a missing one, or none at all is a typed error that names the key, and the lease is given back", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend, codec: { encryption: aes("2026-01") } }).create({ stateId });
    await state.run(echo, "x");
    await state.close();
    const others: readonly (Encryption | undefined)[] = [undefined, aes("2026-02", new Map([["2026-02", randomBytes(32)]])), aes("2026-01", new Map([["2026-01", randomBytes(32)]])), { keyId: "none", encrypt: (bytes) => bytes, decrypt: (bytes) => bytes }];
    for (const encryption of others) {
      const reprise = createReprise({ backend, ...(encryption && { codec: { encryption } }) });
      for (const attempt of [() => reprise.load(stateId), () => reprise.history(stateId)]) {
        expect(await rejectionOf(attempt())).toMatchObject({ code: "DECRYPTION_FAILED", stateId, message: expect.stringContaining('"2026-01"') });
      }
    }
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
  });

  test.each([[{ keyId: "a" }, "codec.encryption"], [{ keyId: "", encrypt: () => 1, decrypt: () => 1 }, "codec.encryption.keyId"], [5, "codec.encryption"]])("H2: %o is refused", (encryption, path) => {
    expect(() => createReprise({ codec: { encryption: encryption as never } })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
  });
});
