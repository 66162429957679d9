import { startAdvisoryServer, type RequestCounts } from "../advisory-server.ts";
import type { AuditRequest } from "../audit.ts";
import { readJournal, type JournalFacts } from "../journal-facts.ts";
import type { KillPoint } from "../kill-point.ts";
import { noStatistics } from "../run-statistics.ts";
import { superviseWorker, type WorkerEnd } from "../supervise.ts";
import { now } from "../system.ts";
import { readKills, readTally } from "../tally.ts";
import type { View } from "../view.ts";
import type { AuditOutcome } from "../worker-protocol.ts";
import type { Output } from "./output.ts";
import type { StateDirectory } from "./state-directory.ts";

/** An audit to be run in processes of its own. */
export interface Play {
  readonly state: StateDirectory;
  readonly run: string;
  readonly request: AuditRequest;
  readonly view: View;
  readonly killAt: KillPoint | undefined;
  /** Do not resume after the kill. */
  readonly stayDead: boolean;
  readonly allowRepeat: readonly string[];
  /** What earlier processes left; undefined for a new run. */
  readonly before: JournalFacts | undefined;
}

/** How an audit ended and what it took. */
export interface PlayEnd {
  readonly outcome: AuditOutcome;
  readonly kill: { readonly journalWrite: number; readonly afterMs: number } | undefined;
  /** The write at which it was to be killed, if it was over before. */
  readonly missedWrite: number | undefined;
  /** It was killed and not resumed, as `stayDead` asked. */
  readonly stayedDead: boolean;
  /** What had been recorded before the last process began. */
  readonly before: JournalFacts | undefined;
  /** Handlers that ran although their result was recorded: their addresses, from the tally. */
  readonly ranAgain: readonly string[];
  readonly totalMs: number;
  readonly service: RequestCounts;
}

/** Runs the audit; if it is to be killed, looks at what is left and resumes it. The service is there all the time, as services are. */
export async function playAudit(play: Play, output: Output): Promise<PlayEnd> {
  const began = now();
  await using server = await startAdvisoryServer({ seed: play.request.seed });
  const runWorker = (killAt?: KillPoint): Promise<WorkerEnd> =>
    superviseWorker({
      run: play.run,
      request: play.request,
      stateDirectory: play.state.path,
      advisories: server.url.href,
      view: play.view,
      output: output.people,
      allowRepeat: [...play.allowRepeat],
      ...(killAt === undefined ? {} : { killAt }),
    });

  let before = play.before;
  let kill: PlayEnd["kill"];
  let ranBefore = readTally(play.state.tally(play.run)).length;
  const verb = play.before === undefined ? "Run" : "Resume";
  if (play.killAt !== undefined) output.heading(`1  ${verb} the audit in a process of its own, and kill it ${describePoint(play.killAt)}`);
  let end = await runWorker(play.killAt);

  if (end.kind === "died" && end.signal === "SIGKILL" && play.killAt !== undefined) {
    const afterMs = now() - began;
    before = await readJournal(play.state.runs, play.run);
    const tally = play.state.tally(play.run);
    ranBefore = readTally(tally).length;
    kill = { journalWrite: readKills(tally).at(-1)?.write ?? 0, afterMs };
    output.heading(`2  Process ${end.processId} got SIGKILL after ${seconds(afterMs)}, right after write ${kill.journalWrite} to the journal`);
    output.line(`   No handler, no finally, no flush ran. The journal knows ${before.completed.size} completed handlers and ${before.open.size} that had only started.`);
    if (!play.stayDead) {
      output.heading("3  Resume it in a new process");
      end = await runWorker();
    }
  }
  const outcome = end.kind === "outcome" ? end.outcome : diedOutcome(end);
  const ranAfter = readTally(play.state.tally(play.run)).slice(ranBefore);
  return {
    outcome,
    kill,
    missedWrite: kill === undefined && play.killAt !== undefined && "write" in play.killAt && end.kind === "outcome" ? play.killAt.write : undefined,
    stayedDead: kill !== undefined && play.stayDead,
    before,
    ranAgain: [...new Set(ranAfter.map(({ address }) => address))].filter((address) => before?.completed.has(address) === true),
    totalMs: now() - began,
    service: server.counts(),
  };
}

function describePoint(point: KillPoint): string {
  if ("begun" in point) return `inside ${point.begun}`;
  return "write" in point ? `right after write ${point.write} to its journal` : "in the middle";
}

function diedOutcome({ signal, exitCode }: Extract<WorkerEnd, { kind: "died" }>): AuditOutcome {
  const how = signal === null ? `with exit code ${exitCode ?? 0}` : `by ${signal}`;
  return {
    status: "failed",
    problem: { code: "STOPPED", message: `the process of the audit ended ${how} before the audit did` },
    statistics: noStatistics(),
  };
}

/** `2.4 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
