import { cp, mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { FlowCommand } from "../cli/command.ts";
import type { Output } from "../cli/output.ts";
import { openStateDirectory } from "../cli/state-directory.ts";
import { shortId } from "../system.ts";
import { checkRun, type Check } from "./check-run.ts";
import { readTally } from "./flow-tally.ts";
import type { HostRequest, Parting } from "./host-protocol.ts";
import { startHost } from "./run-host.ts";

interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly parting: Parting;
  readonly succeedsAt: 4 | null;
}

const scenarios: readonly Scenario[] = [
  { name: "handed-off", title: "Host A hands the job off after two failures; host B has a directory of its own", parting: "hand-off", succeedsAt: null },
  { name: "killed", title: "Host A is killed during the backoff; host B has a copy of its directory", parting: "kill", succeedsAt: null },
  { name: "counter-case", title: "The counter-case: attempt 4 succeeds, on host B", parting: "hand-off", succeedsAt: 4 },
];

/** A job with retries that goes from one host to another, in three ways; gives the exit code. */
export async function flowCommand({ stateDirectory, fast }: FlowCommand, output: Output): Promise<number> {
  const state = await openStateDirectory(stateDirectory, { create: true });
  const folder = join(state.path, "flows", shortId());
  output.line("long_running -> failing (retry 4 times, 0.3 s, factor 1.5) -> success");
  const results: { readonly scenario: string; readonly checks: readonly Check[] }[] = [];
  for (const scenario of scenarios) {
    const checks = await play(scenario, join(folder, scenario.name), fast, output);
    results.push({ scenario: scenario.name, checks });
    say(checks, output);
  }
  const broken = results.flatMap(({ checks }) => checks).filter(({ ok }) => !ok).length;
  output.line(`\n${broken === 0 ? "Every check holds." : `${broken} checks do not hold.`} Definitions, jobs and journals are in ${relative(process.cwd(), folder) || folder}`);
  output.json({ status: broken === 0 ? "completed" : "failed", results });
  return broken === 0 ? 0 : 1;
}

async function play({ name, title, parting, succeedsAt }: Scenario, folder: string, fast: boolean, output: Output): Promise<readonly Check[]> {
  output.heading(title);
  await mkdir(folder, { recursive: true });
  const common = { jobId: `job-${name}`, savedFile: join(folder, "saved.json"), tallyFile: join(folder, "tally.log"), parting, flow: { longRunningMs: fast ? 20 : 1_000, failingMs: fast ? 10 : 500, succeedsAt }, people: output.people };
  const ask = (host: HostRequest["host"]): HostRequest => ({ ...common, host, directory: join(folder, host) });
  const [hostA, hostB] = [startHost(ask("A")), startHost(ask("B"))];
  try {
    output.line("\nHost A: begins the job");
    const a = await hostA.go();
    output.line(parting === "kill" ? `  process ${a.processId} got ${a.signal ?? `no signal, and ended with ${a.exitCode}`}` : `  process ${a.processId} has ended`);
    if (parting === "kill") await cp(join(folder, "A"), join(folder, "B"), { recursive: true });
    output.line(`\nHost B: goes on with ${parting === "kill" ? "a copy of the directory" : "the job that was handed off"}`);
    const { report, exitCode } = await hostB.go();
    if (report === undefined) throw new Error(`host B ended with exit code ${exitCode} and told nothing`);
    return checkRun({ tally: await readTally(common.tallyFile), state: report.state, dueAt: report.dueAt }, succeedsAt);
  } finally {
    hostB.dismiss();
  }
}

function say(checks: readonly Check[], output: Output): void {
  output.line(`\n${"".padEnd(36)}${"expected".padEnd(26)}actual`);
  for (const { what, expected, actual, ok } of checks) output.line(`${ok ? "✓" : "✗"} ${what.padEnd(34)}${expected.padEnd(26)}${actual}`);
}
