import type { StateWriter } from "@reprise/core/spi";

/**
 * A writer that does what another one does, but for what is given: the beginning of every wrapper that observes, delays or
 * breaks. Disposing it calls its own `release`.
 *
 * @example
 * ```ts
 * import type { StateWriter } from "@reprise/core/spi";
 * import { delegateWriter } from "@reprise/testing";
 *
 * const counting = (writer: StateWriter, count: () => void) =>
 *   delegateWriter(writer, { append: (records, options) => (count(), writer.append(records, options)) });
 * ```
 */
export function delegateWriter(inner: StateWriter, own: Partial<Omit<StateWriter, "stateId" | "epoch" | "lastSeq">>): StateWriter {
  const release = own.release ?? ((): Promise<void> => inner.release());
  const compact = inner.compact?.bind(inner);
  return {
    stateId: inner.stateId,
    get epoch() {
      return inner.epoch;
    },
    get lastSeq() {
      return inner.lastSeq;
    },
    signal: inner.signal,
    recovered: (from) => inner.recovered(from),
    append: (records, options) => inner.append(records, options),
    messages: () => inner.messages(),
    acknowledge: (messageId) => inner.acknowledge(messageId),
    onMessage: (callback) => inner.onMessage(callback),
    flush: () => inner.flush(),
    ...(compact && { compact }),
    renew: () => inner.renew(),
    ...own,
    release,
    [Symbol.asyncDispose]: release,
  };
}
