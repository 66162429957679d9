import { expect, test } from "vitest";
import { Bus } from "./bus.ts";
import type { ExecutionEvent, LogNotice } from "./execution-event.ts";

const event = (seq: number): ExecutionEvent => ({
  seq,
  stateId: "run",
  status: "started",
  address: "a::tool_call",
  type: "tool_call",
  name: "a",
  call: seq,
  parent: undefined,
  attempt: 1,
  at: 0,
});

function newBus(history: ExecutionEvent[] = []): Bus {
  return new Bus({
    eventsFrom: (from, limit) => history.filter(({ seq }) => seq >= from).slice(0, limit),
    log: ({ level, code, message }): LogNotice => ({ stateId: "run", at: 0, level, code, message }),
  });
}

test("H5: a subscriber gets messages in order, one at a time, however slow it is", async () => {
  const bus = newBus();
  const seen: string[] = [];
  bus.on("event", async ({ seq }) => {
    seen.push(`begin ${seq}`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`end ${seq}`);
  });
  for (const seq of [1, 2]) bus.publish("event", event(seq));
  await bus.drained();
  expect(seen).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
});

test("H5: a subscriber that needs time for some messages only gets them in order too, those it brings about itself as well", async () => {
  const bus = newBus();
  const seen: string[] = [];
  const handle = (seq: number): void | Promise<void> => {
    seen.push(`begin ${seq}`);
    if (seq < 10) bus.publish("event", event(seq + 10));
    if (seq % 2 === 1) return new Promise<void>((resolve) => setImmediate(resolve)).then(() => void seen.push(`end ${seq}`));
  };
  bus.on("event", ({ seq }) => handle(seq));
  bus.publish("event", event(2));
  expect(seen).toEqual(["begin 2", "begin 12"]);
  bus.publish("event", event(3));
  bus.publish("event", event(4));
  await bus.drained();
  expect(seen.slice(2)).toEqual(["begin 3", "end 3", "begin 13", "end 13", "begin 4", "begin 14"]);
});

test("H5: a subscriber that throws or rejects hurts nobody else and is reported once", async () => {
  const bus = newBus();
  const logs: LogNotice[] = [];
  const seen: number[] = [];
  bus.on("log", (notice) => void logs.push(notice));
  bus.on("event", () => {
    throw new Error("sync");
  });
  bus.on("event", async () => Promise.reject(new Error("async")));
  bus.on("event", ({ seq }) => void seen.push(seq));
  for (const seq of [1, 2, 3]) bus.publish("event", event(seq));
  await bus.drained();
  expect(seen).toEqual([1, 2, 3]);
  expect(logs.map(({ code }) => code)).toEqual(["SUBSCRIBER_FAILED", "SUBSCRIBER_FAILED"]);
});

test("H5: a log subscriber that throws does not report itself for ever", async () => {
  const bus = newBus();
  let calls = 0;
  bus.on("log", () => {
    calls += 1;
    throw new Error("log");
  });
  bus.on("event", () => {
    throw new Error("event");
  });
  bus.publish("event", event(1));
  await bus.drained();
  expect(calls).toBe(2);
});

test("H5: a subscriber of events that falls behind reads them again from the history and misses none", async () => {
  const history = Array.from({ length: 5_000 }, (_, index) => event(index + 1));
  const bus = newBus(history);
  const seen: number[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  bus.on("event", async ({ seq }) => {
    if (seq === 1) await held;
    seen.push(seq);
  });
  for (const each of history) bus.publish("event", each);
  release();
  await bus.drained();
  expect(seen).toEqual(history.map(({ seq }) => seq));
});

test("H5: a subscriber of notices that falls behind is told how many it missed", async () => {
  const bus = newBus();
  const logs: LogNotice[] = [];
  bus.on("log", (notice) => void logs.push(notice));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  bus.on("checkpoint", () => held);
  for (let seq = 1; seq <= 1_101; seq += 1) bus.publish("checkpoint", { stateId: "run", seq, at: 0, status: "running" });
  release();
  await bus.drained();
  expect(logs).toMatchObject([{ code: "NOTICES_DROPPED", message: expect.stringContaining("100") }]);
});

test("an ended subscription gets nothing more, and a topic nobody listens to is known", () => {
  const bus = newBus();
  let seen = 0;
  const end = bus.on("event", () => void (seen += 1));
  expect(bus.has("event")).toBe(true);
  end();
  end();
  bus.publish("event", event(1));
  expect([bus.has("event"), seen]).toEqual([false, 0]);
});
