import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, type Reprise } from "@reprise/core";
import type { RunFeed, Subscriber } from "@reprise/core/spi";
import { loadFlow, type JobState } from "@reprise/flow";
import { now, surviveBrokenPipes } from "../system.ts";
import { demoFlow, demoRegistry } from "./demo-flow.ts";
import { flowTally } from "./flow-tally.ts";
import type { HostReport, HostRequest, SavedJob } from "./host-protocol.ts";

// One host: a process of its own with a directory of its own. A begins the job and lets go of it after two failures, B goes on with it.
surviveBrokenPipes();
const request = JSON.parse(process.argv[2] ?? "{}") as HostRequest;
const line = (text: string): void => void process[request.people].write(`  ${text}\n`);
const failures = { seen: 0 };
const told = new Promise<void>((resolve) => {
  process.once("message", () => resolve());
});
process.send?.("up");
await told;
await (request.host === "A" ? hostA() : hostB());

async function hostA(): Promise<void> {
  const flow = demoFlow(request.flow, flowTally(request.tallyFile, "A"));
  let twoFailures: () => void = () => undefined;
  const failedTwice = new Promise<void>((resolve) => {
    twoFailures = resolve;
  });
  const reprise = open((count) => {
    line(`Status: running     | Failures: ${count}/2 | Retry count: ${count}/4`);
    if (count < 2) return;
    if (request.parting === "kill") process.kill(process.pid, "SIGKILL");
    twoFailures();
  });
  // The definition is known before there is a job; a process that is killed saves nothing more.
  const saved: SavedJob = { flow: flow.serialize(), savedAt: now() };
  await save(saved);
  const job = await flow.on(reprise).start(undefined, { jobId: request.jobId });
  line(`Job ID: ${job.id}`);
  line("Status: running     | Failures: 0/2 | Retry count: 0/4");
  await failedTwice;
  await save({ ...saved, job: await job.handOff({ to: "host B" }), savedAt: now() });
  line(`2 failures: the job is handed off, saved in ${basename(request.savedFile)}`);
  await reprise.close();
  process.disconnect();
}

async function hostB(): Promise<void> {
  const saved = JSON.parse(await readFile(request.savedFile, "utf8")) as SavedJob;
  const flow = loadFlow(saved.flow, demoRegistry(flowTally(request.tallyFile, "B")));
  const reprise = open((count) => line(`Status: running     | Failures: ${count} | Retry count: ${Math.min(count, 4)}/4`));
  const jobs = flow.on(reprise);
  if (saved.job !== undefined) await jobs.import(saved.job);
  // Of a copied directory: what the process that was killed had recorded.
  const state = saved.job ?? (await jobs.state(request.jobId));
  const { errorHandler } = saved.flow.routines[1] ?? {};
  line(`Flow ID: ${flow.id}, routines: ${flow.routines.join(", ")}`);
  line(`Error handler: ${errorHandler?.strategy}, max_retries ${errorHandler?.maxRetries}, retry_delay ${(errorHandler?.retryDelayMs ?? 0) / 1_000}s, retry_backoff ${errorHandler?.retryBackoff}, retry count ${retriesOf(state)}`);
  line(`Job ID: ${state.jobId}, status: ${state.status}, history: ${state.history.length} records`);
  failures.seen = state.history.filter(({ event }) => event === "failed").length;
  const resumedAt = now();
  const due = state.activations.find(({ dueAt }) => dueAt !== undefined)?.dueAt ?? 0;
  line(due > resumedAt ? `Resuming: ${Math.round(due - resumedAt)} ms are left of the delay` : `Resuming: the delay was over ${Math.round(resumedAt - due)} ms ago`);
  const job = await jobs.resume(state);
  const outcome = await job.done();
  const final = await job.serialize();
  line(`Final status: ${outcome.status}, final retry count: ${retriesOf(final)}/4`);
  await reprise.close();
  process.send?.({ resumedAt, dueAt: due, state: final } satisfies HostReport, () => process.disconnect());
}

async function save(saved: SavedJob): Promise<void> {
  await writeFile(request.savedFile, JSON.stringify(saved, undefined, 2));
}

/** A Reprise on this host's own directory, that tells of each failure of `failing`. */
function open(failed: (count: number) => void): Reprise {
  const watch: Subscriber = {
    attach: (run: RunFeed) =>
      run.on("event", ({ name, status, final }) => {
        if (name !== "failing" || (status !== "retrying" && final !== true)) return;
        failures.seen += 1;
        failed(failures.seen);
      }),
  };
  return createReprise({ backend: fsBackend({ dir: request.directory }), subscribers: [watch] });
}

function retriesOf({ routines }: Pick<JobState, "routines">): number {
  return routines["failing"]?.retries ?? 0;
}
