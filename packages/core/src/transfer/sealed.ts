import { SealedError } from "../errors/transfer-errors.ts";
import type { JournalRecord, SealedRecord } from "../journal/journal-record.ts";

/** The seal that ends a journal; undefined if the run may be extended here. Nothing but its return follows a seal. */
export function sealOf(records: readonly JournalRecord[]): SealedRecord | undefined {
  const last = records.at(-1);
  return last?.k === "sealed" ? last : undefined;
}

/** S8: a run that was handed off is not extended any more. Throws `SEALED`. */
export function refuseSealed(stateId: string, records: readonly JournalRecord[]): void {
  const seal = sealOf(records);
  if (seal !== undefined) throw new SealedError(stateId, seal);
}
