import type { StateWriter } from "@reprise/core/spi";
import { delegateWriter } from "./delegate-writer.ts";

/** A writer whose user can be cut off from the backend. */
export interface CuttableWriter extends StateWriter {
  readonly inner: StateWriter;
  /** From now on no call reaches the backend, and no promise given out settles. */
  cut(): void;
  /** Gives the lease of a writer that was cut back, once what it had handed over is through. */
  bury(): Promise<void>;
}

/** Wraps a writer; `released` is called when its user lets it go. */
export function cuttableWriter(inner: StateWriter, released: () => void): CuttableWriter {
  let alive = true;
  const controller = new AbortController();
  const passOn = (): void => {
    if (alive) controller.abort(inner.signal.reason);
  };
  if (inner.signal.aborted) passOn();
  else inner.signal.addEventListener("abort", passOn, { once: true });

  /** What the backend does, as far as somebody is there to see it. */
  function whileAlive<T>(operation: () => Promise<T>): Promise<T> {
    if (!alive) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      operation().then(
        (value) => alive && resolve(value),
        (error: unknown) => alive && reject(error),
      );
    });
  }
  const release = (): Promise<void> =>
    whileAlive(async () => {
      await inner.release();
      released();
    });
  const compact = inner.compact?.bind(inner);
  const writer = delegateWriter(inner, {
    signal: controller.signal,
    append: (records, options) => whileAlive(() => inner.append(records, options)),
    async *messages() {
      for await (const message of inner.messages()) {
        if (!alive) await new Promise(() => undefined);
        yield message;
      }
      if (!alive) await new Promise(() => undefined);
    },
    acknowledge: (messageId) => whileAlive(() => inner.acknowledge(messageId)),
    onMessage: (callback) => inner.onMessage(() => alive && callback()),
    flush: () => whileAlive(() => inner.flush()),
    ...(compact && { compact: (...given: Parameters<typeof compact>) => whileAlive(() => compact(...given)) }),
    renew: () => whileAlive(() => inner.renew()),
    release,
  });
  return Object.assign(writer, {
    inner,
    cut() {
      alive = false;
    },
    bury: () => inner.release(),
  });
}
