import { checkStateId } from "../backends/check-state-id.ts";
import { invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import type { StateStatus } from "../events/event-type.ts";
import { isPause } from "../history/call-node.ts";
import { Contents } from "../journal/contents.ts";
import type { JournalRecord, RunRecord } from "../journal/journal-record.ts";
import type { HeaderPatch, StateWriter, StoredRecord } from "../ports/state-backend.ts";
import { headerOf, mergedMetadata } from "../runs/metadata.ts";
import type { RecordContents } from "../journal/offload.ts";
import { ephemeralArtifacts } from "../runs/ephemeral-artifacts.ts";
import { contentsOf } from "../runs/run-contents.ts";
import type { RepriseSettings } from "../runs/settings.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { takenOver } from "../timeline/fork-records.ts";
import { tokenFrom } from "../history/wait-token.ts";
import type { ValueCodec } from "../values/codec.ts";
import { noPlace, readStored, type StoredJournal } from "./read-stored.ts";
import { unpackRunFile, type RunFile } from "./run-file.ts";
import { sealOf } from "./sealed.ts";

/** Options of `import`. */
export interface ImportOptions {
  /** Id of the run here. Default: a new one for a fork; a hand-off keeps its own. */
  readonly stateId?: string;
}

/** What has become of a file. */
export interface ImportedRun {
  readonly stateId: string;
  /**
   * `handOff`: the run itself, which goes on here and nowhere else; `fork`: a run of its own that knows where it comes from;
   * `copy`: what was exported, under its own id.
   */
  readonly kind: "handOff" | "fork" | "copy";
  readonly status: StateStatus;
}

/** What is to be written, all in one append: a part of it is never seen. */
interface Arrival extends ImportedRun {
  readonly records: readonly JournalRecord[];
  readonly bytes: readonly Uint8Array[];
}

/** Makes a run of a file. */
export async function importRun(settings: RepriseSettings, bytes: unknown, options: ImportOptions): Promise<ImportedRun> {
  const file = unpackRunFile(bytes, settings.system.sha256);
  const journal = await readStored(checkStateId(file.stateId), stored(file.records), settings, placeOf(file, settings));
  const own = new Map<string, Uint8Array>();
  const arrival = arrivalOf(settings, journal, options, own);
  const { stateId, kind, status } = arrival;
  const { artifacts } = settings;
  const contents = [...contentsIn(file, journal), ...own.values()];
  if (artifacts === undefined && contents.length > 0) throw noPlace(stateId);
  const { backend } = settings;
  if (settings.options.backend === undefined) throw new RepriseError("UNSUPPORTED", "import needs a place for the run: give createReprise({ backend }) one, such as fsBackend({ dir })", { stateId, path: "backend" });
  // Before the lease: a run that exists is another answer than one that somebody holds.
  const head = await backend.head(stateId);
  if (head !== undefined && head.lastSeq > 0) await presentRecords(settings, { lastSeq: head.lastSeq, recovered: () => backend.read(stateId) }, arrival);
  const { maxRecordBytes } = backend.capabilities;
  const long = arrival.bytes.find((record) => record.length > maxRecordBytes);
  if (long !== undefined) throw new RepriseError("LIMIT", `run ${stateId} has a record of ${long.length} bytes; this backend takes ${maxRecordBytes}`, { stateId });
  const writer = await backend.acquire(stateId, { owner: settings.system.owner, create: "may" });
  try {
    const present = await presentRecords(settings, writer, arrival);
    // G12: what records name is there before they are.
    for (const content of contents) await artifacts?.put(content);
    await writer.append(arrival.bytes.slice(present), { expect: present, header: headerAfter(arrival) });
  } finally {
    await writer.release();
  }
  return { stateId, kind, status };
}

/** What the records name, if the file holds contents; nothing else that it may hold. */
function contentsIn({ artifacts }: RunFile, journal: StoredJournal): Uint8Array[] {
  if (artifacts === undefined) return [];
  return [...journal.contents].map((id) => {
    const content = artifacts.get(id);
    if (content === undefined) throw new CorruptError(`the exported run is damaged: content ${id}, which its records name, is not in it`, { path: "bytes" });
    return content;
  });
}

/** Where the values of a file are that are not in its records: in the file, or where this Reprise has contents. */
function placeOf({ artifacts: brought }: RunFile, settings: RepriseSettings): Contents {
  const here = contentsOf(settings);
  if (brought === undefined) return here;
  const { sha256 } = settings.system;
  const get = async (id: string): Promise<Uint8Array> => {
    const content = brought.get(id);
    if (content === undefined) throw new RepriseError("NOT_FOUND", `the exported run does not hold content ${id}`);
    return content;
  };
  return new Contents({ artifacts: { ...ephemeralArtifacts(sha256), get }, sha256, threshold: Infinity });
}

/** Records of a fork are written anew; what is too large for them is stored with what the file brought, and not before. */
function collected(settings: RepriseSettings, own: Map<string, Uint8Array>): RecordContents {
  const { threshold } = contentsOf(settings);
  const { sha256 } = settings.system;
  return {
    threshold,
    hash: (text) => sha256(new TextEncoder().encode(text)),
    named: () => undefined,
    put(bytes) {
      const id = sha256(bytes);
      own.set(id, bytes);
      return id;
    },
  };
}

async function* stored(records: readonly Uint8Array[]): AsyncGenerator<readonly StoredRecord[]> {
  yield records.map((bytes, index) => ({ seq: index + 1, epoch: 1, bytes }));
}

function arrivalOf(settings: RepriseSettings, journal: StoredJournal, { stateId }: ImportOptions, own: Map<string, Uint8Array>): Arrival {
  const { records: codec, system, values } = settings;
  const source = journal.stateId;
  const { status } = foldVisible(source, journal.records);
  if (sealOf(journal.records) !== undefined) {
    if (stateId !== undefined && stateId !== source) invalid("stateId", `left out, or ${JSON.stringify(source)}: a hand-off moves the run itself`, stateId);
    const received: JournalRecord = { k: "received", at: system.now() };
    return { stateId: source, kind: "handOff", status, records: [...journal.records, received], bytes: [...journal.bytes, codec.encode(received)] };
  }
  if (stateId === source) return { ...journal, kind: "copy", status };
  const id = stateId ?? system.newId();
  const [first, ...rest] = journal.records as [RunRecord, ...JournalRecord[]];
  const last = journal.records.length;
  const meta = values.encode({ ...mergedMetadata(first.meta ? [first.meta] : []), parentStateId: source }, "metadata").encoded;
  const begun: RunRecord = { ...first, id, meta, was: first.was ?? source, parent: { id: source, seq: last, n: last } };
  const records = [begun, ...rest.map((record, index) => withoutParent(takenOver(record, { stateId: source, seq: index + 2 }, () => tokenFrom(system.newId())), values))];
  return { stateId: id, kind: "fork", status, records, bytes: records.map((record) => codec.encode(record, collected(settings, own))) };
}

/** Patches of metadata may name what the source was made from: of the fork that is not the parent. */
function withoutParent(record: JournalRecord, values: ValueCodec): JournalRecord {
  if (!("meta" in record) || record.meta === undefined) return record;
  const { parentStateId, ...meta } = mergedMetadata([record.meta]);
  return parentStateId === undefined ? record : { ...record, meta: values.encode(meta, "metadata").encoded };
}

/**
 * How many of the records are here already: none, or, where a run comes back that was handed off here, all up to the seal, but for what a
 * compaction has taken away where it was. Throws `ALREADY_EXISTS` for any other run.
 */
async function presentRecords({ records: codec }: RepriseSettings, writer: Pick<StateWriter, "lastSeq" | "recovered">, { stateId, kind, records, bytes }: Arrival): Promise<number> {
  // An earlier import that died before its append has left nothing but the id.
  if (writer.lastSeq === 0) return 0;
  let equal = kind === "handOff" && writer.lastSeq < bytes.length;
  let last: StoredRecord | undefined;
  for await (const batch of writer.recovered()) {
    equal &&= batch.every((record) => records[record.seq - 1]?.k === "gone" || sameBytes(record.bytes, bytes[record.seq - 1]));
    last = batch.at(-1) ?? last;
  }
  if (equal && last !== undefined && codec.decode(last, stateId).k === "sealed") return writer.lastSeq;
  throw new RepriseError("ALREADY_EXISTS", `run ${stateId} exists here already, and is not the one that was handed off from here`, { stateId });
}

function sameBytes(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.length === other?.length && one.every((byte, index) => byte === other[index]);
}

function headerAfter({ stateId, records }: Arrival): HeaderPatch {
  const { status, createdAt, updatedAt, metadata, calls, mail, wakeAt: recorded = Infinity } = foldVisible(stateId, records);
  const dueTimes = [...calls.values()].flatMap(({ type, state, dueAt }) => (isPause(type) && state === "open" ? (dueAt ?? []) : []));
  // An answer that came along may be what it waits for.
  const wakeAt = Math.min(recorded, ...dueTimes, mail.early.length > 0 ? updatedAt : Infinity);
  return { tags: [], ...headerOf(mergedMetadata(metadata)), status, createdAt, updatedAt, wakeAt: status === "awaiting" && wakeAt < Infinity ? wakeAt : null };
}
