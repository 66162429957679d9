import * as z from "zod/mini";
import { issueText } from "../errors/issue-text.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import { isCommonRecord } from "./common-record.ts";
import { decrypted, encrypted, isEnvelope, type Encryption } from "./encryption.ts";
import type { Elsewhere } from "./fetch-values.ts";
import type { JournalRecord } from "./journal-record.ts";
import { offloaded, type RecordContents } from "./offload.ts";
import { recordSchema, recordSchemas, schemaVersion } from "./records.ts";
import { inPlace, recordText, type ValueWriter } from "./record-text.ts";
import { fromCommon, fromStored, type ValueReader } from "./stored-record.ts";
import { TextBytes } from "./text-bytes.ts";
import { referenceIn } from "./value-reference.ts";

/** Turns records into the bytes a backend keeps, and back. */
export interface RecordCodec {
  /** With `contents` what is too large for a record goes there (rule H7), and it is told what the record names. */
  encode(record: JournalRecord, contents?: RecordContents): Uint8Array;
  /**
   * Values that are kept elsewhere are added to `elsewhere`: the record is whole once they are filled in. Throws `CORRUPT` if the
   * bytes are no record, `DECRYPTION_FAILED` if they need another key, `INCOMPATIBLE` if they come from a newer version of this library.
   */
  decode(stored: StoredRecord, stateId: string, elsewhere?: Elsewhere[]): JournalRecord;
}

/** Records as JSON text in UTF-8, each in an envelope if they are encrypted. */
export function createRecordCodec(values: ValueCodec, encryption?: Encryption): RecordCodec {
  return new JsonCodec(values, encryption);
}

class JsonCodec implements RecordCodec {
  readonly #values: ValueCodec;
  readonly #encryption: Encryption | undefined;
  readonly #bytes = new TextBytes();
  readonly #text = new TextDecoder("utf-8", { fatal: true });
  // One journal writes many records.
  #latest: { readonly contents: RecordContents | undefined; readonly write: ValueWriter } = { contents: undefined, write: inPlace };

  constructor(values: ValueCodec, encryption: Encryption | undefined) {
    this.#values = values;
    this.#encryption = encryption;
  }

  encode(record: JournalRecord, contents?: RecordContents): Uint8Array {
    if (contents !== undefined) nameContents(record, contents.named);
    // What goes elsewhere is not encrypted there, so nothing does.
    if (this.#encryption !== undefined) return encrypted(this.#encryption, this.#bytes.of(recordText(record, inPlace)));
    return this.#bytes.of(recordText(record, this.#writerFor(contents)));
  }

  decode(stored: StoredRecord, stateId: string, elsewhere?: Elsewhere[]): JournalRecord {
    let json: unknown;
    try {
      json = JSON.parse(this.#text.decode(stored.bytes));
    } catch (cause) {
      throw new CorruptError(`run ${stateId}: record ${stored.seq} is not JSON text`, { stateId, cause });
    }
    if (isCommonRecord(json)) return fromCommon(json, this.#values);
    if (isEnvelope(json)) json = decrypted(this.#encryption, json, { stateId, seq: stored.seq });
    refuseNewer(json, stateId);
    const parsed = recordSchema.safeParse(json);
    if (parsed.success) return fromStored(parsed.data, reading(this.#values, stored.seq, elsewhere));
    throw new CorruptError(`run ${stateId}: record ${stored.seq} is not a record of this format: ${issueText(parsed.error)}`, { stateId, cause: parsed.error });
  }

  #writerFor(contents: RecordContents | undefined): ValueWriter {
    if (this.#latest.contents !== contents) this.#latest = { contents, write: contents === undefined ? inPlace : offloaded(this.#values, contents) };
    return this.#latest.write;
  }
}

function reading(values: ValueCodec, seq: number, elsewhere: Elsewhere[] = []): ValueReader {
  return {
    value(tree, place) {
      const reference = referenceIn(tree);
      if (reference === undefined) place(values.fromTree(tree));
      else elsewhere.push({ seq, reference, fill: (bytes) => place(values.unpack(bytes)) });
    },
    error(error, place) {
      const reference = referenceIn(error);
      if (reference === undefined) return;
      elsewhere.push({ seq, reference, fill: (bytes) => place(errorIn(values.unpack(bytes).tree)) });
    },
  };
}

function errorIn(tree: unknown): ErrorRecord {
  const parsed = z.object({ $e: recordSchemas.failed.shape.e }).safeParse(tree);
  if (parsed.success) return parsed.data.$e;
  throw new CorruptError("it is not an error", { cause: parsed.error });
}

/** Tells the id of each artifact that a record names; values that are kept elsewhere are not among them. */
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
