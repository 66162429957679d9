import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, RepriseError, tool, type Reprise } from "@reprise/core";
import { describe, expect, test, vi } from "vitest";
import { createHandler, type HandlerOptions, type ServedReprise } from "../src/index.ts";
import { messagesIn } from "./support/event-source.ts";

const token = "the-token-for-changes";
const readToken = "the-token-for-reading";
const search = tool({ name: "search", run: (query: string) => `found ${query}` });
const broken = tool({ name: "broken", retry: false, run: (): string => { throw new Error("no such table"); } });
const review = agent({
  name: "review",
  run: async (text: string, context) => {
    await context.run(search, text);
    return context.waitFor<boolean>("approval", { prompt: { text } });
  },
});

interface Served {
  readonly reprise: Reprise;
  readonly errors: unknown[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

function serving(options: HandlerOptions = {}, change: (reprise: Reprise) => ServedReprise = (reprise) => reprise): Served {
  const reprise = createReprise({ backend: memoryBackend() });
  const errors: unknown[] = [];
  const handler = createHandler(change(reprise), { onError: (error) => void errors.push(error), ...options });
  return {
    reprise,
    errors,
    get: (path, headers = {}) => handler(new Request(`http://localhost${path}`, { headers })),
    post: (path, body, headers = {}) =>
      handler(new Request(`http://localhost${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: typeof body === "string" ? body : JSON.stringify(body) })),
  };
}

const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });
const codeOf = async (response: Response): Promise<readonly [number, string]> => [response.status, ((await response.json()) as { error: { code: string } }).error.code];

describe("looking", () => {
  test("S4: runs are listed by what is known of them, page by page", async () => {
    const { reprise, get } = serving();
    for (const stateId of ["a", "b", "c"]) await reprise.execute(search, stateId, { stateId, metadata: { tags: [stateId, "all"] } });
    const first = (await (await get("/runs?tag=all&limit=2")).json()) as { runs: { stateId: string }[]; next: string; damaged: string[] };
    const second = (await (await get(`/runs?tag=all&limit=2&cursor=${encodeURIComponent(first.next)}`)).json()) as typeof first;
    expect([...first.runs, ...second.runs].map(({ stateId }) => stateId).toSorted()).toEqual(["a", "b", "c"]);
    expect([second.next, first.damaged]).toEqual([undefined, []]);
    expect(await (await get("/runs?tag=all&tag=b&status=completed")).json()).toMatchObject({ runs: [{ stateId: "b", status: "completed", lease: "none" }] });
  });

  test("S9: a run is shown with its calls and waits; values and tokens only to those who are to see them", async () => {
    const { reprise, get } = serving({ token });
    await reprise.execute(review, "a text", { stateId: "run-1" });
    const page = (await (await get("/runs/run-1")).json()) as { pending: object[]; calls: object[] };
    expect(page).toMatchObject({
      run: { stateId: "run-1", status: "awaiting" },
      statistics: { calls: { total: 1, completed: 1 } },
      pending: [{ name: "approval", address: "review::approval::wait_call", prompt: { text: "a text" } }],
      calls: [{ address: "review::agent_call" }, { address: "review::search::tool_call", status: "completed" }, { status: "awaiting" }],
    });
    expect(JSON.stringify(page)).not.toMatch(/wt_|found a text/u);
    expect(JSON.stringify(await (await get("/runs/run-1", bearer(token))).json())).toMatch(/"token":"wt_[0-9a-f]{32}"/u);
    const generous = createHandler(reprise, { values: true });
    expect(await (await generous(new Request("http://localhost/runs/run-1"))).json()).toMatchObject({ calls: [{ input: "a text" }, { input: "a text", value: "found a text" }, {}] });
  });

  test("H2: what redact hides is shown on no page: neither in events nor in calls, nor where a wait asks", async () => {
    const iban = "DE89 3704";
    const reprise = createReprise({ backend: memoryBackend(), redact: ["iban"] });
    const check = tool({ name: "check", retry: false, run: (order: { iban: string }): never => { throw Object.assign(new Error("closed"), { data: order }); } });
    const pay = agent({
      name: "pay",
      run: async (order: { iban: string }, context) => {
        await context.try(check, order);
        return context.waitFor("approval", { prompt: { ...order, text: "Pay?" } });
      },
    });
    await reprise.execute(pay, { iban }, { stateId: "run-1", metadata: { pipelineName: "payments" } });
    const handler = createHandler(reprise, { values: true, token });
    const texts = await Promise.all(["/runs", "/runs/run-1", "/runs/run-1/events?until=rest"].map(async (path) => (await handler(new Request(`http://localhost${path}`, { headers: bearer(token) }))).text()));
    for (const text of texts) expect(text).not.toContain(iban);
    expect(JSON.parse(texts[1] ?? "")).toMatchObject({
      pending: [{ name: "approval", prompt: { iban: "[redacted]", text: "Pay?" }, token: expect.stringMatching(/^wt_/u) }],
      calls: [{ input: { iban: "[redacted]" } }, { input: { iban: "[redacted]" }, error: { message: "closed", data: { iban: "[redacted]" } } }, {}],
    });
  });

  test("S9: ids of runs may hold any character", async () => {
    const { reprise, get } = serving({ basePath: "/reprise" });
    await reprise.execute(search, "x", { stateId: "2026/11 é?" });
    expect((await get("/reprise/runs/2026%2F11%20%C3%A9%3F")).status).toBe(200);
    expect(await codeOf(await get("/reprise/runs/2026/11"))).toEqual([404, "NO_SUCH_PATH"]);
    expect(await codeOf(await get("/reprise/runs/%E9"))).toEqual([400, "INVALID_ID"]);
    expect(await codeOf(await get("/reprise/runs/%00"))).toEqual([400, "INVALID_ID"]);
    expect(await codeOf(await get("/runs"))).toEqual([404, "NO_SUCH_PATH"]);
  });

  test.each([
    ["/ü", "/%C3%BC"],
    ["/ü", "/%c3%bc"],
    ["/%C3%BC", "/ü"],
    ["/a b/c", "/a%20b/c"],
    ["/a%20b", "/a b"],
    ["/a%2Fb", "/a%2fb"],
  ])("H5: the paths below %s are those that a client means by %s", async (basePath, asked) => {
    const { get } = serving({ basePath });
    expect((await get(`${asked}/runs`)).status).toBe(200);
    expect(await codeOf(await get(`${asked}x/runs`))).toEqual([404, "NO_SUCH_PATH"]);
    expect(await codeOf(await get("/runs"))).toEqual([404, "NO_SUCH_PATH"]);
  });

  test("H5: events as server-sent events and as lines of JSON, with errors but without stacks; `end` says how the run ended", async () => {
    const { reprise, get } = serving();
    await reprise.execute(broken, undefined, { stateId: "run-1" });
    const response = await get("/runs/run-1/events");
    expect(Object.fromEntries(response.headers)).toMatchObject({ "content-type": "text/event-stream", "cache-control": "no-store, no-transform" });
    const text = await response.text();
    expect(text).toMatch(/^: stream-start\n\n/u);
    const messages = messagesIn(text);
    expect(messages.map(({ id, type }) => [id, type])).toEqual([["2", "message"], ["3", "message"], [undefined, "end"]]);
    expect(JSON.parse(messages[1]?.data ?? "")).toMatchObject({ status: "failed", address: "broken::tool_call", error: { name: "Error", message: "no such table" } });
    expect(messages[2]?.data).toBe('{"status":"failed"}');
    expect(text).not.toContain("stack");
    const lines = await get("/runs/run-1/events?from=3", { accept: "application/x-ndjson" });
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    const [line, ...others] = (await lines.text()).split("\n");
    expect([JSON.parse(line ?? ""), others]).toEqual([JSON.parse(messages[1]?.data ?? ""), [""]]);
  });

  test("H5, R9: a rewind is a message of its own, and nothing is left to come is 204", async () => {
    const { reprise, get } = serving();
    await reprise.execute(search, "x", { stateId: "run-1" });
    expect((await get("/runs/run-1/events", { "last-event-id": "3" })).status).toBe(204);
    await reprise.rewind("run-1", { address: "search::tool_call" });
    await reprise.resume(search, "run-1");
    const messages = messagesIn(await (await get("/runs/run-1/events", { "last-event-id": "3" })).text());
    expect(messages.map(({ type }) => type)).toEqual(["cut", "message", "message", "end"]);
    expect(JSON.parse(messages[0]?.data ?? "")).toMatchObject({ status: "cut", seq: Number(messages[0]?.id), visible: [[1, 1]] });
  });

  test("H5, S8: of a run that was handed off nothing is left to come, and of a rewound one that rests the rewind is", async () => {
    const { reprise, get } = serving();
    for (const stateId of ["away", "back"]) await reprise.execute(review, "x", { stateId });
    await reprise.handOff("away");
    const first = messagesIn(await (await get("/runs/away/events")).text());
    expect(first.at(-1)).toMatchObject({ type: "end", data: '{"status":"awaiting"}' });
    const last = first.findLast(({ id }) => id !== undefined)?.id ?? "";
    for (const until of ["end", "rest"]) expect((await get(`/runs/away/events?until=${until}`, { "last-event-id": last })).status).toBe(204);
    expect(messagesIn(await (await get("/runs/away/events", { "last-event-id": String(Number(last) - 1) })).text()).map(({ id, type }) => [id, type])).toEqual([[last, "message"], [undefined, "end"]]);
    expect((await get("/runs/back/events?until=rest", { "last-event-id": last })).status).toBe(204);
    await reprise.rewind("back", { address: "review::search::tool_call" });
    expect(messagesIn(await (await get("/runs/back/events?until=rest", { "last-event-id": last })).text()).map(({ type }) => type)).toEqual(["cut", "end"]);
  });

  test("H5, I3: a stream goes on over a wait, or ends at it if that is asked for", async () => {
    const { reprise, get } = serving();
    await reprise.execute(review, "x", { stateId: "run-1" });
    const atRest = messagesIn(await (await get("/runs/run-1/events?until=rest")).text());
    expect(atRest.at(-1)).toMatchObject({ type: "end", data: '{"status":"awaiting"}' });
    const whole = (await get("/runs/run-1/events")).text();
    await reprise.answer("run-1", "approval", true);
    await reprise.resume(review, "run-1");
    expect(messagesIn(await whole).at(-1)).toMatchObject({ type: "end", data: '{"status":"completed"}' });
  });
});

describe("answering", () => {
  test("I4: the token of a wait is all that is needed to answer it, and answers nothing else", async () => {
    const { reprise, post } = serving({ token, readToken });
    await reprise.execute(review, "x", { stateId: "run-1" });
    const [wait] = await reprise.pending("run-1");
    for (const guess of ["approval", "review::approval::wait_call", `wt_${"0".repeat(32)}`, ""]) {
      expect(await codeOf(await post("/runs/run-1/answers", { token: guess, value: true }))).toEqual([404, "NOT_FOUND"]);
    }
    expect(await codeOf(await post("/runs/run-2/answers", { token: wait?.token, value: true }))).toEqual([404, "NOT_FOUND"]);
    const response = await post("/runs/run-1/answers", { token: wait?.token, value: true });
    expect([response.status, await response.json()]).toEqual([202, { accepted: true }]);
    expect(await reprise.resume(review, "run-1")).toMatchObject({ status: "completed", value: true });
    expect(await codeOf(await post("/runs/run-1/answers", { token: wait?.token, value: false }))).toEqual([409, "ANSWER_TOO_LATE"]);
  });

  test("I4: by its name or address a wait is answered with the bearer token only; an answerId is answered once", async () => {
    const { reprise, post } = serving({ token, readToken });
    await reprise.execute(review, "x", { stateId: "run-1" });
    for (const headers of [{}, bearer(readToken)]) expect(await codeOf(await post("/runs/run-1/answers", { wait: "approval", value: true }, headers))).toEqual([401, "UNAUTHORIZED"]);
    for (const value of [false, true]) expect((await post("/runs/run-1/answers", { wait: "approval", value, answerId: "one" }, bearer(token))).status).toBe(202);
    expect(await reprise.resume(review, "run-1")).toMatchObject({ status: "completed", value: false });
  });

  test.each([
    ["[]", 400, "INVALID_BODY"],
    ["{", 400, "INVALID_BODY"],
    ["", 400, "INVALID_BODY"],
    [{ value: 1 }, 400, "INVALID_BODY"],
    [{ value: 1, wait: 1 }, 400, "INVALID_BODY"],
    [{ value: 1, wait: "a", token: "wt_" }, 400, "INVALID_BODY"],
    [{ value: 1, wait: "a", answerId: "" }, 400, "INVALID_BODY"],
    [{ value: 1, wait: "a", answerID: "b" }, 400, "INVALID_BODY"],
    [{ value: 1, wait: "" }, 400, "INVALID_OPTION"],
    [{ wait: "approval" }, 400, "INVALID_BODY"],
    [{ value: "x".repeat(2_000), wait: "approval" }, 413, "BODY_TOO_LARGE"],
  ])("I4: %j is refused", async (body, status, code) => {
    const { reprise, post } = serving({ token, maxBodyBytes: 1_000 });
    await reprise.execute(review, "x", { stateId: "run-1" });
    expect(await codeOf(await post("/runs/run-1/answers", body, bearer(token)))).toEqual([status, code]);
  });

  test("I4: a body that is not said to be JSON is refused, as a form of another page could send it", async () => {
    const { post } = serving({ token });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]) {
      expect(await codeOf(await post("/runs/run-1/answers", { wait: "a", value: 1 }, { ...bearer(token), "content-type": type }))).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    }
  });
});

describe("interrupting", () => {
  const endless = tool({ name: "endless", run: (_input: void, { signal }) => new Promise<string>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });

  test("I2: a run is interrupted with the bearer token, says so in its stream, and goes on when it is resumed", async () => {
    const { reprise, get, post } = serving({ token });
    const running = reprise.execute(endless, undefined, { stateId: "run-1" });
    await vi.waitFor(async () => expect((await reprise.head("run-1"))?.lastSeq).toBe(2));
    const stream = (await get("/runs/run-1/events?until=rest")).text();
    for (const headers of [{}, bearer("another-token-altogether")]) expect(await codeOf(await post("/runs/run-1/interrupt", {}, headers))).toEqual([401, "UNAUTHORIZED"]);
    const response = await post("/runs/run-1/interrupt", { reason: "priority_override", message: "not now", triggeredBy: "ops" }, bearer(token));
    expect([response.status, await response.json()]).toEqual([202, { interrupted: true }]);
    expect(await running).toMatchObject({ status: "interrupted", signal: { reason: "priority_override", message: "not now", triggeredBy: "ops" } });
    const messages = messagesIn(await stream);
    expect(messages.map(({ data }) => (JSON.parse(data) as { status: string }).status)).toEqual(["started", "interrupted", "interrupted"]);
    expect(messages.at(-1)?.type).toBe("end");
    expect(await (await post("/runs/run-1/interrupt", {}, bearer(token))).json()).toEqual({ interrupted: false });
  });

  test.each([
    ["run-1", { reason: "boredom" }, 400, "INVALID_OPTION"],
    ["run-1", { message: 1 }, 400, "INVALID_OPTION"],
    ["run-1", { cause: "x" }, 400, "INVALID_BODY"],
    ["run-1", "", 400, "INVALID_BODY"],
    ["run-2", {}, 404, "NOT_FOUND"],
  ])("I2: interrupting %s with %j is refused", async (stateId, body, status, code) => {
    const { reprise, post } = serving({ token });
    await reprise.execute(review, "x", { stateId: "run-1" });
    expect(await codeOf(await post(`/runs/${stateId}/interrupt`, body, bearer(token)))).toEqual([status, code]);
    expect((await reprise.head("run-1"))?.status).toBe("awaiting");
  });
});

describe("who may ask", () => {
  test("H5: looking needs the token for it where there is one, and a bearer that is none of those known is refused everywhere", async () => {
    const { reprise, get } = serving({ token, readToken });
    await reprise.execute(search, "x", { stateId: "run-1" });
    for (const path of ["/runs", "/runs/run-1", "/runs/run-1/events"]) {
      const refused = await get(path);
      expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="reprise"');
      expect(await codeOf(refused)).toEqual([401, "UNAUTHORIZED"]);
      for (const wrong of ["", "x", `${readToken}x`, readToken.toUpperCase()]) expect(await codeOf(await get(path, bearer(wrong)))).toEqual([401, "UNAUTHORIZED"]);
      for (const right of [readToken, token]) expect((await get(path, bearer(right))).status).toBe(200);
    }
    expect(await codeOf(await serving().get("/runs", bearer("whatever")))).toEqual([401, "UNAUTHORIZED"]);
  });

  test("I4: without a token nothing can be changed by name", async () => {
    const { reprise, post } = serving();
    await reprise.execute(review, "x", { stateId: "run-1" });
    expect(await codeOf(await post("/runs/run-1/answers", { wait: "approval", value: true }))).toEqual([403, "CHANGES_DISABLED"]);
    expect(await codeOf(await post("/runs/run-1/interrupt", {}))).toEqual([403, "CHANGES_DISABLED"]);
  });

  test("H5: other origins, other sites and other hosts are refused, and nothing allows them", async () => {
    const { get, post } = serving({ token });
    const foreign: Record<string, string>[] = [{ origin: "http://evil.example" }, { origin: "null" }, { origin: "http://localhost:3000" }, { origin: "http://localhost.evil.example" }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }];
    for (const headers of foreign) {
      for (const response of [await get("/runs", headers), await post("/runs/a/answers", {}, { ...headers, ...bearer(token) })]) {
        expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
        expect(await codeOf(response)).toEqual([403, "CROSS_ORIGIN"]);
      }
    }
    for (const headers of [{ origin: "http://localhost" }, { "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }]) expect((await get("/runs", headers)).status).toBe(200);
    const handler = createHandler(createReprise({ backend: memoryBackend() }), { hosts: ["runs.example.com"] });
    expect((await handler(new Request("http://runs.example.com:8080/runs", { headers: { origin: "https://runs.example.com:8080" } }))).status).toBe(200);
    expect(await codeOf(await handler(new Request("http://localhost/runs")))).toEqual([421, "WRONG_HOST"]);
    for (const host of ["127.0.0.1:3000", "[::1]:3000"]) expect((await createHandler(createReprise())(new Request(`http://${host}/runs`))).status).toBe(200);
  });

  test("H5: other methods are refused, an OPTIONS of a browser too", async () => {
    const handler = createHandler(createReprise(), { token });
    for (const [method, path, allow] of [["POST", "/runs", "GET"], ["DELETE", "/runs/a", "GET"], ["OPTIONS", "/runs/a/answers", "POST"], ["GET", "/runs/a/answers", "POST"]] as const) {
      const response = await handler(new Request(`http://localhost${path}`, { method, headers: bearer(token) }));
      expect(response.headers.get("allow")).toBe(allow);
      expect(await codeOf(response)).toEqual([405, "METHOD_NOT_ALLOWED"]);
    }
  });
});

describe("what goes wrong", () => {
  test.each([
    ["/runs/nowhere", {}, 404, "NOT_FOUND"],
    ["/runs/nowhere/events", {}, 404, "NOT_FOUND"],
    ["/runs/run-1/events", { accept: "text/html" }, 406, "NOT_ACCEPTABLE"],
    ["/runs/run-1/events?from=0", {}, 400, "INVALID_OPTION"],
    ["/runs/run-1/events?from=-1", {}, 400, "INVALID_QUERY"],
    ["/runs/run-1/events?until=now", {}, 400, "INVALID_QUERY"],
    ["/runs/run-1/events?since=1", {}, 400, "INVALID_QUERY"],
    ["/runs/run-1/events?from=1&from=2", {}, 400, "INVALID_QUERY"],
    ["/runs/run-1/events", { "last-event-id": "x" }, 400, "INVALID_QUERY"],
    ["/runs?limit=1001", {}, 400, "INVALID_QUERY"],
    ["/runs?limit=1&limit=2", {}, 400, "INVALID_QUERY"],
    ["/runs?status=done", {}, 400, "INVALID_OPTION"],
    ["/runs?order=up", {}, 400, "INVALID_QUERY"],
    ["/run", {}, 404, "NO_SUCH_PATH"],
  ])("H5: %s %j is a typed refusal", async (path, headers, status, code) => {
    const { reprise, get, errors } = serving();
    await reprise.execute(search, "x", { stateId: "run-1" });
    const response = await get(path, headers);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await codeOf(response)).toEqual([status, code]);
    expect(errors).toEqual([]);
  });

  test.each([
    [new RepriseError("IO", "cannot read /srv/secret/journal"), 503, "IO"],
    [new RepriseError("CORRUPT", "/srv/secret/journal is damaged"), 500, "CORRUPT"],
    [new TypeError("undefined is not a function at /srv/secret"), 500, "INTERNAL"],
  ])("G10: %s is told to the operator, and to the client only by its code", async (error, status, code) => {
    const { get, errors } = serving({}, (reprise) => ({ ...reprise, list: async () => Promise.reject(error) }));
    const response = await get("/runs");
    const text = await response.text();
    expect([response.status, (JSON.parse(text) as { error: { code: string } }).error.code]).toEqual([status, code]);
    expect(text).not.toMatch(/secret|\bat\b/u);
    expect(errors).toEqual([error]);
  });

  test.each<readonly [string, HandlerOptions["onError"]]>([
    ["throws", () => { throw new Error("the logger"); }],
    ["rejects", () => Promise.reject(new Error("the logger"))],
  ])("H5: it never rejects: an onError that %s is reported where there is no other, and the client has its answer", async (_, onError) => {
    const reported: string[] = [];
    const system = { setInterval: () => () => undefined, report: (error: unknown) => void reported.push(String(error)) };
    const broken = new RepriseError("IO", "gone");
    const { reprise, get } = serving({ onError, system } as HandlerOptions, (served) => ({
      ...served,
      list: () => Promise.reject(broken),
      events: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => Promise.reject(broken) }) }),
    }));
    await reprise.execute(search, "x", { stateId: "run-1" });
    expect(await codeOf(await get("/runs"))).toEqual([503, "IO"]);
    await expect((await get("/runs/run-1/events")).text()).rejects.toThrow("gone");
    await vi.waitFor(() => expect(reported).toEqual(["Error: the logger", "Error: the logger"]));
  });

  test("H5: it never rejects: what is no request is the server's failure", async () => {
    const errors: unknown[] = [];
    const handler = createHandler(createReprise(), { onError: (error) => void errors.push(error) });
    for (const request of [undefined, {}, { url: "/runs" }]) expect((await handler(request as never)).status).toBe(500);
    expect(errors).toHaveLength(3);
  });

  test("H5: a stream that breaks is no stream that has ended", async () => {
    const failure = new RepriseError("IO", "gone");
    const { reprise, get, errors } = serving({}, (served) => ({
      ...served,
      events: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => Promise.reject(failure) }) }),
    }));
    await reprise.execute(search, "x", { stateId: "run-1" });
    await expect((await get("/runs/run-1/events")).text()).rejects.toThrow("gone");
    expect(errors).toEqual([failure]);
  });

  test.each<readonly [string, unknown]>([
    ["token", "short"],
    ["token", "with a space in the middle"],
    ["readToken", 1],
    ["hosts", []],
    ["hosts", ["localhost:80"]],
    ["hosts", "localhost"],
    ["basePath", "/a/"],
    ["basePath", "a"],
    ["basePath", "/a/../b"],
    ["basePath", "/%2e"],
    ["basePath", "/%E9"],
    ["values", 1],
    ["maxBodyBytes", 0],
    ["heartbeatMs", 0],
    ["onError", 1],
  ])("H5: the option %s: %j is refused", (option, value) => {
    expect(() => createHandler(createReprise(), { [option]: value })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: option }));
  });

  test("H5: what is no Reprise is refused, and a client that goes away in the middle is no error of the server", async () => {
    for (const wrong of [undefined, null, 1, {}]) expect(() => createHandler(wrong as ServedReprise)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "reprise" }));
    const errors: unknown[] = [];
    const handler = createHandler(createReprise(), { token, onError: (error) => void errors.push(error) });
    const controller = new AbortController();
    const body = new ReadableStream({ pull: (stream) => (controller.abort(), stream.error(new Error("gone"))) });
    const response = await handler(new Request("http://localhost/runs/a/interrupt", { method: "POST", headers: { ...bearer(token), "content-type": "application/json" }, body, duplex: "half", signal: controller.signal } as RequestInit));
    expect([response.status, errors]).toEqual([500, []]);
  });

  test("H5: a token is not shown by the error that refuses it", () => {
    expect(() => createHandler(createReprise(), { token: "nearly-a-token" })).toThrow(/got "14 characters"/u);
  });
});
