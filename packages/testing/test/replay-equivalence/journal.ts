import type { MemorySnapshot } from "@reprise/backend-memory";
import type { StateBackend, StateWriter, StoredRecord } from "@reprise/core/spi";
import { delegateWriter } from "../../src/index.ts";

/** Notes where each append ends. */
export interface AppendLog {
  readonly backend: StateBackend;
  /** The length of the journal after each append. */
  readonly boundaries: readonly number[];
}

/** Wraps the backend of a single run. */
export function appendLog(backend: StateBackend): AppendLog {
  const boundaries: number[] = [];
  const noting = (inner: StateWriter): StateWriter =>
    delegateWriter(inner, {
      append(records, options) {
        const appended = inner.append(records, options);
        boundaries.push(options.expect + records.length);
        return appended;
      },
    });
  return { boundaries, backend: { ...backend, acquire: async (stateId, options) => noting(await backend.acquire(stateId, options)) } };
}

/** Number of records of the only run. */
export function lengthOf(snapshot: MemorySnapshot | undefined): number {
  return snapshot?.runs[0]?.records.length ?? 0;
}

/** The kinds of the records of the only run. */
export function kindsIn(snapshot: MemorySnapshot | undefined): string[] {
  return (snapshot?.runs[0]?.records ?? []).map((record) => parsed(record).k);
}

/** When the last record was written, in ms; 0 for an empty journal. */
export function timeOfLast(snapshot: MemorySnapshot | undefined): number {
  const last = snapshot?.runs[0]?.records.at(-1);
  return last ? parsed(last).at : 0;
}

/** Calls whose attempt has run out of time without having ended, as the present timeline shows it. */
export function expiredIn(snapshot: MemorySnapshot | undefined): Set<number> {
  const expired = new Set<number>();
  const records = (snapshot?.runs[0]?.records ?? []).map(parsed);
  const cut = records.findLastIndex(({ k }) => k === "cut");
  const ranges = records[cut]?.ranges ?? [];
  for (const [index, { k, c }] of records.entries()) {
    const visible = index >= cut || ranges.some(([from, to]) => from <= index + 1 && index + 1 <= to);
    if (c === undefined || !visible) continue;
    if (k === "expired") expired.add(c);
    // An interruption in the very turn leaves it out of time.
    else if (k !== "interrupted") expired.delete(c);
  }
  return expired;
}

/** The fingerprints of the code of agents, by call. */
export function fingerprintsIn(snapshot: MemorySnapshot | undefined): Map<number, string> {
  const records = snapshot?.runs[0]?.records ?? [];
  return new Map(records.flatMap((record) => {
    const { fp } = parsed(record);
    return fp === undefined ? [] : [[record.seq, fp] as const];
  }));
}

/** Calls whose record says that they were given to another input, by name alone (rule A3). */
export function givenIn(snapshot: MemorySnapshot | undefined): Set<number> {
  return new Set((snapshot?.runs[0]?.records ?? []).flatMap((record) => parsed(record).given?.[0] ?? []));
}

interface Raw {
  readonly k: string;
  readonly at: number;
  readonly c?: number;
  readonly fp?: string;
  readonly given?: readonly [call: number, input: string];
  readonly ranges?: readonly (readonly [from: number, to: number])[];
}

function parsed({ bytes }: StoredRecord): Raw {
  return JSON.parse(new TextDecoder().decode(bytes)) as Raw;
}
