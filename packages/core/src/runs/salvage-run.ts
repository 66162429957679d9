import { invalid } from "../errors/invalid.ts";
import { isRepriseError, type RepriseError } from "../errors/reprise-error.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import type { StateBackend, StoredRecord } from "../ports/state-backend.ts";
import { endWithoutLost } from "../timeline/belong-together.ts";
import { checkFork, forkOf } from "./fork-run.ts";
import { readJournal } from "./read-journal.ts";
import type { ForkOptions, ForkResult } from "./reprise.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";
import { checkJournal, findingOf, type VerifyFinding } from "./verify-run.ts";

/** Options of `salvage`. */
export type SalvageOptions = Pick<ForkOptions, "stateId" | "metadata" | "allowRepeat">;

/** What `salvage` has saved: a fork of what could be read. */
export interface SalvageResult extends ForkResult {
  /** So many records of the damaged run could be read, from its first one on. */
  readonly records: number;
  /** What keeps the rest from being read; empty if nothing is lost. */
  readonly lost: readonly VerifyFinding[];
}

/** Saves what can be read of a run into a new one; what is damaged is left as it is. */
export async function salvageRun(settings: RepriseSettings, from: string, options: SalvageOptions): Promise<SalvageResult> {
  const { stateId } = checkFork(settings, options);
  if (options.stateId === from) invalid("stateId", "another id than that of the damaged run, which is left as it is", from);
  const lost = ((await settings.backend.verify?.(from)) ?? []).map(findingOf);
  const { stored, damage } = await readable(settings.backend, from);
  if (damage !== undefined && !lost.some(({ message }) => message === damage.message)) lost.push(findingOf(damage));
  const check = checkJournal(settings, from);
  for (const record of stored) {
    await check.add(record);
    if (check.findings.length > 0) break;
  }
  const [first] = check.findings;
  const kept = first === undefined ? stored : stored.slice(0, (first.seq ?? check.read) - 1);
  lost.push(...check.findings);
  if (kept.length === 0) throw new CorruptError(`run ${from}: nothing of it can be saved: ${lost[0]?.message ?? "its first record cannot be read"}`, { stateId: from });
  const records = await readJournal(from, inOneBatch(kept), settings.records, contentsOf(settings));
  const whole = lost.length === 0 ? records : records.slice(0, endWithoutLost(records));
  return { ...(await forkOf(settings, from, whole, { ...options, stateId })), records: kept.length, lost };
}

/** What the backend gives of a run before it meets damage that it cannot get past. */
async function readable(backend: StateBackend, stateId: string): Promise<{ readonly stored: StoredRecord[]; readonly damage?: RepriseError }> {
  const stored: StoredRecord[] = [];
  try {
    for await (const batch of backend.salvage?.(stateId) ?? backend.read(stateId)) stored.push(...batch);
    return { stored };
  } catch (error) {
    if (!isRepriseError(error, "CORRUPT")) throw error;
    return { stored, damage: error };
  }
}

async function* inOneBatch(records: readonly StoredRecord[]): AsyncGenerator<readonly StoredRecord[]> {
  yield records;
}
