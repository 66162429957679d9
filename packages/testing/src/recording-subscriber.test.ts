import type { LogNotice, RunFeed, Topic, Topics } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { recordingSubscriber } from "./recording-subscriber.ts";

type Handlers = { [T in Topic]?: (message: Topics[T]) => void | Promise<void> };

/** A feed, and what publishes on it. */
function feed(stateId: string): { readonly run: RunFeed; readonly handlers: Handlers } {
  const handlers: Handlers = {};
  const on = <T extends Topic>(topic: T, handler: (message: Topics[T]) => void | Promise<void>): (() => void) => {
    Object.assign(handlers, { [topic]: handler });
    return () => Reflect.deleteProperty(handlers, topic);
  };
  return { run: { stateId, origin: { kind: "created" }, on }, handlers };
}
const notice = (stateId: string, message: string): LogNotice => ({ stateId, level: "info", code: "ACTOR_LOG", message, at: 0 });

test("keeps the messages of every topic in order, and tells runs apart", () => {
  const recording = recordingSubscriber();
  const [first, second] = [feed("first"), feed("second")];
  recording.attach(first.run);
  recording.attach(second.run);
  void first.handlers.log?.(notice("first", "a"));
  void second.handlers.checkpoint?.({ stateId: "second", seq: 1, at: 0, status: "paused" });
  void first.handlers.log?.(notice("first", "b"));
  expect(recording.recordings.map(({ stateId, topic }) => `${stateId} ${topic}`)).toEqual(["first log", "second checkpoint", "first log"]);
  expect(recording.of("log").map((message) => message.message)).toEqual(["a", "b"]);
  expect(recording.of("event")).toEqual([]);
  expect(recording.runs).toEqual([
    { stateId: "first", origin: { kind: "created" } },
    { stateId: "second", origin: { kind: "created" } },
  ]);
});

test("lets go of a closed run and says so", () => {
  const recording = recordingSubscriber();
  const { run, handlers } = feed("run");
  const detach = recording.attach(run);
  expect(Object.keys(handlers).toSorted()).toEqual(["checkpoint", "event", "group", "interrupt", "log", "recovered"]);
  void detach?.();
  expect(Object.keys(handlers)).toEqual([]);
  expect(recording.closed).toEqual(["run"]);
});

test("clear forgets all", () => {
  const recording = recordingSubscriber();
  const { run, handlers } = feed("run");
  const detach = recording.attach(run);
  void handlers.log?.(notice("run", "a"));
  void detach?.();
  recording.clear();
  expect([recording.recordings, recording.runs, recording.closed]).toEqual([[], [], []]);
});
