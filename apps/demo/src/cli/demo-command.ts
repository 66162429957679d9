import { memoryBackend } from "@reprise/backend-memory";
import { startAdvisoryServer } from "../advisory-server.ts";
import { runAudit } from "../run-audit.ts";
import { seededFraction } from "../seeded.ts";
import { now, shortId } from "../system.ts";
import { fileTally } from "../tally.ts";
import { chooseModel } from "../triage/choose-model.ts";
import { viewSubscriber } from "../view.ts";
import { auditedDirectory } from "./audited-directory.ts";
import type { DemoCommand } from "./command.ts";
import { finish } from "./finish.ts";
import type { Output } from "./output.ts";
import { playAudit, type Play, type PlayEnd } from "./play-audit.ts";
import { openStateDirectory } from "./state-directory.ts";

/** Runs an audit, kills it in the middle and resumes it; gives the exit code. */
export async function demoCommand(command: DemoCommand, output: Output): Promise<number> {
  const request = { directory: await auditedDirectory(command.directory), seed: command.seed };
  const model = chooseModel();
  const state = await openStateDirectory(command.stateDirectory, { create: true });
  const run = `audit-${shortId()}`;
  const resumable = command.backend === "fs";
  output.line(`Audit of the packages installed in ${request.directory}`);
  output.line(`run ${run}, ${resumable ? `journal in ${state.name}` : "journal in memory"}, triage by ${model.label}`);
  if (!resumable) output.line("The memory backend keeps nothing after its process: the audit runs through, no kill.");

  const play: Play = { state, run, request, view: command.view, killAt: killPoint(command), stayDead: command.stayDead, allowRepeat: [], before: undefined };
  const end = resumable ? await playAudit(play, output) : await playInMemory(play, output);
  return finish({ state, run, end, resumable }, output);
}

function killPoint({ crashAt, seed }: DemoCommand): { readonly write: number } | { readonly share: number } | undefined {
  if (crashAt === "never") return undefined;
  return crashAt === "middle" ? { share: 0.4 + 0.3 * seededFraction(seed, "kill") } : { write: crashAt };
}

async function playInMemory({ state, run, request, view }: Play, output: Output): Promise<PlayEnd> {
  const began = now();
  await using server = await startAdvisoryServer({ seed: request.seed });
  const outcome = await runAudit({
    run,
    request,
    backend: memoryBackend(),
    subscribers: [viewSubscriber(view, process[output.people])],
    allowRepeat: [],
    advisories: server.url,
    model: chooseModel(),
    reportFolder: state.reportFolder(run),
    notifications: state.notifications,
    tally: fileTally(state.tally(run)),
  });
  return { outcome, kill: undefined, missedWrite: undefined, stayedDead: false, before: undefined, ranAgain: [], totalMs: now() - began, service: server.counts() };
}
