import { memoryBackend } from "@reprise/backend-memory";
import { createReprise } from "@reprise/core";
import type { Subscriber } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { recordingSubscriber, virtualSystem } from "../src/index.ts";
import { subscriberCases } from "../src/subscriber-suite/subscriber-suite.ts";
import { watchedLives } from "../src/subscriber-suite/watched-lives.ts";
import { subscriberSuite } from "../src/vitest.ts";

subscriberSuite("recordingSubscriber", { subscriber: recordingSubscriber, backend: memoryBackend });

test("the lives have events of every status, and notices of most topics", async () => {
  const seen = new Set<string>();
  for (const life of watchedLives) {
    const system = virtualSystem();
    const backend = memoryBackend({ system });
    const recording = recordingSubscriber();
    await system.runUntil(life.run({ start: (options) => createReprise({ ...options, backend, system, subscribers: [recording] }), advance: (ms) => new Promise((resolve) => void system.setTimer(ms, resolve)) }));
    await system.run();
    for (const { status } of recording.of("event")) seen.add(status);
    for (const topic of ["log", "checkpoint", "recovered", "interrupt", "group"] as const) if (recording.of(topic).length > 0) seen.add(topic);
  }
  expect([...seen].toSorted()).toEqual(["awaiting", "checkpoint", "completed", "failed", "group", "interrupt", "interrupted", "log", "recovered", "retrying", "started"]);
});

// The suite must find what is wrong.
const bad: Readonly<Record<string, Subscriber>> = {
  "that fails at an event": { attach: (run) => run.on("event", ({ status }) => expect(status).not.toBe("completed")) },
  "that fails at a log": { attach: (run) => run.on("log", ({ message }) => expect(message).not.toContain("\u001b")) },
  "that fails when it is attached": { attach: () => expect.fail("no") },
  "that fails when it ends": { attach: () => () => Promise.reject(new Error("no")) },
  "that gives something else": { attach: (() => "done") as never },
};

test.each(Object.entries(bad))("a subscriber %s is found", async (_, subscriber) => {
  const found = await Promise.allSettled(subscriberCases.map(({ run }) => run({ subscriber: () => subscriber, backend: memoryBackend })));
  expect(found.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
});
