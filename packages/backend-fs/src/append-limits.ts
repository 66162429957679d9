import { longestPayload, mostRecords } from "./frame.ts";
import { longestLength } from "./record-payload.ts";

/** Why these records cannot be appended; undefined if they can. */
export function limitExceeded(records: readonly Uint8Array[], maxRecordBytes: number): string | undefined {
  if (records.length === 0) return "append needs at least one record, got none";
  if (records.length > mostRecords) return `append takes at most ${mostRecords} records, got ${records.length}`;
  const tooLong = records.findIndex((bytes) => bytes.length > maxRecordBytes);
  if (tooLong !== -1) return `record ${tooLong} of this append has ${records[tooLong]?.length} bytes, the backend takes at most ${maxRecordBytes}`;
  // With room for the lengths in front of them.
  const bytes = records.reduce((sum, record) => sum + record.length + longestLength, 0);
  return bytes > longestPayload ? `append takes at most ${longestPayload} bytes, got ${bytes}` : undefined;
}
