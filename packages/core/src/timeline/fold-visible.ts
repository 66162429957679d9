import { CorruptError } from "../errors/storage-errors.ts";
import { isRepriseError } from "../errors/reprise-error.ts";
import type { CallNode } from "../history/call-node.ts";
import { emptyView, fold, type RunView } from "../history/fold.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { timelineAt, type Range } from "./ranges.ts";

/**
 * The state of a run as its timeline shows it, now or at a position: the fold of the visible records, which never sees the
 * hidden ones. Throws `CORRUPT` where the records do not make a run.
 */
export function foldVisible(stateId: string, records: readonly JournalRecord[], position?: number): RunView {
  return foldRanges(stateId, records, timelineAt(records, position));
}

/** The fold of the records in these ranges. */
export function foldRanges(stateId: string, records: readonly JournalRecord[], ranges: readonly Range[]): RunView {
  const view = emptyView();
  view.stateId = stateId;
  view.visible = ranges;
  for (const [from, to] of ranges) {
    for (let seq = from; seq <= to && seq <= records.length; seq += 1) {
      const record = records[seq - 1];
      if (record?.k === "gone") throw new CorruptError(`run ${stateId}: record ${seq}, which is visible, was taken away`, { stateId });
      if (record !== undefined) foldChecked(view, record, seq);
    }
  }
  return view;
}

/** Folds a record that was read. Throws `CORRUPT` where it does not fit. */
export function foldChecked(view: RunView, record: JournalRecord, seq: number): CallNode | undefined {
  try {
    return fold(view, record, seq);
  } catch (cause) {
    if (!isRepriseError(cause, "INVALID_ADDRESS")) throw cause;
    throw new CorruptError(`run ${view.stateId}: record ${seq}: ${cause.message}`, { stateId: view.stateId, cause });
  }
}
