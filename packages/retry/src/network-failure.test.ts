import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { ErrorRecord } from "./error-record.ts";
import { isNetworkFailure } from "./network-failure.ts";
import { toErrorRecord } from "./to-error-record.ts";

const typeError = (message: string, rest: Partial<ErrorRecord> = {}): ErrorRecord => ({ name: "TypeError", message, ...rest });

async function listening(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const closed = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));
async function failureOf(work: () => Promise<unknown>): Promise<ErrorRecord> {
  try {
    await work();
  } catch (error) {
    return toErrorRecord(error, 0);
  }
  throw new Error("it did not fail");
}

describe("T3: network failures that Node's fetch really makes", () => {
  test("a port that nobody listens on", async () => {
    const server = await listening(() => undefined);
    const url = urlOf(server);
    await closed(server);
    const record = await failureOf(() => fetch(url));
    expect(record).toMatchObject({ name: "TypeError", message: "fetch failed", cause: { code: "ECONNREFUSED" } });
    expect(isNetworkFailure(record)).toBe(true);
  });

  test("a connection that is closed before the answer", async () => {
    const server = await listening((socket) => socket.once("data", () => socket.destroy()));
    const record = await failureOf(() => fetch(urlOf(server)));
    await closed(server);
    expect(record).toMatchObject({ name: "TypeError", cause: { name: "SocketError" } });
    expect(isNetworkFailure(record)).toBe(true);
  });

  test("a connection that is closed in the middle of the answer", async () => {
    const server = await listening((socket) =>
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", () => socket.destroySoon())),
    );
    const record = await failureOf(async () => (await fetch(urlOf(server))).text());
    await closed(server);
    expect(record).toMatchObject({ name: "TypeError", message: "terminated" });
    expect(isNetworkFailure(record)).toBe(true);
  });

  test("but not a url, a header or a request that is wrong, nor an abort", async () => {
    const bodyOfGet: RequestInit = { body: "x" };
    const mistakes = [
      () => fetch("not a url"),
      () => fetch("http://127.0.0.1/", { headers: { "a b": "c" } }),
      () => fetch("http://127.0.0.1/", bodyOfGet),
      () => fetch("http://127.0.0.1/", { signal: AbortSignal.abort() }),
    ];
    for (const mistake of mistakes) expect(isNetworkFailure(await failureOf(mistake))).toBe(false);
  });
});

describe("T3: network failures as other runtimes report them", () => {
  test.each<[string, ErrorRecord]>([
    ["Bun 1.4, refused", typeError("ECONNREFUSED: Unable to connect. Is the computer able to access the url?", { code: "ECONNREFUSED" })],
    ["Bun 1.4, closed", typeError("ECONNRESET: The socket connection was closed unexpectedly.", { code: "ECONNRESET" })],
    ["Bun 1.4, no such host", typeError("getaddrinfo ENOTFOUND no-such-host.invalid", { code: "ENOTFOUND" })],
    ["Bun, older", typeError("Unable to connect. Is the computer able to access the url?")],
    ["Bun, older, with its own codes", { name: "Error", message: "Unable to connect.", code: "ConnectionRefused" }],
    ["Deno 2.9", typeError("fetch failed", { cause: { name: "Error", message: "error sending request for url (http://127.0.0.1:1/)" } })],
    ["Deno 2.9, body", typeError("error reading a body from connection")],
    ["Deno, older", typeError("error sending request for url (http://127.0.0.1:1/): error trying to connect")],
    ["Chrome", typeError("Failed to fetch")],
    ["Chrome, with the host", typeError("Failed to fetch (example.com)")],
    ["Chrome, body", typeError("network error")],
    ["Firefox", typeError("NetworkError when attempting to fetch resource.")],
    ["Safari", typeError("Load failed")],
    ["Safari, with the host", typeError("Load failed (example.com)")],
    ["WebKit, with a space before it", typeError(" A network error occurred.")],
    ["Cloudflare Workers", typeError("Network connection lost")],
    ["Safari, offline", typeError("The Internet connection appears to be offline.")],
    ["React Native", typeError("Network request failed")],
    ["axios", { name: "AxiosError", message: "Network Error", code: "ERR_NETWORK" }],
    ["Node, dns", { name: "Error", message: "getaddrinfo EAI_AGAIN api", code: "EAI_AGAIN" }],
    ["Node, all addresses of a host", { name: "AggregateError", message: "", code: "ECONNREFUSED", errors: [{ name: "Error", message: "", code: "ECONNREFUSED" }] }],
    ["undici, own class", { name: "HeadersTimeoutError", names: ["HeadersTimeoutError", "UndiciError"], message: "", code: "UND_ERR_HEADERS_TIMEOUT" }],
    ["a TypeError around a broken connection", typeError("request failed", { cause: { name: "Error", message: "", code: "ECONNRESET" } })],
    ["a subclass of TypeError", { name: "FetchError", names: ["FetchError", "TypeError"], message: "fetch failed" }],
  ])("%s", (_, record) => {
    expect(isNetworkFailure(record)).toBe(true);
  });

  test.each<[string, ErrorRecord]>([
    ["a bug", typeError("Cannot read properties of undefined (reading 'fetch failed')")],
    ["a module that did not load", typeError("Failed to fetch dynamically imported module: https://example.com/x.js")],
    ["Deno, blocked port", typeError("Fetch failed: Requests to port 1 are blocked")],
    ["the same words from somebody else", { name: "Error", message: "fetch failed" }],
    ["a TypeError around another bug", typeError("outer", { cause: typeError("inner", { code: "ERR_INVALID_URL" }) })],
    ["a request that was cancelled", { name: "AbortError", message: "", code: "UND_ERR_ABORTED" }],
    ["a missing file", { name: "Error", message: "", code: "ENOENT" }],
  ])("not: %s", (_, record) => {
    expect(isNetworkFailure(record)).toBe(false);
  });
});
