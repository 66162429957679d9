import type { CommonRecord } from "./common-record.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import type { JournalRecord, StorageWrite } from "./journal-record.ts";
import type { recordSchema } from "./records.ts";

/** How the values of a record are read; `place` puts a value there that is known only later. */
export interface ValueReader {
  readonly value: (tree: unknown, place: (value: EncodedValue) => void) => void;
  readonly error: (error: ErrorRecord, place: (error: ErrorRecord) => void) => void;
}

/** The record of such JSON, which nobody else holds: it becomes the record itself. */
export function fromCommon(stored: CommonRecord, values: Pick<ValueCodec, "fromTree">): JournalRecord {
  if (stored.k === "started") {
    if (stored.i !== undefined) stored.i = values.fromTree(stored.i);
  } else if (stored.v !== undefined) stored.v = values.fromTree(stored.v);
  return stored as JournalRecord;
}

/** The record of the JSON of a journal. */
export function fromStored(stored: ReturnType<typeof recordSchema.parse>, read: ValueReader): JournalRecord {
  switch (stored.k) {
    case "run": {
      const record = withValue(stored, "meta", stored.meta, read);
      const root = stored.root && { root: withValue(stored.root, "i", stored.root.i, read) };
      return Object.assign(record, root, stored.pins && { pins: livePins(stored.pins, read) });
    }
    case "checkpoint":
    case "cut":
      return withValue(stored, "meta", stored.meta, read);
    case "started":
    case "restarted":
      return withValue(stored, "i", stored.i, read);
    case "awaiting":
      return withValue(stored, "prompt", stored.prompt, read);
    case "message":
      return withValue(stored, "v", stored.v, read);
    case "completed": {
      const record = withValue(stored, "v", stored.v, read);
      return stored.w ? Object.assign(record, { w: liveWrites(stored.w, read) }) : record;
    }
    case "failed": {
      const record = { ...stored };
      read.error(stored.e, (e) => Object.assign(record, { e }));
      return record;
    }
    case "storage":
      return { ...stored, w: liveWrites(stored.w, read) };
    default:
      // Zod's optional fields may be undefined, those of JSON are absent.
      return stored as JournalRecord;
  }
}

function withValue(stored: object, field: string, tree: unknown, read: ValueReader): JournalRecord {
  const record = { ...stored };
  if (tree !== undefined) read.value(tree, (value) => Object.assign(record, { [field]: value }));
  return record as JournalRecord;
}

function livePins(pins: readonly (readonly [address: string, tree?: unknown])[], read: ValueReader): unknown[] {
  const live: unknown[] = [...pins];
  for (const [index, [address, tree]] of pins.entries()) {
    read.value(tree, (value) => {
      live[index] = [address, value];
    });
  }
  return live;
}

function liveWrites(writes: readonly (readonly [string, string, unknown?])[], read: ValueReader): StorageWrite[] {
  const live = [...writes] as unknown as StorageWrite[];
  for (const [index, [key, kind, tree]] of writes.entries()) {
    if (kind !== "s") continue;
    read.value(tree, (value) => {
      live[index] = [key, "s", value];
    });
  }
  return live;
}
