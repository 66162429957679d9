import { resolve } from "node:path";
import { checkKnown, invalidOption, RepriseError, type LeaseState, type OptionNames } from "@reprise/core/spi";
import { examineArtifacts, type ArtifactsReport } from "./examine-artifacts.ts";
import { examineFiles } from "./examine-files.ts";
import { examineRun } from "./examine-run.ts";
import type { Io } from "./io.ts";
import { leaseJudge } from "./lease-judge.ts";
import { runDirectories } from "./list-runs.ts";
import { storePaths } from "./paths.ts";
import type { Processes } from "./processes.ts";
import { realIo, realProcesses } from "./real-io.ts";
import { namesIn } from "./replace-file.ts";
import { reportingIo } from "./storage-error.ts";
import { checkStore } from "./store-file.ts";
import { fsSystem, type FsSystem } from "./system.ts";

/** Options of {@link doctor}. */
export interface DoctorOptions {
  /** The directory of the store. */
  readonly dir: string;
  /** Also reads every artifact and compares it with its name. Default: false. */
  readonly contents?: boolean;
  /** The file system, for simulators. Default: the real one. */
  readonly io?: Io;
  /** Clock and timers, for tests. Default: the real ones. */
  readonly system?: FsSystem;
  /** Processes, for tests. Default: the real ones. */
  readonly processes?: Processes;
}

const optionNames: OptionNames<DoctorOptions> = { dir: true, contents: true, io: true, system: true, processes: true };

/**
 * Something that {@link doctor} has to say.
 * - `damaged`: what was durable is not what it was; `salvage` of a Reprise saves what can be saved
 * - `staleLease`: whoever holds the run is known to be dead; the next `acquire` takes over
 * - `unread`: messages that nobody has taken
 * - `empty`: a run that was begun and has no record; it does not exist for anybody
 * - `superseded`: a segment that does not count any more
 * - `leftover`: what somebody left who died: temporary files, what a removal had not deleted yet
 * - `foreign`: a file that does not belong to a store
 * - `permissions`: others may read or write, or it is another user's, or a symbolic link
 */
export interface DoctorFinding {
  readonly kind: "damaged" | "staleLease" | "unread" | "empty" | "superseded" | "leftover" | "foreign" | "permissions";
  readonly path: string;
  readonly message: string;
  readonly stateId?: string;
  /** Byte offset in the file, of damage. */
  readonly offset?: number;
}

/** A run as its files show it. */
export interface RunReport {
  readonly stateId: string;
  readonly directory: string;
  readonly lease: LeaseState;
  /** Of the newest segment. */
  readonly epoch: number;
  /** Of the last record that can be read. */
  readonly lastSeq: number;
  /** Of all its segments. */
  readonly bytes: number;
  readonly unread: number;
}

/** What {@link doctor} has found. */
export interface DoctorReport {
  readonly root: string;
  /** Nothing is damaged, and nobody else can get at it. */
  readonly healthy: boolean;
  readonly runs: readonly RunReport[];
  readonly artifacts: ArtifactsReport;
  readonly findings: readonly DoctorFinding[];
}

/**
 * Looks at everything in the directory of a store, takes no lease and changes nothing. A run that somebody is writing meanwhile may
 * show files that are gone a moment later. Throws `NOT_FOUND` where there is no store, `INVALID_OPTION` for a directory that is something
 * else, `INCOMPATIBLE`, `IO`.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { doctor, fsBackend } from "@reprise/backend-fs";
 *
 * const reprise = createReprise({ backend: fsBackend({ dir: ".reprise" }) });
 * await reprise.execute(tool({ name: "greet", run: (name: string) => `Hello, ${name}` }), "Ada");
 * await reprise.close();
 * const { healthy, findings } = await doctor({ dir: ".reprise" });
 * if (!healthy) for (const { kind, path, message } of findings) console.log(kind, path, message);
 * ```
 */
export async function doctor(options: DoctorOptions): Promise<DoctorReport> {
  checkKnown(options, optionNames, "doctor");
  const { dir, contents = false, io = realIo(), system = fsSystem(), processes = realProcesses() } = options;
  if (typeof dir !== "string" || dir === "") invalidOption("dir", "a path", dir, "doctor");
  if (typeof contents !== "boolean") invalidOption("contents", "true or false", contents, "doctor");
  const paths = storePaths(resolve(dir));
  return reportingIo("examine the store", { path: paths.root }, async () => {
    if (!(await checkStore(io, paths))) throw new RepriseError("NOT_FOUND", `there is no store in ${paths.root}`, { path: paths.root });
    const judge = leaseJudge(processes, system);
    const findings = await examineFiles(io, paths);
    const runs: RunReport[] = [];
    for (const { directory } of await runDirectories({ io, paths })) {
      const run = await examineRun({ io, judge, paths }, directory);
      findings.push(...run.findings);
      if (run.report !== undefined) runs.push(run.report);
    }
    for (const name of await namesIn(io, paths.trash)) findings.push({ kind: "leftover", path: `${paths.trash}/${name}`, message: "a run that was removed, and whose files are not deleted yet" });
    const artifacts = await examineArtifacts(io, paths.artifacts, contents);
    findings.push(...artifacts.findings);
    const healthy = !findings.some(({ kind }) => kind === "damaged" || kind === "permissions");
    return { root: paths.root, healthy, runs, artifacts: artifacts.report, findings };
  });
}
