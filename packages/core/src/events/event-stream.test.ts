import fc from "fast-check";
import { expect, test } from "vitest";
import { EventStream, type StreamListener, type StreamSource } from "./event-stream.ts";
import type { StateStatus } from "./event-type.ts";
import type { ExecutionEvent, StreamItem } from "./execution-event.ts";

const event = (seq: number): ExecutionEvent => ({ seq, stateId: "run", status: "started", address: "a::tool_call", type: "tool_call", name: "a", call: seq, parent: undefined, attempt: 1, at: 0 });

/** A run without an engine: what is recorded, who listens, and how often it was read. */
class Source implements StreamSource {
  readonly events: StreamItem[] = [];
  readonly listeners = new Set<StreamListener>();
  reads = 0;
  ended: StateStatus | undefined;

  *recorded(from: number): Generator<StreamItem, undefined> {
    this.reads += 1;
    for (let index = 0; index < this.events.length; index += 1) {
      const item = this.events[index];
      if (item !== undefined && item.seq >= from) yield item;
    }
  }

  listen(listener: StreamListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  happen(count = 1): void {
    const items = Array.from({ length: count }, (_, index) => event(this.events.length + index + 1));
    this.events.push(...items);
    for (const listener of this.listeners) listener.push(items);
  }

  end(status: StateStatus): void {
    this.ended = status;
    for (const listener of this.listeners) listener.changed();
  }
}

async function takeSeqs(stream: EventStream, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let taken = 0; taken < count; taken += 1) {
    const { done, value } = await stream.next();
    if (done === true) break;
    seqs.push(value.seq);
  }
  return seqs;
}

const upTo = (last: number, from = 1): number[] => Array.from({ length: last - from + 1 }, (_, index) => from + index);

test("H5: a consumer gets what is recorded, then what comes, and the status at the end", async () => {
  const source = new Source();
  source.happen(2);
  const stream = new EventStream(() => source, {});
  expect(await takeSeqs(stream, 2)).toEqual([1, 2]);
  const third = stream.next();
  source.happen();
  expect((await third).value).toMatchObject({ seq: 3 });
  const none = stream.next();
  source.end("paused");
  expect(await none).toEqual({ done: true, value: "paused" });
  expect(await stream.next()).toEqual({ done: true, value: "paused" });
  expect(source.listeners.size).toBe(0);
});

test("H5: nothing is listened to before the first event is asked for", async () => {
  const source = new Source();
  const stream = new EventStream(() => source, {});
  expect([source.listeners.size, source.reads]).toEqual([0, 0]);
  await stream.return();
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(source.listeners.size).toBe(0);
});

test("H5: what a slow consumer cannot keep is read again, once for each overflow", async () => {
  const source = new Source();
  const stream = new EventStream(() => source, {});
  source.happen();
  expect(await takeSeqs(stream, 1)).toEqual([1]);
  const waiting = stream.next();
  source.happen(5_000);
  expect((await waiting).value).toMatchObject({ seq: 2 });
  expect(source.reads).toBe(1);
  source.end("completed");
  expect(await takeSeqs(stream, Infinity)).toEqual(upTo(5_001, 3));
  expect(source.reads).toBe(2);
});

test("H5: several may ask at once, and get one event each, in the order of asking", async () => {
  const source = new Source();
  const stream = new EventStream(() => source, { from: 2 });
  const asked = [stream.next(), stream.next(), stream.next(), stream.next()];
  source.happen(3);
  source.end("failed");
  expect((await Promise.all(asked)).map(({ done, value }) => (done === true ? value : value.seq))).toEqual([2, 3, "failed", "failed"]);
});

test("H5: a signal and return() end a stream that waits, and leave no listener behind", async () => {
  const source = new Source();
  const controller = new AbortController();
  const streams = [new EventStream(() => source, { signal: controller.signal }), new EventStream(() => source, {})] as const;
  const waiting = streams.map((stream) => stream.next());
  expect(source.listeners.size).toBe(2);
  controller.abort();
  await streams[1].return();
  expect(await Promise.all(waiting)).toEqual([{ done: true, value: undefined }, { done: true, value: undefined }]);
  expect(source.listeners.size).toBe(0);
  expect(await new EventStream(() => source, { signal: controller.signal }).next()).toEqual({ done: true, value: undefined });
});

test("H5: a failure comes after what was read, to one who asks; then the stream is over", async () => {
  const source = new Source();
  source.happen(2);
  const stream = new EventStream(() => source, {});
  const first = stream.next();
  for (const listener of source.listeners) listener.fail(new Error("gone"));
  expect((await first).value).toMatchObject({ seq: 1 });
  expect((await stream.next()).value).toMatchObject({ seq: 2 });
  await expect(stream.next()).rejects.toThrow("gone");
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(source.listeners.size).toBe(0);
});

test("H5: whatever comes while it is read, and however slowly, each event is given once and in order", async () => {
  const step = fc.oneof(fc.record({ happen: fc.integer({ min: 1, max: 1_500 }) }), fc.record({ take: fc.integer({ min: 1, max: 700 }) }), fc.constant("reread" as const));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.integer({ min: 1, max: 20 }), async (steps, from) => {
      const source = new Source();
      const stream = new EventStream(() => source, { from });
      const seen: number[] = [];
      for (const each of steps) {
        if (each === "reread") for (const listener of source.listeners) listener.reread();
        else if ("happen" in each) source.happen(each.happen);
        else seen.push(...(await takeSeqs(stream, Math.min(each.take, Math.max(0, source.events.length - from + 1 - seen.length)))));
      }
      source.end("completed");
      seen.push(...(await takeSeqs(stream, Infinity)));
      expect(seen).toEqual(source.events.length < from ? [] : upTo(source.events.length, from));
    }),
    { numRuns: 100 },
  );
});
