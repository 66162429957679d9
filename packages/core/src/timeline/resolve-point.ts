import { PointNotFoundError } from "../errors/timeline-errors.ts";
import { callsOf, type RunView } from "../history/fold.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { endOfUnit } from "./belong-together.ts";
import { firstGone } from "./kept-ranges.ts";
import { nearest } from "./nearest.ts";
import { seqsIn, timelineAt } from "./ranges.ts";
import type { TimelinePoint } from "./timeline-point.ts";

/**
 * The seq of the last record that is kept. `present` is what the run shows now. Throws `POINT_NOT_FOUND`, for an unknown
 * address with the nearest known ones.
 */
export function resolvePoint(point: TimelinePoint, present: RunView, records: readonly JournalRecord[]): number {
  const position = positionOf(point, present, records);
  const gone = firstGone(records, timelineAt(records, position));
  if (gone === undefined) return position;
  throw new PointNotFoundError(present.stateId, `has no position ${position} any more: a compaction has taken record ${gone} away`);
}

function positionOf(point: TimelinePoint, present: RunView, records: readonly JournalRecord[]): number {
  const { stateId } = present;
  if ("address" in point) return startOf(point, present, records) - 1;
  if ("checkpoint" in point) {
    const { checkpoint } = point;
    if (records[checkpoint - 1]?.k === "checkpoint") return checkpoint;
    throw new PointNotFoundError(stateId, `has no checkpoint ${checkpoint}${checkpoint > records.length ? `: its last record is ${records.length}` : ""}`);
  }
  const { position } = point;
  if (position > records.length) throw new PointNotFoundError(stateId, `has no position ${position}: its last record is ${records.length}`);
  return endOfUnit(records, position);
}

function startOf({ address, attempt = 1 }: Extract<TimelinePoint, { address: string }>, present: RunView, records: readonly JournalRecord[]): number {
  const begun = callsOf(present);
  const calls = begun.filter((node) => node.address === address);
  const [first] = calls;
  if (first === undefined) {
    const known = begun.map((node) => node.address);
    throw new PointNotFoundError(present.stateId, `has no call ${address}`, { address, nearest: nearest(address, known) });
  }
  if (attempt === 1) return first.begun;
  const ids = new Map(calls.map(({ id, begun: since }) => [id, since]));
  for (const seq of seqsIn(present.visible, records.length)) {
    const record = records[seq - 1];
    if (record?.k === "restarted" && record.n === attempt && seq > (ids.get(record.c) ?? Infinity)) return seq;
  }
  const made = Math.max(...calls.map((node) => node.attempt));
  throw new PointNotFoundError(present.stateId, `has no attempt ${attempt} of ${address}: it has had ${made}`, { address });
}
