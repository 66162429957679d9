import { CorruptError } from "../errors/storage-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { JournalRecord, StorageWrite } from "./journal-record.ts";
import { recordSchema, schemaVersion } from "./records.ts";

/** Turns records into the bytes a backend keeps, and back. */
export interface RecordCodec {
  /** `named` is told the id of each content that the record names. */
  encode(record: JournalRecord, named?: (id: string) => void): Uint8Array;
  /** Throws `CORRUPT` if the bytes are no record, `INCOMPATIBLE` if they come from a newer version of this library. */
  decode(stored: StoredRecord, stateId: string): JournalRecord;
}

/** Records as JSON text in UTF-8. */
export function createRecordCodec(values: ValueCodec): RecordCodec {
  const utf8 = new TextEncoder();
  const text = new TextDecoder("utf-8", { fatal: true });
  return {
    encode(record, named) {
      if (named) nameContents(record, named);
      return utf8.encode(JSON.stringify(toStored(record)));
    },
    decode(stored, stateId) {
      let json: unknown;
      try {
        json = JSON.parse(text.decode(stored.bytes));
      } catch (cause) {
        throw new CorruptError(`run ${stateId}: record ${stored.seq} is not JSON text`, { stateId, cause });
      }
      refuseNewer(json, stateId);
      const parsed = recordSchema.safeParse(json);
      if (parsed.success) return fromStored(parsed.data, values);
      throw new CorruptError(`run ${stateId}: record ${stored.seq} is not a record of this format: ${parsed.error.issues[0]?.message}`, { stateId, cause: parsed.error });
    },
  };
}

/** Tells the id of each content that a record names. */
export function nameContents(record: JournalRecord, named: (id: string) => void): void {
  if (!("w" in record) || record.w === undefined) return;
  for (const write of record.w) if (write[1] === "r") named(write[2].id);
}

function refuseNewer(json: unknown, stateId: string): void {
  if (typeof json !== "object" || json === null || !("k" in json) || json.k !== "run" || !("v" in json)) return;
  if (typeof json.v === "number" && json.v > schemaVersion) {
    throw new RepriseError("INCOMPATIBLE", `run ${stateId} was written by a newer version of Reprise (record format ${json.v}; this one reads up to ${schemaVersion})`, { stateId });
  }
}

function toStored(record: JournalRecord): unknown {
  switch (record.k) {
    case "run":
      return {
        ...record,
        ...(record.meta && { meta: record.meta.tree }),
        ...(record.root && { root: { ...record.root, ...(record.root.i && { i: record.root.i.tree }) } }),
        ...(record.pins && { pins: record.pins.map(([address, value]) => [address, value.tree]) }),
      };
    case "checkpoint":
    case "cut":
      return record.meta === undefined ? record : { ...record, meta: record.meta.tree };
    case "started":
    case "restarted":
      return record.i === undefined ? record : { ...record, i: record.i.tree };
    case "awaiting":
      return record.prompt === undefined ? record : { ...record, prompt: record.prompt.tree };
    case "message":
      return record.v === undefined ? record : { ...record, v: record.v.tree };
    case "completed":
      if (record.v === undefined && record.w === undefined) return record;
      return { ...record, ...(record.v && { v: record.v.tree }), ...(record.w && { w: record.w.map(storedWrite) }) };
    case "storage":
      return { ...record, w: record.w.map(storedWrite) };
    default:
      return record;
  }
}

function fromStored(stored: ReturnType<typeof recordSchema.parse>, values: ValueCodec): JournalRecord {
  switch (stored.k) {
    case "run":
      return {
        ...withValue(stored, "meta", stored.meta, values),
        ...(stored.root && { root: withValue(stored.root, "i", stored.root.i, values) }),
        ...(stored.pins && { pins: stored.pins.map(([address, tree]) => [address, values.fromTree(tree)]) }),
      } as JournalRecord;
    case "checkpoint":
    case "cut":
      return withValue(stored, "meta", stored.meta, values) as JournalRecord;
    case "started":
    case "restarted":
      return withValue(stored, "i", stored.i, values) as JournalRecord;
    case "awaiting":
      return withValue(stored, "prompt", stored.prompt, values) as JournalRecord;
    case "message":
      return withValue(stored, "v", stored.v, values) as JournalRecord;
    case "completed":
      return { ...withValue(stored, "v", stored.v, values), ...(stored.w && { w: stored.w.map((write) => liveWrite(write, values)) }) } as JournalRecord;
    case "storage":
      return { ...stored, w: stored.w.map((write) => liveWrite(write, values)) };
    default:
      // Zod's optional fields may be undefined, those of JSON are absent.
      return stored as JournalRecord;
  }
}

function withValue(record: object, field: string, tree: unknown, values: ValueCodec): object {
  return tree === undefined ? record : { ...record, [field]: values.fromTree(tree) };
}

function storedWrite(write: StorageWrite): unknown {
  return write[1] === "s" && typeof write[2] === "object" ? [write[0], "s", write[2].tree] : write;
}

function liveWrite(write: readonly [string, string, unknown?], values: ValueCodec): StorageWrite {
  return (write[1] === "s" ? [write[0], "s", values.fromTree(write[2])] : write) as StorageWrite;
}
