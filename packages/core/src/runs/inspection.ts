import { checkStateId } from "../backends/check-state-id.ts";
import { checkObject } from "../errors/invalid.ts";
import type { History } from "../history/history.ts";
import { RunHistory } from "../history/run-history.ts";
import { diffSnapshots } from "../snapshots/diff-snapshots.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { checkpointsOf, makeSnapshot } from "../snapshots/make-snapshot.ts";
import type { StateDiff } from "../snapshots/state-diff.ts";
import type { CheckpointSummary, StateSnapshot } from "../snapshots/state-snapshot.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { timelineAt } from "../timeline/ranges.ts";
import { readRun } from "./read-run.ts";
import { verifyRun, type VerifyReport } from "./verify-run.ts";
import type { RepriseSettings } from "./settings.ts";

/** A snapshot, or the run to make one of: at the seq of a record, or its last one. */
export type DiffSide = StateSnapshot | { readonly stateId: string; readonly at?: number };

/**
 * Looking at runs. Nothing here takes a lease or disturbs whoever holds one. What is seen of a run that somebody is extending
 * may end in records that are not acknowledged yet and that a loss of power can still remove (rule G14): good for looking,
 * not for deciding. Each verb throws `NOT_FOUND`, `INVALID_ID`, `CORRUPT`, `INCOMPATIBLE` and what the backend throws.
 */
export interface Inspection {
  /** What a run has recorded so far; not updated. */
  history(stateId: string): Promise<History>;
  /**
   * A run folded up to a position: the seq of a checkpoint or of any other record. Default: the last one. A position that a
   * rewind has hidden shows the timeline it was in. Throws `INVALID_OPTION` for a position it does not have.
   */
  snapshot(stateId: string, at?: number): Promise<StateSnapshot>;
  /** Every checkpoint that the run's timeline shows, in the order in which they were saved. */
  checkpoints(stateId: string): Promise<readonly CheckpointSummary[]>;
  /** What differs between two snapshots, or two positions of runs, of one or of two: `diffToText` shows it. Throws `INVALID_OPTION` too. */
  diff(a: DiffSide, b: DiffSide): Promise<StateDiff>;
  /**
   * Reads everything that is stored of a run and lists what is damaged or contradicts itself, instead of throwing at the first.
   * It changes nothing.
   */
  verify(stateId: string): Promise<VerifyReport>;
}

/** The verbs of a Reprise that look at runs. */
export function inspectionOf(settings: RepriseSettings): Inspection {
  const read = async (stateId: string): Promise<JournalRecord[]> => readRun(settings, checkStateId(stateId));
  const snapshot = async (stateId: string, at?: number): Promise<StateSnapshot> => makeSnapshot(stateId, await read(stateId), at);
  const sideOf = async (name: string, side: DiffSide): Promise<StateSnapshot> => {
    checkObject(name, side);
    return "calls" in side ? side : snapshot(side.stateId, side.at);
  };
  return {
    async history(stateId) {
      const records = await read(stateId);
      return new RunHistory(foldVisible(stateId, records), records, settings.redactor);
    },
    snapshot,
    async checkpoints(stateId) {
      const records = await read(stateId);
      return checkpointsOf(records, timelineAt(records));
    },
    diff: async (a, b) => diffSnapshots(await sideOf("a", a), await sideOf("b", b)),
    verify: async (stateId) => verifyRun(settings, checkStateId(stateId)),
  };
}
