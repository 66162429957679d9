import type { StateBackend, StateWriter } from "@reprise/core/spi";

/**
 * A backend that tells of each write, from 1, at the moment when the disk has acknowledged it and nobody else knows yet:
 * the exact points at which a crash could matter.
 */
export function observedBackend(backend: StateBackend, acknowledged: (write: number) => void): StateBackend {
  let writes = 0;
  const innerOf = new WeakMap<StateWriter, StateWriter>();
  const count = (): void => {
    writes += 1;
    acknowledged(writes);
  };
  return {
    capabilities: backend.capabilities,
    ...(backend.artifacts && { artifacts: backend.artifacts }),
    acquire: async (stateId, options) => {
      const inner = await backend.acquire(stateId, options);
      const writer = observedWriter(inner, count);
      innerOf.set(writer, inner);
      return writer;
    },
    read: (stateId, options) => backend.read(stateId, options),
    head: (stateId) => backend.head(stateId),
    list: (query) => backend.list(query),
    post: (stateId, messageId, bytes) => backend.post(stateId, messageId, bytes),
    remove: (stateId, authority) => {
      const inner = "writer" in authority ? innerOf.get(authority.writer) : undefined;
      return backend.remove(stateId, inner === undefined ? authority : { writer: inner });
    },
    close: () => backend.close(),
  };
}

function observedWriter(writer: StateWriter, acknowledged: () => void): StateWriter {
  return {
    stateId: writer.stateId,
    epoch: writer.epoch,
    signal: writer.signal,
    get lastSeq() {
      return writer.lastSeq;
    },
    recovered: (from) => writer.recovered(from),
    append: async (records, options) => {
      const seq = await writer.append(records, options);
      acknowledged();
      return seq;
    },
    messages: () => writer.messages(),
    acknowledge: (messageId) => writer.acknowledge(messageId),
    onMessage: (callback) => writer.onMessage(callback),
    flush: () => writer.flush(),
    renew: () => writer.renew(),
    release: () => writer.release(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}
