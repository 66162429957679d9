import type { JournalRecord } from "../journal/journal-record.ts";
import type { StateWriter } from "../ports/state-backend.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { planCut } from "../timeline/plan-cut.ts";
import type { OpenOptions } from "./reprise.ts";
import { appendCut } from "./rewind-run.ts";
import type { RepriseSettings } from "./settings.ts";

/**
 * `resumeFrom`: cuts the timeline just before a call, unless that was done and the run has not completed since. A supervisor
 * that restarts a program with the same options so continues its own cut instead of cutting for ever.
 */
export async function resumeFrom(settings: RepriseSettings, writer: StateWriter, records: JournalRecord[], options: OpenOptions): Promise<"cut" | "continued" | undefined> {
  const { resumeFrom: address, allowRepeat } = options;
  if (address === undefined) return undefined;
  const { stateId } = writer;
  const { cut } = foldVisible(stateId, records);
  if (cut !== undefined && cut.resume === address && !cut.completed) return "continued";
  const point = { address };
  await appendCut(settings, writer, records, planCut(stateId, records, point), { at: settings.system.now(), point, allowRepeat, resume: address });
  return "cut";
}
