// What an event stream over HTTP is for: a client that comes and goes, and misses nothing.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { createReprise } from "@reprise/core";
import { defaultSystem, type StateBackend, type System } from "@reprise/core/spi";
import { addOne, seededRandom } from "@reprise/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createHandler, type HttpSystem } from "../src/index.ts";
import { connect, type SentEvent } from "./support/event-source.ts";
import { serve } from "./support/serve.ts";

const stateId = "run-1";
const stores: readonly (readonly [string, () => Promise<() => StateBackend>])[] = [
  [
    "memory",
    async () => {
      const backend = memoryBackend();
      return () => backend;
    },
  ],
  [
    "fs",
    async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-http-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return () => fsBackend({ dir });
    },
  ],
];

/** Systems that count what is under way. */
function counted(): { readonly system: System; readonly http: HttpSystem; readonly running: () => number } {
  let running = 0;
  const count = (begin: () => () => void): (() => void) => {
    running += 1;
    const stop = begin();
    let over = false;
    return () => {
      if (!over) running -= 1;
      over = true;
      stop();
    };
  };
  const real = defaultSystem();
  const system: System = {
    ...real,
    setTimer: (delayMs, callback, options) => {
      const stop = count(() => real.setTimer(delayMs, () => (stop(), callback()), options));
      return stop;
    },
  };
  const http: HttpSystem = {
    setInterval: (everyMs, callback) =>
      count(() => {
        const timer = setInterval(callback, everyMs);
        return () => clearInterval(timer);
      }),
    report: (error) => {
      throw error;
    },
  };
  return { system, http, running: () => running };
}

describe.each(stores)("on %s", (_, open) => {
  test("H5: an SSE client that disconnects at random and reconnects with Last-Event-ID 100 times sees every event exactly once, in order", { timeout: 60_000 }, async () => {
    const reopen = await open();
    const state = await createReprise({ backend: reopen() }).create({ stateId });
    const { system, http, running } = counted();
    // Nothing is kept by a server: it does not matter to which one the client comes.
    const serveOne = async (): Promise<string> => `http://127.0.0.1:${await serve(createHandler(createReprise({ backend: reopen(), system }), { heartbeatMs: 20, system: http }))}/runs/${stateId}/events`;
    const urls = [await serveOne(), await serveOne()] as const;
    const [url] = urls;
    const random = seededRandom(7);
    const seen: SentEvent[] = [];
    let calls = 0;
    const work = async (): Promise<void> => {
      for (let more = Math.floor(random() * 4); more > 0; more -= 1) await state.run(addOne, (calls += 1));
    };
    await work();
    for (let connection = 0; connection < 100; connection += 1) {
      // Some of it is there when the client comes, some happens while it listens.
      await work();
      const working = work();
      const { status, events } = await connect(random() < 0.5 ? urls[0] : urls[1], seen.at(-1)?.id, { bytes: 1 + Math.floor(random() * 1_500), ms: Math.floor(random() * 60) });
      expect(status).toBe(200);
      seen.push(...events);
      await working;
    }
    await state.saveCheckpoint({ status: "completed" });
    await state.close();
    const last = await connect(url, seen.at(-1)?.id);
    expect(last.end).toBe("server");
    expect(last.events.at(-1)).toEqual({ id: undefined, type: "end", data: '{"status":"completed"}' });
    seen.push(...last.events.slice(0, -1));

    const history = state.history.events();
    expect(history.length).toBe(2 * calls);
    expect(seen.map(({ id }) => Number(id))).toEqual(history.map(({ seq }) => seq));
    expect(seen.map(({ data }) => JSON.parse(data) as unknown)).toEqual(history.map(({ seq, status, address }) => expect.objectContaining({ seq, status, address })));
    // Nothing is left to come: a browser is told to stop asking.
    expect(await connect(url, seen.at(-1)?.id)).toMatchObject({ status: 204, events: [] });
    await vi.waitFor(() => expect(running()).toBe(0), 10_000);
  });
});

test("H5: nothing listens, ticks or reads any more once every client has gone", { timeout: 30_000 }, async () => {
  const inner = memoryBackend();
  let looks = 0;
  const backend: StateBackend = { ...inner, head: (id) => ((looks += 1), inner.head(id)) };
  const state = await createReprise({ backend: inner }).create({ stateId });
  await state.run(addOne, 1);
  const { system, http, running } = counted();
  const port = await serve(createHandler(createReprise({ backend, system }), { system: http }));
  const url = `http://127.0.0.1:${port}/runs/${stateId}/events`;
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(url, undefined, { bytes: 200 })));
  expect(clients.map(({ end }) => end)).toEqual(clients.map(() => "client"));
  await vi.waitFor(() => expect(running()).toBe(0), 10_000);
  const before = looks;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(looks).toBe(before);
  await state.close();
});
