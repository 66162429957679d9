import { memoryBackend, type MemoryBackend } from "@reprise/backend-memory";
import { isRepriseError, RepriseError, type HeaderPatch, type StateBackend, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { delegateWriter } from "../src/index.ts";
import { stateBackendCases } from "../src/state-backend-suite/state-backend-suite.ts";
import type { StateBackendSuiteOptions } from "../src/state-backend-suite/suite-context.ts";

// How to know that it works: a backend that breaks one sentence of the contract fails a case that holds to this sentence, and one that
// breaks none fails nothing.

type Broken = (good: MemoryBackend) => Partial<StateBackend>;
type BrokenWriter = (good: StateWriter, backend: MemoryBackend) => Parameters<typeof delegateWriter>[1];

const originals = new WeakMap<StateBackend, MemoryBackend>();

function breaking(broken: Broken): (good: MemoryBackend) => StateBackend {
  return (good) => {
    const bad = { ...good, ...broken(good) };
    originals.set(bad, good);
    return bad;
  };
}

/** With writers that do something wrong. */
const writers = (broken: BrokenWriter): Broken => (good) => ({
  acquire: async (stateId, options) => {
    const writer = await good.acquire(stateId, options);
    const bad = delegateWriter(writer, broken(writer, good));
    inner.set(bad, writer);
    return bad;
  },
  remove: (stateId, authority) => good.remove(stateId, "writer" in authority ? { writer: inner.get(authority.writer) ?? authority.writer } : authority),
});
const inner = new WeakMap<StateWriter, StateWriter>();

/** With reads that give something else. */
const reads = (change: (records: StoredRecord[]) => readonly StoredRecord[]): Broken => (good) => ({
  async *read(stateId, options) {
    const records: StoredRecord[] = [];
    for await (const batch of good.read(stateId, options)) records.push(...batch);
    yield change(records);
  },
});

const table: readonly (readonly [what: string, broken: Broken, expected: RegExp])[] = [
  ["does not compare the expected seq", writers((good) => ({ append: (records, options) => good.append(records, { ...options, expect: good.lastSeq }) })), /^G6/],
  ["stores a part of an append", writers((good) => ({ append: async (records, options) => (await good.append(records.slice(0, 999), options)) && good.lastSeq })), /^G1/],
  ["takes appends without records", writers((good) => ({ append: async (records, options) => (records.length === 0 ? good.lastSeq : good.append(records, options)) })), /^G1: an append without/],
  ["changes what it stores", writers((good) => ({ append: (records, options) => good.append(records.map((bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes))), options) })), /^G9/],
  ["looks at the caller's bytes later", writers((good) => ({ append: async (records, options) => (await Promise.resolve(), good.append(records, options)) })), /^G9: the caller/],
  ["gives its own bytes away", (good) => ({ read: aliased(good) }), /^G9: changing/],
  ["reads from behind", reads((records) => records.toReversed()), /^G[12]/],
  ["loses the last record", reads((records) => records.slice(0, -1)), /^G3/],
  ["ignores the borders of a read", (good) => ({ read: (stateId) => good.read(stateId) }), /borders/],
  ["ignores signals", (good) => ({ read: (stateId, { from = 1, to = Infinity } = {}) => good.read(stateId, { from, to }) }), /signal/],
  ["says of what is missing that it is empty", (good) => ({ read: orNothing(good) }), /NOT_FOUND/],
  ["takes any id", (good) => ({ head: async (stateId) => good.head(stateId).catch(() => undefined) }), /^INVALID_ID/],
  ["lets two hold a run", (good) => ({ acquire: async (stateId, options) => (await freed(good, stateId), good.acquire(stateId, options)) }), /^LEASE_HELD/],
  ["acknowledges those who were taken over", writers((good) => ({ append: (records, options) => good.append(records, options).catch((error: unknown) => (isRepriseError(error, "FENCED") ? good.lastSeq + records.length : Promise.reject(error))) })), /^G5|^epochs/],
  ["does not tell those who were taken over", writers(() => ({ signal: new AbortController().signal })), /^G5/],
  ["shows less than there is to a new holder", writers((good) => ({ recovered: () => good.recovered(2) })), /^G7|^G9/],
  ["forgets headers", writers((good) => ({ append: (records, options) => good.append(records, { ...options, header: {} }) })), /^S4/],
  ["keeps texts as UTF-8 has them", writers((good) => ({ append: (records, options) => good.append(records, { ...options, header: inUtf8(options.header) }) })), /^S4, G3/],
  ["lists whatever it has", (good) => ({ list: () => good.list() }), /^S4/],
  ["gives messages again", writers(() => ({ acknowledge: async () => undefined })), /^I4/],
  ["tells nobody of messages", writers(() => ({ onMessage: () => () => undefined })), /^I4: whoever listens/],
  ["takes messages for nobody", (good) => ({ post: (...given) => good.post(...given).catch(() => undefined) }), /^I4: what cannot/],
  ["keeps the run after release", writers((good) => ({ release: async () => void good })), /release/],
  ["answers after it was closed", () => ({ close: async () => undefined }), /^CLOSED/],
  ["starts epochs anew", (good) => ({ remove: (stateId, authority) => good.remove(stateId, authority), acquire: renumbered(good) }), /^epochs keep growing|epoch grows/],
  ["says that it compacts", writers(() => ({ compact: async () => ({ bytes: 0 }) })), /^G11/],
  ["takes away a neighbour", writers((good) => ({ compact: (ranges, filler) => good.compact!(ranges.map(([from, to]) => [from, to + 1]), filler) })), /^G11/],
  ["says that it finds damage", () => ({ verify: async () => [] }), /^claims|^S10/],
  ["says that it survives the process", (good) => ({ capabilities: { ...good.capabilities, durability: "process" } }), /^claims/],
  ["says that it survives a loss of power", (good) => ({ capabilities: { ...good.capabilities, durability: "power" } }), /^claims/],
  ["says that it excludes other processes", (good) => ({ capabilities: { ...good.capabilities, exclusion: "host" } }), /^claims/],
  ["rejects with errors of its own", (good) => ({ head: async (stateId) => good.head(stateId).catch((error: Error) => Promise.reject(new Error(error.message))) }), /^INVALID_ID|^every refusal/],
];

function inUtf8({ pipelineName, ...header }: HeaderPatch = {}): HeaderPatch {
  return { ...header, ...(pipelineName !== undefined && { pipelineName: pipelineName && Buffer.from(pipelineName).toString() }) };
}

/** The cases, of those whose name is like this, that fail. */
async function failing(broken: Broken, among: RegExp): Promise<string[]> {
  const options: StateBackendSuiteOptions = {
    open: () => breaking(broken)(memoryBackend()),
    abandon: (backend, stateId) => originals.get(backend)?.abandon(stateId),
  };
  const names: string[] = [];
  for (const { name, run } of stateBackendCases(options)) {
    if (!among.test(name)) continue;
    try {
      await inTime(run());
    } catch {
      // That is what is asked for here: which cases notice.
      names.push(name);
    }
  }
  return names;
}

function inTime(running: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it hangs")), 3_000);
    running.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

test.each(table)("a backend that %s fails the suite", { timeout: 30_000 }, async (_, broken, expected) => {
  expect(await failing(broken, expected)).not.toEqual([]);
});

test("a backend that breaks nothing fails nothing", { timeout: 60_000 }, async () => {
  expect(await failing(() => ({}), /./u)).toEqual([]);
});

test("an abandon that does nothing is told by its name", async () => {
  const found = stateBackendCases({ open: () => memoryBackend(), abandon: () => undefined }).find(({ name }) => name.startsWith("G5: after a takeover"));
  await expect(found?.run()).rejects.toThrow(/^the option abandon has to make the holder of run-1 look dead/u);
});

function aliased(good: MemoryBackend): StateBackend["read"] {
  const given = new Map<string, StoredRecord>();
  return async function* (stateId, options) {
    for await (const batch of good.read(stateId, options)) {
      yield batch.map((record) => {
        const key = `${stateId} ${record.seq}`;
        given.set(key, given.get(key) ?? record);
        return given.get(key) ?? record;
      });
    }
  };
}

function orNothing(good: MemoryBackend): StateBackend["read"] {
  return async function* (stateId, options) {
    try {
      yield* good.read(stateId, options);
    } catch (error) {
      if (!isRepriseError(error, "NOT_FOUND")) throw error;
    }
  };
}

async function freed(good: MemoryBackend, stateId: string): Promise<void> {
  if ((await good.head(stateId)) !== undefined) good.abandon(stateId);
}

function renumbered(good: MemoryBackend): StateBackend["acquire"] {
  return async (stateId, options) => {
    const writer = await good.acquire(stateId, options);
    if (writer.epoch < 0) throw new RepriseError("IO", "never");
    return Object.create(writer, { epoch: { value: 1 } }) as StateWriter;
  };
}
