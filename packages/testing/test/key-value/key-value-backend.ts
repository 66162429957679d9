import {
  checkHeaderPatch, checkMessageFits, checkMessageId, checkStateId, FencedError, LeaseHeldError, listPage, newHeader, patchHeader, RepriseError,
  type ErrorCode, type StateBackend, type StateHead, type StateHeader, type StateWriter, type StoredRecord,
} from "@reprise/core/spi";

/** What any key-value store of one process can do. A `Map` is one. */
export type KeyValues = Pick<Map<string, string>, "get" | "set" | "delete" | "keys">;

/** The entry of a run. It is written last, and says how many records there are: an append has happened when it has. */
interface Run {
  readonly stateId: string;
  readonly epoch: number;
  readonly lastSeq: number;
  readonly header: StateHeader;
  readonly holder: { readonly owner: string; readonly since: number } | null;
  /** Ids, oldest first. */
  readonly messages: readonly string[];
}

const maxRecordBytes = 2 ** 20;
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const toBytes = (text = ""): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const keyOf = (kind: "run" | "removed" | "record" | "message", stateId: string, of: string | number = ""): string => `${kind}/${encodeURIComponent(stateId)}/${of}`;
const headOf = ({ stateId, epoch, lastSeq, header, holder }: Run): StateHead => ({ ...header, stateId, epoch, lastSeq, lease: holder ? "live" : "none" });

function fail(code: ErrorCode, stateId: string, message: string): never {
  throw new RepriseError(code, `run ${stateId}: ${message}`, { stateId });
}

/** An example of a backend of one's own: journals in a key-value store, for one process at a time. */
export function keyValueBackend(store: KeyValues): StateBackend & { abandon(stateId: string): void } {
  const writers = new Set<StateWriter>();
  const listeners = new Set<readonly [stateId: string, callback: () => void]>();
  let closed = false;

  const load = (stateId: string): Run | undefined => JSON.parse(store.get(keyOf("run", stateId)) ?? "null") ?? undefined;
  const save = (run: Run): void => void store.set(keyOf("run", run.stateId), JSON.stringify(run));
  const find = (stateId: string): Run | undefined => (closed ? fail("CLOSED", stateId, "this backend was closed") : load(checkStateId(stateId)));
  const existing = (stateId: string): Run => find(stateId) ?? fail("NOT_FOUND", stateId, "there is no such run");
  function* recordsOf(stateId: string, from: number, to: number): Generator<readonly StoredRecord[]> {
    for (let seq = Math.max(1, from); seq <= to; seq += 1) {
      const [epoch, bytes] = store.get(keyOf("record", stateId, seq))?.split(" ") ?? [];
      yield [{ seq, epoch: Number(epoch), bytes: toBytes(bytes) }];
    }
  }

  function writerOf({ stateId, epoch, lastSeq: recoveredSeq }: Run): StateWriter {
    const controller = new AbortController();
    const mine = new Set<readonly [string, () => void]>();
    let lastSeq = recoveredSeq;
    const held = (): Run => {
      if (!writers.has(writer)) fail("CLOSED", stateId, "this writer was released");
      const run = load(stateId);
      if (run?.epoch === epoch) return run;
      controller.abort(controller.signal.reason ?? new FencedError(stateId, `epoch ${epoch} was taken over`));
      throw new FencedError(stateId, `epoch ${epoch} was taken over`, { indeterminate: false });
    };
    const release = async (): Promise<void> => {
      const run = load(stateId);
      if (writers.delete(writer) && run?.epoch === epoch) save({ ...run, holder: null });
      for (const listener of mine) listeners.delete(listener);
    };
    const writer: StateWriter = {
      stateId, epoch, signal: controller.signal, release, [Symbol.asyncDispose]: release,
      get lastSeq() { return lastSeq; },
      async *recovered(from = 1) { yield* recordsOf(stateId, from, recoveredSeq); },
      async append(records, { expect, header }) {
        const run = held();
        if (records.length === 0 || records.some((bytes) => bytes.length > maxRecordBytes)) fail("LIMIT", stateId, `an append takes records of at most ${maxRecordBytes} bytes, and at least one`);
        if (header !== undefined) checkHeaderPatch(stateId, header);
        if (expect !== lastSeq) fail("CONFLICT", stateId, `append expected ${expect} to be the last seq, but it is ${lastSeq}`);
        for (const bytes of records) store.set(keyOf("record", stateId, (lastSeq += 1)), `${epoch} ${toText(bytes)}`);
        save({ ...run, lastSeq, header: header === undefined ? run.header : patchHeader(run.header, header) });
        return lastSeq;
      },
      async *messages() {
        for (const id of held().messages) yield { id, bytes: toBytes(store.get(keyOf("message", stateId, id))) };
      },
      async acknowledge(id) {
        const run = held();
        save({ ...run, messages: run.messages.filter((each) => each !== id) });
      },
      onMessage(callback) {
        const listener = [stateId, callback] as const;
        if (writers.has(writer)) listeners.add(listener);
        mine.add(listener);
        return () => void listeners.delete(listener);
      },
      flush: async () => void held(), renew: async () => void held(),
    };
    writers.add(writer);
    return writer;
  }

  return {
    capabilities: { durability: "none", exclusion: "process", watch: false, maxRecordBytes },
    async acquire(stateId, { owner, create, waitMs = 0, signal }) {
      for (const deadline = Date.now() + waitMs; ; await new Promise((resolve) => void setTimeout(resolve, 2))) {
        signal?.throwIfAborted();
        const run = create === "never" ? existing(stateId) : find(stateId);
        if (run !== undefined && create === "must") fail("ALREADY_EXISTS", stateId, "it exists already");
        if (run?.holder && Date.now() < deadline) continue;
        if (run?.holder) throw new LeaseHeldError(stateId, run.holder);
        // Epochs go on where those of a removed run of this id ended.
        const epoch = (run?.epoch ?? Number(store.get(keyOf("removed", stateId)) ?? 0)) + 1;
        const taken = { ...(run ?? { stateId, lastSeq: 0, header: newHeader(Date.now()), messages: [] }), epoch, holder: { owner, since: Date.now() } };
        save(taken);
        return writerOf(taken);
      }
    },
    async *read(stateId, { from = 1, to = Infinity, signal } = {}) {
      signal?.throwIfAborted();
      for (const batch of recordsOf(stateId, from, Math.min(to, existing(stateId).lastSeq))) {
        signal?.throwIfAborted();
        yield batch;
      }
    },
    head: async (stateId) => ((run) => run && headOf(run))(find(stateId)),
    async list(query = {}) {
      if (closed) fail("CLOSED", "", "this backend was closed");
      const runs = [...store.keys()].filter((key) => key.startsWith("run/")).flatMap((key) => load(decodeURIComponent(key.slice(4, -1))) ?? []);
      const page = listPage(runs.map((run) => ({ stateId: run.stateId, header: run.header, unread: run.messages.length > 0, run })), query);
      return { ...page, rows: page.rows.map(({ run }) => headOf(run)), damaged: [] };
    },
    async post(stateId, id, bytes) {
      const run = existing(stateId);
      if (run.messages.includes(checkMessageId(id))) return;
      checkMessageFits(stateId, bytes, { maxRecordBytes, waiting: run.messages.length });
      store.set(keyOf("message", stateId, id), toText(bytes));
      save({ ...run, messages: [...run.messages, id] });
      for (const [about, callback] of listeners) if (about === stateId) callback();
    },
    async remove(stateId, authority) {
      const run = existing(stateId);
      const writer = "writer" in authority ? authority.writer : undefined;
      if (writer && (writer.stateId !== stateId || !writers.has(writer))) fail("INVALID_OPTION", stateId, "the writer must be one of this run and this backend");
      await writer?.renew();
      store.set(keyOf("removed", stateId), String(run.epoch));
      store.delete(keyOf("run", stateId));
      await writer?.release();
    },
    async close() {
      closed = true;
      for (const writer of writers) await writer.release();
    },
    abandon: (stateId) => save({ ...existing(stateId), holder: null }),
  };
}
