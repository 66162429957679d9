import type { EventFeed, ExecutionEvent, StateStatus } from "@reprise/core";
import { expect, test } from "vitest";
import type { HttpSystem } from "./system.ts";
import { toJsonLines } from "./to-json-lines.ts";
import { toServerSentEvents } from "./to-server-sent-events.ts";

const event = (seq: number, value?: unknown): ExecutionEvent => ({ seq, stateId: "run", status: "completed", address: "a::tool_call", type: "tool_call", name: "a", call: seq, parent: undefined, attempt: 1, at: 0, value });

/** A feed that counts how often it was asked, and whether it was let go; without an end unless it is given one. */
function counting(last = Infinity, status: StateStatus | undefined = "completed"): { readonly feed: EventFeed; asked: number; begun: number; returned: number } {
  const counts = {
    asked: 0,
    begun: 0,
    returned: 0,
    feed: {
      [Symbol.asyncIterator]() {
        counts.begun += 1;
        return {
          next: async () => {
            counts.asked += 1;
            return counts.asked > last ? { done: true as const, value: status } : { done: false as const, value: event(counts.asked) };
          },
          return: async () => {
            counts.returned += 1;
            return { done: true as const, value: undefined };
          },
        };
      },
    },
  };
  return counts;
}

/** Ticks by hand. */
function ticking(): HttpSystem & { tick(): void; readonly running: number } {
  const callbacks = new Set<() => void>();
  return {
    setInterval(_everyMs, callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    report: () => undefined,
    tick: () => {
      for (const callback of callbacks) callback();
    },
    get running() {
      return callbacks.size;
    },
  };
}

const textOf = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => new TextDecoder().decode((await reader.read()).value);

test("H5: events are asked for as they are read, and not before", async () => {
  const counts = counting();
  const system = ticking();
  const stream = toServerSentEvents(counts.feed, { system });
  await new Promise((resolve) => setImmediate(resolve));
  expect([counts.begun, counts.asked, system.running]).toEqual([0, 0, 0]);
  const reader = stream.getReader();
  expect(await textOf(reader)).toBe(": stream-start\n\n");
  expect(await textOf(reader)).toMatch(/^id: 1\ndata: \{"seq":1,.*\}\n\n$/u);
  expect(await textOf(reader)).toMatch(/^id: 2\n/u);
  expect(counts.asked).toBe(2);
  await reader.cancel();
  expect([counts.begun, counts.returned, system.running]).toEqual([1, 1, 0]);
});

test("H5: a stream that nobody read is let go without having begun", async () => {
  const counts = counting();
  await toJsonLines(counts.feed).cancel();
  expect([counts.begun, counts.asked, counts.returned]).toEqual([0, 0, 0]);
});

test("H5: heartbeats come while nothing happens, and do not pile up for one who does not read", async () => {
  const system = ticking();
  const never: EventFeed = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
  const reader = toServerSentEvents(never, { system }).getReader();
  await textOf(reader);
  const first = textOf(reader);
  await new Promise((resolve) => setImmediate(resolve));
  for (let tick = 0; tick < 100; tick += 1) system.tick();
  expect(await first).toBe(": heartbeat\n\n");
  expect(await textOf(reader)).toBe(": heartbeat\n\n");
  const third = textOf(reader);
  await new Promise((resolve) => setImmediate(resolve));
  system.tick();
  expect(await third).toBe(": heartbeat\n\n");
  await reader.cancel();
  expect(system.running).toBe(0);
  const silent = ticking();
  const quiet = toServerSentEvents(never, { system: silent, heartbeatMs: Infinity }).getReader();
  void quiet.read();
  void quiet.read();
  expect(silent.running).toBe(0);
});

test("H5: the last message says the status, unless the stream was ended from outside", async () => {
  expect(await new Response(toServerSentEvents(counting(0, "failed").feed)).text()).toBe(': stream-start\n\nevent: end\ndata: {"status":"failed"}\n\n');
  const aborted: EventFeed = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) };
  expect(await new Response(toServerSentEvents(aborted)).text()).toBe(": stream-start\n\n");
});

test("H2: values are written only if they are asked for, any value, each message in one line", async () => {
  const values = [1n, new Date(0), new Map([["a", new Set([NaN])]]), new Uint8Array(3), "two\nlines\u2028", undefined, -0, new Error("e"), /x/u, Object.fromEntries([["__proto__", 1]])];
  async function* feed(): AsyncGenerator<ExecutionEvent, StateStatus> {
    for (const [index, value] of values.entries()) yield event(index + 1, value);
    return "completed";
  }
  const lines = (await new Response(toJsonLines(feed(), { values: true })).text()).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { value?: unknown }).value)).toEqual([
    "1n", "1970-01-01T00:00:00.000Z", [["a", ["NaN"]]], "[3 bytes]", "two\nlines\u2028", undefined, 0, { name: "Error", message: "e" }, "/x/u", JSON.parse('{"__proto__":1}'),
  ]);
  expect(await new Response(toJsonLines(feed())).text()).not.toContain("value");
});

test("H2: a value that cannot be read costs no other, and the stream goes on", async () => {
  async function* feed(): AsyncGenerator<ExecutionEvent, StateStatus> {
    yield Object.defineProperty({ ...event(1) }, "value", { get: () => { throw new Error("unreadable"); }, enumerable: true });
    yield event(2, "fine");
    return "completed";
  }
  const lines = (await new Response(toJsonLines(feed(), { values: true })).text()).trimEnd().split("\n").map((line) => JSON.parse(line) as object);
  expect(lines).toEqual([expect.objectContaining({ seq: 1, unreadable: "value" }), expect.objectContaining({ seq: 2, value: "fine" })]);
});

test.each([0, -1, NaN, 2 ** 31, "1"])("H5: heartbeatMs %j is refused", (heartbeatMs) => {
  expect(() => toServerSentEvents(counting().feed, { heartbeatMs: heartbeatMs as number })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "heartbeatMs" }));
});

test.each<readonly [unknown, object, string]>([
  [undefined, {}, "stream"],
  [[], {}, "stream"],
  [{}, {}, "stream"],
  [counting().feed, { values: 1 }, "values"],
])("H5: the stream %j with %j is refused", (feed, options, path) => {
  for (const write of [toServerSentEvents, toJsonLines]) expect(() => write(feed as EventFeed, options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
});
