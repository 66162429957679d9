import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { request as requestSecurely } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** A way to fail, and what is expected of it. */
export interface RealError {
  readonly title: string;
  readonly fail: () => unknown;
  /** Whether another attempt follows by default (rule T3). */
  readonly retried: boolean;
  /** What the record must say. */
  readonly record: object;
  /** It carries the secret, in a place that no record may hold. */
  readonly secretive?: true;
}

/** In headers, bodies, cookies and configurations of these errors; must never be on disk. */
export const secret = "sk-live-51c5d8e0f3";
const authorization = `Bearer ${secret}`;

const raise = (error: unknown) => (): never => {
  throw error;
};
const failure = (name: string, message: string, fields: object, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { name }, fields);

async function withServer(onConnection: (socket: Socket) => void, use: (port: number) => Promise<unknown>): Promise<unknown> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  let port = 0;
  await withServer(() => undefined, async (used) => (port = used));
  return port;
}

const asking: RequestInit = { method: "POST", headers: { authorization, cookie: `session=${secret}` }, body: JSON.stringify({ key: secret }) };
const answer = (head: string, body = "") => (socket: Socket): void => void socket.once("data", () => socket.end(`HTTP/1.1 ${head}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`));
const both = (_: string, __: unknown, done: (error: null, addresses: { address: string; family: number }[]) => void): void =>
  done(null, [{ address: "::1", family: 6 }, { address: "127.0.0.1", family: 4 }]);

/** Errors as Node throws them, each really made. */
const provoked: readonly RealError[] = [
  { title: "fetch: nobody listens", retried: true, record: { name: "TypeError", message: "fetch failed", cause: { code: "ECONNREFUSED" } }, fail: async () => fetch(`http://127.0.0.1:${await closedPort()}/?q=1`, asking) },
  { title: "fetch: no such host", retried: true, record: { name: "TypeError", message: "fetch failed", cause: { code: like(/ENOTFOUND|EAI_AGAIN/u) } }, fail: () => fetch("http://nobody.invalid/", asking) },
  { title: "fetch: reset", retried: true, record: { name: "TypeError", message: "fetch failed", cause: { code: like(/ECONNRESET|UND_ERR_SOCKET/u) } }, fail: () => withServer((socket) => void socket.once("data", () => socket.resetAndDestroy()), (port) => fetch(`http://127.0.0.1:${port}/`, asking)) },
  { title: "fetch: the answer breaks off", retried: true, record: { name: "TypeError", message: "terminated" }, fail: () => withServer((socket) => void socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", () => socket.destroySoon())), async (port) => (await fetch(`http://127.0.0.1:${port}/`, asking)).text()) },
  { title: "fetch: aborted", retried: false, record: { name: "AbortError", code: 20 }, fail: () => withServer(() => undefined, async (port) => { const controller = new AbortController(); setTimeout(() => controller.abort(), 20); return fetch(`http://127.0.0.1:${port}/`, { ...asking, signal: controller.signal }); }) },
  { title: "fetch: timed out", retried: true, record: { name: "TimeoutError" }, fail: () => withServer(() => undefined, (port) => fetch(`http://127.0.0.1:${port}/`, { ...asking, signal: AbortSignal.timeout(20) })) },
  { title: "fetch: a page where JSON was promised", retried: true, record: { name: "SyntaxError" }, fail: () => withServer(answer("502 Bad Gateway", "<html>busy</html>"), async (port) => (await fetch(`http://127.0.0.1:${port}/`, asking)).json()) },
  { title: "fetch: a url that is none", retried: false, record: { name: "TypeError" }, fail: () => fetch("not a url", asking) },
  { title: "http.request: nobody listens", retried: true, record: { name: "Error", code: "ECONNREFUSED" }, fail: async () => once(request({ port: await closedPort(), host: "127.0.0.1", headers: { authorization } }).end(secret), "response") },
  { title: "https.request: the other side speaks no TLS", retried: true, record: { name: "Error", code: like(/SSL|EPROTO/u) }, fail: () => withServer(answer("400 Bad Request"), (port) => once(requestSecurely({ port, host: "127.0.0.1", headers: { authorization } }).end(), "response")) },
  { title: "net.connect: no address of the host answers", retried: true, record: { name: "AggregateError", code: "ECONNREFUSED", errors: [{ code: like(/^E/u) }, { code: "ECONNREFUSED" }] }, fail: async () => once(connect({ host: "both.invalid", port: await closedPort(), autoSelectFamily: true, lookup: both }), "connect") },
  { title: "a timer that is aborted", retried: false, record: { name: "AbortError", code: "ABORT_ERR" }, fail: () => { const controller = new AbortController(); setTimeout(() => controller.abort(), 5); return sleep(60_000, undefined, { signal: controller.signal }); } },
  { title: "a timer that is aborted by a timeout", retried: true, record: { name: "AbortError", code: "ABORT_ERR", cause: { name: "TimeoutError" } }, fail: () => sleep(60_000, undefined, { signal: AbortSignal.timeout(5) }) },
  { title: "a stream that ends too early", retried: true, record: { code: "ERR_STREAM_PREMATURE_CLOSE" }, fail: () => { const from = new Readable({ read: () => undefined }); setTimeout(() => from.destroy(), 5); return pipeline(from, async (source: AsyncIterable<unknown>) => { for await (const _ of source); }); } },
  { title: "a file that is not there", retried: true, record: { code: "ENOENT" }, fail: () => readFile("/nowhere/at/all") },
  { title: "JSON.parse of what a model said", retried: true, record: { name: "SyntaxError" }, fail: () => JSON.parse("I think the answer is 4") },
  { title: "JSON.parse of half an answer", retried: true, record: { name: "SyntaxError" }, fail: () => JSON.parse('{"answer": 4') },
  { title: "JSON.parse below an error of the program's own", retried: true, record: { message: "the model answered bad JSON", cause: { name: "SyntaxError" } }, fail: () => { try { return JSON.parse("Sure!"); } catch (cause) { throw new Error("the model answered bad JSON", { cause }); } } },
  { title: "a property of undefined", retried: false, record: { name: "TypeError" }, fail: () => (undefined as unknown as { a: { b: 1 } }).a.b },
  { title: "a name that is not defined", retried: false, record: { name: "ReferenceError" }, fail: () => (globalThis as unknown as { notDefined: () => void }).notDefined ?? raise(new ReferenceError("notDefined is not defined"))() },
  { title: "a regular expression that is none", retried: false, record: { name: "SyntaxError" }, fail: () => new RegExp("[".slice(0)) },
  { title: "a BigInt that is none", retried: false, record: { name: "SyntaxError" }, fail: () => BigInt("four") },
  { title: "structuredClone of a function", retried: false, record: { name: "DataCloneError" }, fail: () => structuredClone(() => 1) },
  { title: "endless recursion", retried: true, record: { name: "RangeError" }, fail: () => { const deeper = (): number => 1 + deeper(); return deeper(); } },
];

/** A pattern inside an expected record, without importing the test runner here. */
function like(pattern: RegExp): object {
  return { asymmetricMatch: (value: unknown) => typeof value === "string" && pattern.test(value), toString: () => String(pattern) };
}

const socket = { _httpMessage: { _header: `authorization: ${authorization}` } };
const config = { url: "https://api.example.org/v1", headers: { Authorization: authorization, "x-api-key": secret }, auth: { username: "me", password: secret }, data: JSON.stringify({ key: secret }) };
const axios = (message: string, code: string, status: number | undefined, headers: object = {}): Error =>
  failure("AxiosError", message, { isAxiosError: true, code, config, request: { socket, _header: authorization }, ...(status !== undefined && { status, response: { status, headers: { ...headers, "set-cookie": [`sid=${secret}`] }, data: { token: secret }, config, request: { socket } } }) });
const callError = (statusCode: number, responseHeaders: object = {}, cause?: unknown): Error =>
  failure("AI_APICallError", "Too many requests", { url: "https://api.example.org/v1", requestBodyValues: { prompt: secret }, statusCode, responseHeaders: { ...responseHeaders, "set-cookie": secret }, responseBody: secret, isRetryable: true, data: { error: { message: "slow down", type: "tokens" }, headers: { authorization } } }, cause);

/** Errors of the usual clients and other runtimes, built from their documented fields. */
const shaped: readonly RealError[] = [
  { title: "axios: 429 with Retry-After", retried: true, secretive: true, record: { name: "AxiosError", status: 429, retryAfterMs: 3_000 }, fail: raise(axios("Request failed with status code 429", "ERR_BAD_REQUEST", 429, { "retry-after": "3" })) },
  { title: "axios: 401", retried: true, secretive: true, record: { name: "AxiosError", status: 401 }, fail: raise(axios("Request failed with status code 401", "ERR_BAD_REQUEST", 401)) },
  { title: "axios: no network", retried: true, secretive: true, record: { code: "ERR_NETWORK" }, fail: raise(axios("Network Error", "ERR_NETWORK", undefined)) },
  { title: "axios: cancelled", retried: false, secretive: true, record: { code: "ERR_CANCELED" }, fail: raise(failure("CanceledError", "canceled", { code: "ERR_CANCELED", config })) },
  { title: "AI SDK: 429 with retry-after-ms", retried: true, secretive: true, record: { name: "AI_APICallError", status: 429, retryAfterMs: 250, data: { error: { message: "slow down", type: "tokens" } } }, fail: raise(callError(429, { "retry-after-ms": "250", "retry-after": "9" })) },
  { title: "AI SDK: an answer that is no JSON", retried: true, secretive: true, record: { status: 200, cause: { name: "AI_JSONParseError", cause: { name: "SyntaxError" } } }, fail: () => { try { return JSON.parse("Of course!"); } catch (cause) { throw callError(200, {}, failure("AI_JSONParseError", "JSON parsing failed", { text: secret }, cause)); } } },
  { title: "AI SDK: an object of the wrong shape", retried: true, secretive: true, record: { name: "AI_NoObjectGeneratedError", cause: { name: "AI_TypeValidationError", cause: { name: "ZodError" } } }, fail: raise(failure("AI_NoObjectGeneratedError", "No object generated: response did not match schema.", { text: secret, response: { headers: { authorization } }, usage: { totalTokens: 5 } }, failure("AI_TypeValidationError", "Type validation failed", { value: secret }, failure("ZodError", "[]", { issues: [] })))) },
  { title: "AI SDK: given up after its own retries", retried: true, secretive: true, record: { name: "AI_RetryError", errors: [{ status: 503 }, { status: 503 }] }, fail: raise(failure("AI_RetryError", "Failed after 2 attempts", { reason: "maxRetriesExceeded", errors: [callError(503), callError(503)], lastError: callError(503) })) },
  { title: "OpenAI: 429", retried: true, secretive: true, record: { status: 429, code: "rate_limit_exceeded", retryAfterMs: 2_000 }, fail: raise(failure("RateLimitError", "429 Rate limit reached", { status: 429, code: "rate_limit_exceeded", param: null, type: "requests", requestID: "req_1", headers: new Headers({ "retry-after": "2", "set-cookie": secret }), error: { message: secret } })) },
  { title: "Anthropic: overloaded", retried: true, secretive: true, record: { status: 529 }, fail: raise(failure("APIError", "529 overloaded_error", { status: 529, headers: { "x-api-key": secret }, error: { type: "error", error: { type: "overloaded_error" } } })) },
  { title: "AWS: throttled", retried: true, secretive: true, record: { name: "ThrottlingException", status: 429 }, fail: raise(failure("ThrottlingException", "Rate exceeded", { $fault: "client", $metadata: { httpStatusCode: 429, attempts: 3 }, $response: { headers: { authorization } } })) },
  { title: "got: 503", retried: true, secretive: true, record: { code: "ERR_NON_2XX_3XX_RESPONSE", status: 503, retryAfterMs: 1_000 }, fail: raise(failure("HTTPError", "Response code 503", { code: "ERR_NON_2XX_3XX_RESPONSE", options: { headers: { authorization }, json: { key: secret } }, request: { socket }, response: { statusCode: 503, headers: { "retry-after": "1" }, rawBody: secret } })) },
  { title: "ky: 500", retried: true, secretive: true, record: { status: 500 }, fail: raise(failure("HTTPError", "Request failed with status code 500", { response: new Response(secret, { status: 500, headers: { "x-token": secret } }), request: new Request("http://example.org/", { headers: { authorization } }), options: { headers: { authorization } } })) },
  { title: "gRPC: unavailable", retried: true, secretive: true, record: { code: 14 }, fail: raise(failure("Error", "14 UNAVAILABLE", { code: 14, details: "down", metadata: { internalRepr: new Map([["authorization", [secret]]]) } })) },
  { title: "Bun: nobody listens", retried: true, record: { code: "ConnectionRefused" }, fail: raise(failure("Error", "Unable to connect. Is the computer able to access the url?", { code: "ConnectionRefused", path: "http://127.0.0.1:1/", errno: 0 })) },
  { title: "Bun: JSON", retried: true, record: { name: "SyntaxError" }, fail: raise(new SyntaxError("JSON Parse error: Unexpected identifier \"Sure\"")) },
  { title: "Deno: nobody listens", retried: true, record: { name: "TypeError" }, fail: raise(new TypeError("error sending request for url (http://127.0.0.1:1/): client error (Connect): tcp connect error: Connection refused (os error 111)")) },
  { title: "Chrome", retried: true, record: { name: "TypeError" }, fail: raise(new TypeError("Failed to fetch")) },
  { title: "Firefox", retried: true, record: { name: "TypeError" }, fail: raise(new TypeError("NetworkError when attempting to fetch resource.")) },
  { title: "Firefox: JSON", retried: true, record: { name: "SyntaxError" }, fail: raise(new SyntaxError("JSON.parse: unexpected character at line 1 column 1 of the JSON data")) },
  { title: "Safari", retried: true, record: { name: "TypeError" }, fail: raise(new TypeError("Load failed")) },
  { title: "Workers", retried: true, record: { name: "Error" }, fail: raise(new Error("Network connection lost.")) },
];

const refusingTraps = Object.fromEntries(Reflect.ownKeys(Reflect).filter((trap) => typeof trap === "string").map((trap) => [trap, (): never => { throw new Error(secret); }]));
const getters = ["name", "message", "stack", "cause", "errors", "code", "status", "statusCode", "response", "headers", "data", "retryAfter"];

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
function cyclic(): Error {
  const first = new Error("first");
  const second = new AggregateError([first], "second", { cause: first });
  first.cause = second;
  return first;
}
class Endless extends Error {
  override get cause(): Error {
    return new Endless("and another");
  }
}

/** What else can be thrown. */
export const hostileErrors: readonly RealError[] = [
  { title: "a proxy that throws whatever is asked", retried: true, record: { name: "NonError" }, fail: raise(new Proxy(new Error("x"), refusingTraps)) },
  { title: "a revoked proxy", retried: true, record: { name: "NonError" }, fail: raise(revoked()) },
  { title: "getters that throw", retried: true, record: { name: "Error", message: "" }, fail: raise(Object.defineProperties(new Error("x"), Object.fromEntries(getters.map((key) => [key, { get: () => { throw new Error(secret); } }])))) },
  { title: "fields of the wrong kind", retried: true, record: { name: "Error", message: "" }, fail: raise(Object.defineProperties(new Error("x"), Object.fromEntries(getters.map((key) => [key, { value: Symbol(key) }])))) },
  { title: "a circle of causes", retried: true, record: { message: "first", cause: { message: "second" } }, fail: raise(cyclic()) },
  { title: "causes without end", retried: true, record: { message: "one" }, fail: raise(new Endless("one")) },
  { title: "a message and a stack of megabytes", retried: true, record: { name: "Error" }, fail: raise(Object.assign(new Error("m".repeat(5_000_000)), { stack: "s".repeat(5_000_000) })) },
  { title: "data of megabytes", retried: true, record: { message: "big" }, fail: raise(Object.assign(new Error("big"), { data: { text: "d".repeat(5_000_000) } })) },
  { title: "thousands of errors in one", retried: true, record: { name: "AggregateError" }, fail: raise(new AggregateError(Array.from({ length: 10_000 }, (_, index) => new Error(String(index))))) },
  { title: "nothing", retried: true, record: { name: "NonError", message: "undefined was thrown" }, fail: raise(undefined) },
  { title: "null", retried: true, record: { name: "NonError", thrown: null }, fail: raise(null) },
  { title: "a text", retried: true, record: { name: "NonError", message: "no" }, fail: raise("no") },
  { title: "a symbol", retried: true, record: { name: "NonError" }, fail: raise(Symbol("no")) },
  { title: "a bigint", retried: true, record: { name: "NonError" }, fail: raise(10n ** 100n) },
  { title: "a function", retried: true, record: { name: "NonError" }, fail: raise(() => secret) },
  { title: "a text of megabytes", retried: true, record: { name: "NonError" }, fail: raise("t".repeat(5_000_000)) },
  { title: "an object with credentials", retried: true, secretive: true, record: { name: "NonError", thrown: { reason: "denied", api_key: "[not recorded]", nested: { Authorization: "[not recorded]" } } }, fail: raise({ reason: "denied", api_key: secret, nested: { Authorization: authorization } }) },
  { title: "an object that is a request in disguise", retried: true, secretive: true, record: { name: "NonError", status: 401 }, fail: raise({ status: 401, config }) },
  { title: "a Response", retried: true, secretive: true, record: { name: "NonError", status: 503 }, fail: raise(new Response(secret, { status: 503, headers: { "x-token": secret } })) },
  { title: "data with a Map of headers", retried: true, secretive: true, record: { message: "m" }, fail: raise(Object.assign(new Error("m"), { data: new Map<string, unknown>([["set-cookie", secret], ["kept", 1]]) })) },
];

/** Errors as they really come, and what must become of each. */
export const realErrors: readonly RealError[] = [...provoked, ...shaped, ...hostileErrors];
