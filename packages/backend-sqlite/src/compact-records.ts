import { checksumAt } from "./checksums.ts";
import type { Database } from "./database.ts";

/** Puts `filler` in the place of the records in `ranges`, all in the transaction of the caller; gives how many bytes less there are now. */
export function compactRecords(database: Database, run: number, ranges: readonly (readonly [from: number, to: number])[], filler: Uint8Array): number {
  let bytes = 0;
  for (const [from, to] of ranges) {
    const rows = database.all("SELECT seq, epoch, length(bytes) AS size FROM records WHERE run = ? AND seq >= ? AND seq <= ?", run, from, to);
    for (const row of rows) {
      const { seq, epoch, size } = row as { readonly seq: number; readonly epoch: number; readonly size: number };
      database.run("UPDATE records SET bytes = ?, checksum = ? WHERE run = ? AND seq = ?", filler, checksumAt([run, seq, epoch], filler), run, seq);
      bytes += size - filler.length;
    }
  }
  return bytes;
}
