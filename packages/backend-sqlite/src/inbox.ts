import { checkMessageFits, CorruptError, RepriseError, type Message } from "@reprise/core/spi";
import { checksumAt } from "./checksums.ts";
import type { Database } from "./database.ts";
import { findRun } from "./run-row.ts";
import type { SqliteContext } from "./sqlite-context.ts";
import type { Store } from "./store.ts";

// Read at once: no transaction is open between two batches.
const batchLength = 64;

/** `StateBackend.post`: a row of its own, in a transaction that whoever holds the run has no part in. */
export async function postMessage({ store, watch, maxRecordBytes }: SqliteContext, stateId: string, id: string, bytes: Uint8Array): Promise<void> {
  const run = await store.write({
    action: `post to run ${stateId}`,
    stateId,
    bytes: bytes.length,
    work(database) {
      const found = database && findRun(database, stateId);
      if (database === undefined || found === undefined) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
      if (database.get("SELECT 1 FROM messages WHERE run = ? AND message_id = ?", found.run, id) !== undefined) return found.run;
      const { waiting } = database.get("SELECT count(*) AS waiting FROM messages WHERE run = ?", found.run) ?? {};
      checkMessageFits(stateId, bytes, { maxRecordBytes, waiting: waiting as number });
      database.run("INSERT INTO messages (run, message_id, checksum, bytes) VALUES (?, ?, ?, ?)", found.run, id, checksumAt([found.run, id], bytes), bytes);
      return found.run;
    },
  });
  watch.notify(run);
}

/** The messages of a run that are there now, oldest first. */
export async function* readMessages(store: Store, run: number, stateId: string): AsyncGenerator<Message, void> {
  let after = 0;
  const newest = await store.read(`read the messages of run ${stateId}`, stateId, (database) => newestMessage(database, run));
  while (after < newest) {
    const found = await store.read(`read the messages of run ${stateId}`, stateId, (database) => readBatch(database, { run, stateId, after, newest }));
    for (const { message } of found) yield message;
    after = found.at(-1)?.number ?? newest;
  }
}

/** Number of the message that was posted last; 0 if none waits. */
export function newestMessage(database: Database | undefined, run: number): number {
  const { newest } = database?.get("SELECT max(number) AS newest FROM messages WHERE run = ?", run) ?? {};
  return (newest ?? 0) as number;
}

/** Every message that is not what was posted. */
export function messageDamages(database: Database, run: number, stateId: string): readonly CorruptError[] {
  const rows = database.all("SELECT number, message_id, checksum, bytes FROM messages WHERE run = ?", run) as unknown as readonly MessageRow[];
  return rows.filter((row) => !isIntact(run, row)).map((row) => damaged(database, stateId, row));
}

/** Removes a message, if it is there. */
export function removeMessage(database: Database, run: number, id: string): void {
  database.run("DELETE FROM messages WHERE run = ? AND message_id = ?", run, id);
}

interface MessageRow {
  readonly number: number;
  readonly message_id: string;
  readonly checksum: number;
  readonly bytes: Uint8Array;
}

interface Found {
  readonly number: number;
  readonly message: Message;
}

function readBatch(
  database: Database | undefined,
  { run, stateId, after, newest }: { readonly run: number; readonly stateId: string; readonly after: number; readonly newest: number },
): readonly Found[] {
  const sql = "SELECT number, message_id, checksum, bytes FROM messages WHERE run = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?";
  if (database === undefined) return [];
  return (database.all(sql, run, after, newest, batchLength) as unknown as readonly MessageRow[]).map((row) => {
    if (isIntact(run, row)) return { number: row.number, message: { id: row.message_id, bytes: row.bytes } };
    throw damaged(database, stateId, row);
  });
}

function isIntact(run: number, { message_id: id, checksum, bytes }: MessageRow): boolean {
  return checksumAt([run, id], bytes) === checksum;
}

function damaged({ file }: Database, stateId: string, { number }: MessageRow): CorruptError {
  return new CorruptError(`${file}: message ${number} of run ${stateId} is damaged`, { path: file, stateId });
}
