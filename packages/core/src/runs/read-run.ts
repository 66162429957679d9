import type { JournalRecord } from "../journal/journal-record.ts";
import { readJournal } from "./read-journal.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";

/** What a run has recorded, read without its lease (rule G14). Throws as `readJournal` does, and `NOT_FOUND`. */
export async function readRun(settings: RepriseSettings, stateId: string, signal?: AbortSignal): Promise<JournalRecord[]> {
  return readJournal(stateId, settings.backend.read(stateId, signal && { signal }), settings.records, contentsOf(settings));
}
