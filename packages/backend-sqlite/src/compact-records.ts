import { checksumOfRecord } from "./checksums.ts";
import type { Database } from "./database.ts";
import { endSeq } from "./journal-end.ts";

/** Puts `filler` in the place of the records in `ranges`, all in the transaction of the caller; gives how many bytes less there are now. */
export function compactRecords(database: Database, run: number, ranges: readonly (readonly [from: number, to: number])[], filler: Uint8Array): number {
  let bytes = 0;
  for (const [from, to] of ranges) {
    const rows = database.all(`SELECT place & ${endSeq} AS seq, epoch, length(bytes) AS size FROM records WHERE place >= ((?1 << 32) | ?2) AND place <= ((?1 << 32) | ?3)`, run, from, to);
    for (const row of rows) {
      const { seq, epoch, size } = row as { readonly seq: number; readonly epoch: number; readonly size: number };
      database.run("UPDATE records SET bytes = ?3, checksum = ?4 WHERE place = (?1 << 32) | ?2", run, seq, filler, checksumOfRecord(run, seq, epoch, filler));
      bytes += size - filler.length;
    }
  }
  return bytes;
}
