import { CorruptError, RepriseError, type StoredRecord } from "@reprise/core/spi";
import type { FsContext } from "./fs-context.ts";
import { inboxDamages } from "./inbox.ts";
import type { Io } from "./io.ts";
import { journalRecords } from "./journal-records.ts";
import { loadJournal } from "./load-journal.ts";
import { newestEpoch, runPaths, type RunPaths } from "./paths.ts";
import { namesIn } from "./replace-file.ts";
import { checkAgainstHead, EmptyHead, readHeadOrDamage } from "./run-head.ts";
import { surveyJournal, type JournalSurvey } from "./survey-journal.ts";

/** `StateBackend.verify` on a directory: each segment that counts, what `head.json` knows of them, and the inbox. */
export async function verifyRun(context: FsContext, stateId: string): Promise<readonly RepriseError[]> {
  return damagesOf(context.io, await existing(context, stateId));
}

/** Every damage of what is stored of a run. */
export async function damagesOf(io: Io, run: RunPaths): Promise<CorruptError[]> {
  const found = await readHeadOrDamage(io, run);
  const damages: CorruptError[] = found instanceof CorruptError && !(found instanceof EmptyHead) ? [found] : [];
  const refusal = await refusalOf(io, run);
  if (refusal !== undefined) {
    const survey = await surveyJournal(io, run);
    const isKnown = [...damages, ...survey.damages].some(({ path, offset }) => path === refusal.path && offset === refusal.offset);
    damages.push(...(isKnown ? survey.damages : [refusal, ...survey.damages]));
  }
  return [...damages, ...(await inboxDamages(io, run))];
}

/** `StateBackend.salvage` on a directory. */
export async function* salvageRun(context: FsContext, stateId: string): AsyncGenerator<readonly StoredRecord[]> {
  const run = await existing(context, stateId);
  const { records }: JournalSurvey = await surveyJournal(context.io, run);
  if (records.length > 0) yield records;
}

async function existing({ io, paths, storeExists }: FsContext, stateId: string): Promise<RunPaths> {
  const run = runPaths(paths, stateId);
  const names = (await storeExists()) ? await namesIn(io, run.directory) : [];
  if (newestEpoch(names) === 0 && !names.includes("head.json")) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  return run;
}

/** Why the run cannot be acquired or read; undefined if it can. */
async function refusalOf(io: Io, run: RunPaths): Promise<CorruptError | undefined> {
  try {
    const head = await readHeadOrDamage(io, run);
    const journal = await loadJournal(io, run);
    checkAgainstHead(run, journal, head);
    if (journal !== undefined) for (const _ of journalRecords(journal, 1, Infinity)) continue;
    return undefined;
  } catch (error) {
    if (error instanceof CorruptError) return error;
    throw error;
  }
}
