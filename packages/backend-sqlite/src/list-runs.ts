import { isWellFormed, listPage, type ListPage, type ListQuery, type StateHead } from "@reprise/core/spi";
import type { Database } from "./database.ts";
import type { SqliteValue } from "./driver.ts";
import { leaseColumns, leaseOf } from "./lease.ts";
import { runColumns, runOf } from "./run-row.ts";
import type { SqliteContext } from "./sqlite-context.ts";

const defaultLimit = 100;

/** A condition and the values of its parameters. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

/** `StateBackend.list` on a SQLite file: one statement over indexes, which reads no record. */
export function listRuns({ store, judge, ttlMs }: SqliteContext, query: ListQuery): Promise<ListPage> {
  // Throws for a limit or a cursor that means nothing.
  listPage([], query);
  const limit = query.limit ?? defaultLimit;
  return store.read("list runs", undefined, (database) => {
    const rows: { readonly createdAt: number; readonly stateId: string; readonly head?: StateHead; readonly error?: Error }[] = [];
    for (const row of database === undefined ? [] : database.all(...statementFor(query, limit + 1))) {
      const place = { createdAt: row["created_at"] as number, stateId: row["state_id"] as string };
      try {
        const { run, stateId, epoch, lastSeq, header } = runOf(row, store.file);
        rows.push({ ...place, head: { ...header, stateId, lastSeq, epoch, lease: judge.stateOf(run, leaseOf(row), ttlMs) } });
      } catch (error) {
        rows.push({ ...place, error: error as Error });
      }
    }
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: page.flatMap(({ head }) => head ?? []),
      damaged: page.flatMap(({ stateId, error }) => (error === undefined ? [] : [{ stateId, error }])),
      ...(rows.length > limit && last !== undefined ? { next: JSON.stringify([last.createdAt, last.stateId]) } : {}),
    };
  });
}

function statementFor(query: ListQuery, limit: number): Parameters<Database["all"]> {
  const conditions = conditionsOf(query);
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.map(({ sql }) => `(${sql})`).join(" AND ")}`;
  const from = "FROM runs LEFT JOIN leases USING (run)";
  return [`SELECT ${runColumns}, ${leaseColumns} ${from}${where} ORDER BY created_at DESC, state_id LIMIT ?`, ...conditions.flatMap(({ values }) => values), limit];
}

/** A text as SQLite can compare it. One that UTF-8 cannot hold is part of no run, and null is equal to nothing. */
function comparable(text: string): SqliteValue {
  return isWellFormed(text) ? text : null;
}

function conditionsOf({ tags, anyTag, status, pipelineName, parentStateId, dueBefore, createdAfter, cursor }: ListQuery): Condition[] {
  const conditions: Condition[] = [];
  const add = (sql: string, ...values: readonly SqliteValue[]): void => void conditions.push({ sql, values });
  for (const tag of new Set(tags)) add("run IN (SELECT run FROM tags WHERE tag = ?)", comparable(tag));
  if (anyTag !== undefined) add(`run IN (SELECT run FROM tags WHERE tag IN (${marks(anyTag)}))`, ...anyTag.map(comparable));
  if (status !== undefined) add(`status IN (${marks(status)})`, ...status);
  if (pipelineName !== undefined) add("pipeline_name = ?", comparable(pipelineName));
  if (parentStateId !== undefined) add("parent_state_id = ?", comparable(parentStateId));
  if (dueBefore !== undefined) add("wake_at <= ? OR (run IN (SELECT run FROM messages) AND status NOT IN ('completed', 'failed'))", dueBefore);
  if (createdAfter !== undefined) add("created_at > ?", createdAfter);
  if (cursor !== undefined) {
    const [createdAt, stateId] = JSON.parse(cursor) as [number, string];
    add("created_at <= ? AND (created_at < ? OR state_id > ?)", createdAt, createdAt, stateId);
  }
  return conditions;
}

function marks(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}
