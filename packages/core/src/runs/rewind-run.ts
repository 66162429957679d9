import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkTexts, checkWaitMs } from "../errors/invalid.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import type { HeaderPatch, StateWriter } from "../ports/state-backend.ts";
import { cutRecord, type CutRequest } from "../timeline/cut-record.ts";
import { planCut, type PlannedCut, type TimelinePlan } from "../timeline/plan-cut.ts";
import { checkPoint, type TimelinePoint } from "../timeline/timeline-point.ts";
import { refuseSealed } from "../transfer/sealed.ts";
import { mergedMetadata } from "./metadata.ts";
import { readJournal } from "./read-journal.ts";
import { readRun } from "./read-run.ts";
import type { RewindOptions } from "./reprise.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";

/** Cuts the timeline of a run at a point, durably, and leaves the run at rest (rule R9). */
export async function rewindRun(settings: RepriseSettings, stateId: string, point: TimelinePoint, options: RewindOptions): Promise<TimelinePlan> {
  const { allowRepeat, waitMs } = options;
  const writer = await settings.backend.acquire(stateId, { owner: settings.system.owner, create: "never", ...(waitMs !== undefined && { waitMs }) });
  try {
    const records = await readJournal(stateId, writer.recovered(), settings.records, contentsOf(settings));
    refuseSealed(stateId, records);
    const planned = planCut(stateId, records, point);
    await appendCut(settings, writer, records, planned, { at: settings.system.now(), point, allowRepeat });
    return planned.plan;
  } finally {
    await writer.release();
  }
}

/** What a rewind would do. Takes no lease. */
export async function planRewind(settings: RepriseSettings, stateId: string, point: TimelinePoint): Promise<TimelinePlan> {
  return planCut(stateId, await readRun(settings, stateId), point).plan;
}

/** Writes a cut behind the records and adds it to them. */
export async function appendCut(settings: RepriseSettings, writer: StateWriter, records: JournalRecord[], planned: PlannedCut, request: CutRequest): Promise<void> {
  const record = cutRecord(planned, request);
  await writer.append([settings.records.encode(record)], { expect: records.length, header: headerAt(planned, record.at) });
  records.push(record);
}

/** What can be listed of the run is as it was, too; and nothing wakes it. */
function headerAt({ view }: PlannedCut, updatedAt: number): HeaderPatch {
  const { tags = [], pipelineName = null, parentStateId = null } = mergedMetadata(view.metadata);
  return { status: "paused", updatedAt, tags, pipelineName, parentStateId, wakeAt: null };
}

/** Throws `INVALID_OPTION`, naming the option. */
export function checkRewind(point: unknown, options: RewindOptions): TimelinePoint {
  checkKnown(options, { allowRepeat: true, waitMs: true } satisfies OptionNames<RewindOptions>);
  checkTexts("allowRepeat", options.allowRepeat);
  checkWaitMs(options.waitMs);
  return checkPoint(point);
}
