import { delegateWriter } from "../../../src/index.ts";
import { memoryBackend } from "@reprise/backend-memory";
import type { AppendOptions, BackendCapabilities, Durability, StateBackend, StateWriter } from "@reprise/core/spi";
import type { RawRecord } from "./world.ts";

/** One append as the backend was asked for it. */
export interface SeenAppend {
  readonly records: readonly RawRecord[];
  readonly options: AppendOptions;
  acknowledged: boolean;
}

/** A backend that writes down what it is asked, and acknowledges when the test lets it. */
export interface RecordingBackend extends StateBackend {
  readonly appends: readonly SeenAppend[];
  readonly acquired: number;
  readonly released: number;
  /** From now on such appends are written, but acknowledged only by `letGo`. */
  hold(matches: (append: SeenAppend) => boolean): void;
  letGo(): void;
  /** What to reject the next append with that holds such a record. */
  failAt(matches: (append: SeenAppend) => boolean, error: () => Error): void;
}

/** Wraps a backend in memory that claims to reach `durability`. */
export function recordingBackend(durability: Durability = "power"): RecordingBackend {
  const inner = memoryBackend();
  const capabilities: BackendCapabilities = { ...inner.capabilities, durability };
  const appends: SeenAppend[] = [];
  let acquired = 0;
  let released = 0;
  let held: { readonly matches: (append: SeenAppend) => boolean; readonly promise: Promise<void>; readonly open: () => void } | undefined;
  let fault: { readonly matches: (append: SeenAppend) => boolean; readonly error: () => Error } | undefined;

  function wrap(writer: StateWriter): StateWriter {
    let poison: Error | undefined;
    return delegateWriter(writer, {
      async append(records, options) {
        if (poison) throw poison;
        const seen: SeenAppend = { records: records.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as RawRecord), options, acknowledged: false };
        appends.push(seen);
        if (fault?.matches(seen)) {
          poison = fault.error();
          fault = undefined;
          throw poison;
        }
        const { durability: _, ...rest } = options;
        const waiting = held?.matches(seen) === true ? held.promise : undefined;
        const seq = await writer.append(records, rest);
        await waiting;
        seen.acknowledged = true;
        return seq;
      },
      release: async () => {
        released += 1;
        await writer.release();
      },
    });
  }
  return {
    ...inner,
    capabilities,
    appends,
    get acquired() {
      return acquired;
    },
    get released() {
      return released;
    },
    async acquire(stateId, options) {
      const writer = await inner.acquire(stateId, options);
      acquired += 1;
      return wrap(writer);
    },
    hold(matches) {
      let open = (): void => undefined;
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      held = { matches, promise, open };
    },
    letGo() {
      const { open } = held ?? { open: () => undefined };
      held = undefined;
      open();
    },
    failAt(matches, error) {
      fault = { matches, error };
    },
  };
}

/** The append that holds a record of this kind, and of this call if an address is given. */
export function appendOf(backend: RecordingBackend, kind: string, address?: string): SeenAppend | undefined {
  const seqOf = new Map<string, number>();
  let seq = 0;
  for (const append of backend.appends) {
    for (const record of append.records) {
      seq += 1;
      if (record.k === "started") seqOf.set(record["a"] as string, seq);
    }
  }
  const call = address === undefined ? undefined : seqOf.get(address);
  return backend.appends.find((append) =>
    append.records.some((record) => record.k === kind && (address === undefined || record["a"] === address || record["c"] === call)),
  );
}
