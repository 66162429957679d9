import { join, relative } from "node:path";
import { exitCodeOf, undecidedExit, type Problem } from "../problem.ts";
import { programName, shellWord } from "./program-name.ts";
import { seconds, type PlayEnd } from "./play-audit.ts";
import type { Output } from "./output.ts";
import type { StateDirectory } from "./state-directory.ts";

/** Which audit has ended. */
export interface FinishedAudit {
  readonly state: StateDirectory;
  readonly run: string;
  readonly end: PlayEnd;
  /** False where the run was gone with its process. */
  readonly resumable: boolean;
}

/** Tells people and scripts how an audit ended and what they can do next; gives the exit code. */
export function finish({ state, run, end, resumable }: FinishedAudit, output: Output): number {
  const { outcome } = end;
  const problem = outcome.status === "failed" ? outcome.problem : undefined;
  const exitCode = end.stayedDead ? 0 : exitCodeOf(problem);
  const report = join(state.reportFolder(run), "report.md");
  const commands = commandsFor(state, run, resumable, problem);
  if (outcome.status === "completed") sayCompleted(end, report, state, output);
  else if (end.stayedDead) output.line("\n  It stays dead, as you asked.");
  else sayProblem(outcome.problem, state, run, output);
  output.line();
  for (const { command, why } of commands) output.line(`  ${command.padEnd(Math.max(...commands.map((next) => next.command.length)))}   ${why}`);

  output.json({
    status: statusOf(end, exitCode),
    run,
    exitCode,
    ...(outcome.status === "completed" ? outcome.result : {}),
    handlers: { completedBefore: end.before?.completed.size ?? 0, openBefore: end.before?.open.size ?? 0, ranAgain: end.ranAgain.length, completedNow: outcome.statistics.completed },
    kill: end.kill ?? null,
    retries: outcome.statistics.retries,
    journalWrites: outcome.statistics.journalWrites,
    timings: { totalMs: end.totalMs, savedMs: Math.round(end.before?.workMs ?? 0) },
    service: end.service,
    paths: {
      stateDirectory: state.path,
      notifications: state.notifications,
      ...(problem === undefined ? { report, reportJson: join(state.reportFolder(run), "report.json") } : {}),
    },
    ...(problem === undefined ? {} : { problem, continueWith: commands[0]?.command }),
  });
  return exitCode;
}

function statusOf({ outcome, stayedDead }: PlayEnd, exitCode: number): "completed" | "killed" | "undecided" | "failed" {
  if (outcome.status === "completed") return "completed";
  if (stayedDead) return "killed";
  return exitCode === undecidedExit ? "undecided" : "failed";
}

function sayCompleted(end: PlayEnd, report: string, state: StateDirectory, output: Output): void {
  const { outcome, before, ranAgain, service } = end;
  if (outcome.status !== "completed") return;
  const { decision, packages, concerns } = outcome.result;
  output.line();
  if (end.missedWrite !== undefined) output.line(`  The audit was over after ${outcome.statistics.journalWrites} writes to the journal: nothing was killed at write ${end.missedWrite}.`);
  if (before !== undefined && before.completed.size > 0) {
    const when = end.kill === undefined ? "before" : "before the kill";
    output.line(`  ${before.completed.size} handlers completed ${when}, ${ranAgain.length} of them ran again; the ${seconds(before.workMs)} they had worked were not spent again.`);
  }
  const failed = service.busy + service.reset + service.silent;
  if (service.requests === 0) output.line("  The advisory service was not asked at all.");
  else output.line(`  The advisory service saw ${service.requests} requests and failed ${failed}: ${service.busy} x 503, ${service.reset} x reset, ${service.silent} x no answer.`);
  output.line(`  Verdict: ${decision}. ${packages} packages, ${concerns} to think about (the advisories are the demo's inventions), ${seconds(end.totalMs)} in all.`);
  output.line();
  output.line(`  Report   ${nearby(report)}`);
  output.line(`  Log      ${nearby(state.notifications)}`);
}

function sayProblem(problem: Problem, state: StateDirectory, run: string, output: Output): void {
  output.line();
  output.problem(`reprise-demo: ${problem.code}: ${problem.message}`);
  if (exitCodeOf(problem) !== undecidedExit) return;
  output.line("  The process died between the start of this call and its outcome. It must not happen twice, so nothing is guessed.");
  output.line(`  Look whether it happened:  grep ${shellWord(run)} ${shellWord(nearby(state.notifications))}`);
}

interface NextCommand {
  readonly command: string;
  readonly why: string;
}

function commandsFor(state: StateDirectory, run: string, resumable: boolean, problem: Problem | undefined): NextCommand[] {
  const program = programName();
  const where = state.isDefault ? "" : ` --state-dir ${shellWord(state.name)}`;
  const resume = `${program} resume ${shellWord(run)}${where}`;
  if (problem !== undefined) {
    if (!resumable) return [{ command: program, why: "start anew" }];
    if (exitCodeOf(problem) !== undecidedExit) return [{ command: resume, why: "go on where it stopped" }];
    return [{ command: `${resume} --allow-repeat ${shellWord(problem.address ?? "audit::notify::tool_call")}`, why: "go on: the call may run again" }];
  }
  const report = { command: `less ${shellWord(nearby(join(state.reportFolder(run), "report.md")))}`, why: "read the report" };
  if (!resumable) return [report];
  return [
    report,
    { command: resume, why: "the same result again, without running anything" },
    { command: `${program} list${where}`, why: "every run, the finished and the dead" },
    { command: `${program} --crash-at 42${where}`, why: "kill it somewhere else" },
  ];
}

/** Relative to the working directory where that is shorter. */
function nearby(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length && !short.startsWith("..") ? short : path;
}
