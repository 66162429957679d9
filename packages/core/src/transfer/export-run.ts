import { invalid } from "../errors/invalid.ts";
import type { SealedRecord } from "../journal/journal-record.ts";
import type { RepriseSettings } from "../runs/settings.ts";
import { carriedMail } from "./carry-mail.ts";
import { namedContents, readStored, type StoredJournal } from "./read-stored.ts";
import { packRunFile } from "./run-file.ts";
import { sealOf } from "./sealed.ts";

/** Options of `export`. */
export interface ExportOptions {
  /** Whether the contents that the run names go along. Default: true. */
  readonly artifacts?: boolean;
}

/** Options of `handOff`. */
export interface HandOffOptions {
  /** Where the run goes, for those who look for it here. Default: no place is named. */
  readonly to?: string;
  /** How long to wait for another holder of the run, in ms. Default: 0. */
  readonly waitMs?: number;
}

/** What a hand-off has done. */
export interface HandedOff {
  readonly seal: SealedRecord;
  readonly bytes: Uint8Array;
}

/** A run as one file. Takes no lease. */
export async function exportRun(settings: RepriseSettings, stateId: string, { artifacts = true }: ExportOptions): Promise<Uint8Array> {
  if (typeof artifacts !== "boolean") invalid("artifacts", "true or false", artifacts);
  const journal = await readStored(stateId, settings.backend.read(stateId), settings);
  return packRunFile({ stateId, records: artifacts ? journal.bytes : selfContained(journal, settings), artifacts: artifacts ? await namedContents(journal, settings.artifacts) : undefined }, settings.system.sha256);
}

/**
 * Seals a run and gives it as one file; of a sealed run the same file again. Everything that the file needs is read before the
 * seal, so that nothing keeps a sealed run from being exported.
 */
export async function handOffRun(settings: RepriseSettings, stateId: string, { to, waitMs }: HandOffOptions): Promise<HandedOff> {
  const { backend, system, records: codec, values } = settings;
  const writer = await backend.acquire(stateId, { owner: system.owner, create: "never", ...(waitMs !== undefined && { waitMs }) });
  try {
    const journal = await readStored(stateId, writer.recovered(), settings);
    const artifacts = await namedContents(journal, settings.artifacts);
    const pack = (records: readonly Uint8Array[]): Uint8Array => packRunFile({ stateId, records, artifacts }, system.sha256);
    const sealed = sealOf(journal.records);
    if (sealed !== undefined) return { seal: sealed, bytes: pack(journal.bytes) };
    const at = system.now();
    const seal: SealedRecord = { k: "sealed", at, ...(to !== undefined && { to }) };
    const mail = await carriedMail(writer, stateId, journal.records, { values, at });
    const bytes = [...mail.records, seal].map((record) => codec.encode(record));
    await writer.append(bytes, { expect: journal.records.length, header: { updatedAt: at, wakeAt: null } });
    for (const id of mail.read) await writer.acknowledge(id);
    return { seal, bytes: pack([...journal.bytes, ...bytes]) };
  } finally {
    await writer.release();
  }
}

/** H7: the records with all of their values in them, for a file that holds no contents. */
function selfContained({ bytes, records, incomplete }: StoredJournal, { records: codec }: RepriseSettings): readonly Uint8Array[] {
  return records.map((record, index) => (incomplete.has(index + 1) ? codec.encode(record) : (bytes[index] ?? codec.encode(record))));
}
