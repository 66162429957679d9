import type { Mutant } from "./mutant.ts";

const removed = (guard: string, file: string, from: string, by: Mutant["by"], to = ""): Mutant => ({ guard, project: "backend-sqlite", edits: [{ file: `src/${file}.ts`, from, to }], by });

/** Guards of backend-sqlite, taken out. What SQLite itself guards is not here: it has its own tests. */
export const sqliteMutants: readonly Mutant[] = [
  removed("a record has a checksum", "records", "    if (checksumAt([run, seq, epoch], bytes) !== checksum) throw damaged(database, stateId, expected, \"is damaged\");\n", "test/damage.test.ts"),
  removed("records have no gaps", "records", "    if (seq !== expected) break;\n", "test/damage.test.ts"),
  removed("the row of a run has a checksum", "run-row", "if (checksumOf(fields) !== row[\"checksum\"]) {", "test/damage.test.ts", "if (row[\"checksum\"] === undefined) {"),
  removed("the table of ids has checksums", "run-row", "if (checksumOf([stateId, known.run, known.epoch]) === row[\"checksum\"]) return known;", "test/damage.test.ts", "if (known.epoch >= 0) return known;"),
  removed("a message has a checksum", "inbox", "return checksumAt([run, id], bytes) === checksum;", "test/damage.test.ts", "return checksumAt([run, id], bytes) >= 0 || checksum > 0;"),
  removed("an append names the end it was made for", "sqlite-writer", "if (expect !== this.#queuedSeq) throw", "conformance", "if (expect < 0) throw"),
  removed("a writer that was taken over is fenced", "sqlite-writer", "if (run.epoch !== this.epoch) throw", "conformance", "if (run.epoch < 0) throw"),
  removed("the level of a commit is set", "database", "this.#connection.exec(`PRAGMA synchronous = ${level}`);", "test/faults.test.ts", "void level;"),
];
