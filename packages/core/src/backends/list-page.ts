import { RepriseError } from "../errors/reprise-error.ts";
import type { ListQuery, StateHeader } from "../ports/state-backend.ts";

/** What ordering and filtering need of a run. */
export interface Listed {
  readonly stateId: string;
  readonly header: StateHeader;
  /** Whether it has messages that nobody has acknowledged; needed for `dueBefore` only. */
  readonly unread?: boolean;
}

const defaultLimit = 100;

/**
 * The runs a query asks for, newest first, ties by id, and the cursor behind the last of them if there are more.
 * A cursor names the last row's place in that order, so pages neither repeat nor skip when runs come and go.
 *
 * @example
 * ```ts
 * import { listPage, newHeader } from "@reprise/core/spi";
 *
 * const runs = [1, 2, 3].map((at) => ({ stateId: `run-${at}`, header: newHeader(at) }));
 * const { rows, next } = listPage(runs, { limit: 2 });
 * console.log(rows.map(({ stateId }) => stateId), next !== undefined); // [ 'run-3', 'run-2' ] true
 * ```
 */
export function listPage<Run extends Listed>(runs: Iterable<Run>, query: ListQuery): { readonly rows: readonly Run[]; readonly next?: string } {
  const limit = query.limit ?? defaultLimit;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RepriseError("INVALID_OPTION", `list: limit must be a positive integer, got ${limit}`, { path: "limit" });
  }
  const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const found = [...runs].filter((run) => matches(run, query)).map((run) => ({ run, createdAt: run.header.createdAt, stateId: run.stateId }));
  found.sort(compare);
  const behind = after === undefined ? found : found.filter((row) => compare(row, after) > 0);
  const rows = behind.slice(0, limit);
  const last = rows.at(-1);
  const page = { rows: rows.map((row) => row.run) };
  return last !== undefined && behind.length > rows.length ? { ...page, next: cursorOf(last) } : page;
}

interface Place {
  readonly createdAt: number;
  readonly stateId: string;
}

function compare(left: Place, right: Place): number {
  if (left.createdAt !== right.createdAt) return right.createdAt - left.createdAt;
  if (left.stateId === right.stateId) return 0;
  return left.stateId < right.stateId ? -1 : 1;
}

function matches({ header, unread = false }: Listed, query: ListQuery): boolean {
  if (query.tags !== undefined && !query.tags.every((tag) => header.tags.includes(tag))) return false;
  if (query.anyTag !== undefined && !query.anyTag.some((tag) => header.tags.includes(tag))) return false;
  if (query.status !== undefined && !query.status.includes(header.status)) return false;
  if (query.pipelineName !== undefined && header.pipelineName !== query.pipelineName) return false;
  if (query.parentStateId !== undefined && header.parentStateId !== query.parentStateId) return false;
  const ended = header.status === "completed" || header.status === "failed";
  if (query.dueBefore !== undefined && !((header.wakeAt !== undefined && header.wakeAt <= query.dueBefore) || (unread && !ended))) return false;
  return query.createdAfter === undefined || header.createdAt > query.createdAfter;
}

function cursorOf(place: Place): string {
  return JSON.stringify([place.createdAt, place.stateId]);
}

function placeOf(cursor: string): Place {
  try {
    const [createdAt, stateId] = JSON.parse(cursor) as [unknown, unknown];
    if (typeof createdAt === "number" && typeof stateId === "string") return { createdAt, stateId };
  } catch (error) {
    throw invalidCursor(cursor, error);
  }
  throw invalidCursor(cursor);
}

function invalidCursor(cursor: string, cause?: unknown): RepriseError {
  return new RepriseError("INVALID_OPTION", `list: cursor must be the next of an earlier page, got ${JSON.stringify(cursor)}`, { path: "cursor", cause });
}
