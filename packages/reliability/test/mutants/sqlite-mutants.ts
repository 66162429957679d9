import type { Mutant } from "./mutant.ts";

const removed = (guard: string, file: string, from: string, by: Mutant["by"], to = ""): Mutant => ({ guard, project: "backend-sqlite", edits: [{ file: `src/${file}.ts`, from, to }], by });

/** Guards of backend-sqlite, taken out. What SQLite itself guards is not here: it has its own tests. */
export const sqliteMutants: readonly Mutant[] = [
  removed("a record has a checksum", "records", "    if (checksumOfRecord(run, seq, epoch, bytes) !== checksum) throw damaged(database, stateId, expected, \"is damaged\");\n", "test/damage.test.ts"),
  removed("records have no gaps", "records", "    if (seq !== expected) break;\n", "test/damage.test.ts"),
  removed("the row of a run has a checksum", "run-row", "return checksumOf(valuesOf(row)) === row[\"checksum\"];", "test/damage.test.ts", "return row[\"checksum\"] !== undefined;"),
  removed("the end of a journal has a checksum", "journal-end", "|| checksumOfRecord(run, endSeq, epoch, bytes) !== checksum) {", "test/damage.test.ts", ") {"),
  removed("the row of a run and the end of its journal agree", "run-row", "if (epoch === run.epoch && lastSeq >= run.lastSeq) return", "test/damage.test.ts", "if (epoch > 0) return"),
  removed("the table of ids has checksums", "run-row", "if (checksumOf([stateId, known.run, known.epoch]) === row[\"checksum\"]) return known;", "test/damage.test.ts", "if (known.epoch >= 0) return known;"),
  removed("a message has a checksum", "inbox", "return checksumAt([run, id], bytes) === checksum;", "test/damage.test.ts", "return checksumAt([run, id], bytes) >= 0 || checksum > 0;"),
  removed("an append names the end it was made for", "sqlite-writer", "if (expect !== this.#queuedSeq) throw", "conformance", "if (expect < 0) throw"),
  removed("an append of a writer that was taken over is fenced", "journal-end", "AND epoch = ?5 AND bytes = CAST(?6 AS BLOB)", "conformance", "AND ?5 > 0 AND ?6 NOTNULL"),
  removed("whatever else a writer that was taken over does is fenced", "sqlite-writer", "if (run.epoch !== this.epoch) throw", "conformance", "if (run.epoch < 0) throw"),
  removed("the level of a commit is set", "database", "this.#connection.exec(`PRAGMA synchronous = ${level}`);", "test/faults.test.ts", "void level;"),
];
