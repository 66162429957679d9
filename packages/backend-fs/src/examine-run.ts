import { basename, join } from "node:path";
import { CorruptError, type RepriseError } from "@reprise/core/spi";
import { headerLength } from "./frame.ts";
import type { DoctorFinding, RunReport } from "./doctor.ts";
import type { FsContext } from "./fs-context.ts";
import { messageNames } from "./inbox.ts";
import { readLease } from "./lease.ts";
import { decodeName } from "./list-runs.ts";
import { loadJournal } from "./load-journal.ts";
import { epochOf, newestEpoch, runPaths, segmentPath, type RunPaths } from "./paths.ts";
import { namesIn, readIfPresent, statusIfPresent } from "./replace-file.ts";
import { readHeadOrDamage } from "./run-head.ts";
import { surveyJournal } from "./survey-journal.ts";
import { damagesOf } from "./verify-run.ts";

/** What there is to say of one run. */
export async function examineRun(
  { io, judge, paths }: Pick<FsContext, "io" | "judge" | "paths">,
  directory: string,
): Promise<{ readonly report: RunReport | undefined; readonly findings: readonly DoctorFinding[] }> {
  const stateId = await stateIdOf(io, directory);
  const run = runPaths(paths, stateId);
  const findings: DoctorFinding[] = [];
  const say = (kind: DoctorFinding["kind"], path: string, message: string): void => void findings.push({ kind, path, message, stateId });
  if (run.directory !== directory) {
    say("damaged", directory, "the directory was renamed or copied, or what says whose it is is damaged");
    return { report: undefined, findings };
  }
  const names = await namesIn(io, directory);
  const epochs = names.flatMap((name) => epochOf(name) ?? []);
  const damages = await damagesOf(io, run);
  for (const damage of damages) findings.push(ofDamage(stateId, damage, directory));
  const { records } = await surveyJournal(io, run);
  const lease = judge.stateOf(stateId, await readLease(io, run), 0);
  if (lease === "stale") say("staleLease", run.lease, "whoever holds the run is dead: the next acquire takes over");
  if (records.length === 0 && damages.length === 0 && lease !== "live") say("empty", directory, "the run has no record: whoever began it died, or the directory is new");
  const unread = (await messageNames(io, run)).length;
  if (unread > 0) say("unread", run.inbox, `${unread} ${unread === 1 ? "message is" : "messages are"} waiting for the run to be resumed`);
  if (damages.length === 0) for (const epoch of await supersededBy(io, run, epochs)) say("superseded", segmentPath(run, epoch), "the segment does not count: its holder never finished acquiring the run, or a later segment holds all of it");
  let bytes = 0;
  for (const epoch of epochs) bytes += (await statusIfPresent(io, segmentPath(run, epoch)))?.size ?? 0;
  return { report: { stateId, directory, lease, epoch: newestEpoch(names), lastSeq: records.length, bytes, unread }, findings };
}

/** Segments that no journal is read from. */
async function supersededBy(io: FsContext["io"], run: RunPaths, epochs: readonly number[]): Promise<number[]> {
  const journal = await loadJournal(io, run);
  const counting = new Set(journal?.segments.map(({ epoch }) => epoch));
  return epochs.filter((epoch) => !counting.has(epoch));
}

/** Whose directory it is: as its head says, else as any of its segments does, else as it is called. */
async function stateIdOf(io: FsContext["io"], directory: string): Promise<string> {
  const head = await readHeadOrDamage(io, { head: join(directory, "head.json") });
  if (head !== undefined && !(head instanceof CorruptError)) return head.stateId;
  for (const name of await namesIn(io, directory)) {
    const bytes = epochOf(name) === undefined ? undefined : await readIfPresent(io, join(directory, name));
    const said = bytes && idIn(Buffer.from(bytes.subarray(headerLength, bytes.indexOf(0x0a))).toString("utf8"));
    if (said !== undefined) return said;
  }
  return decodeName(basename(directory));
}

/** The id in the payload of a segment's header, which may be damaged. */
function idIn(text: string): string | undefined {
  try {
    const { stateId } = JSON.parse(text) as { readonly stateId?: unknown };
    return typeof stateId === "string" ? stateId : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function ofDamage(stateId: string, { message, path, offset }: RepriseError, directory: string): DoctorFinding {
  return { kind: "damaged", path: path ?? directory, message, stateId, ...(offset !== undefined && { offset }) };
}
