/**
 * Retries that survive a restart: the configuration, every attempt and the time at which the next one is due are records.
 * The process that goes on may be another one; here the first is killed in the middle of a backoff.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/retry-persistence.ts
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, statisticsOf, tool } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";

const [, , role = "second process", dir = await mkdtemp(join(tmpdir(), "reprise-retry-"))] = process.argv;
const reprise = createReprise({ backend: fsBackend({ dir }), retry: retryProvider() });

/** It says nothing about retries: the run does. */
const unreliable = tool({
  name: "unreliable_service",
  run: (question: string, { attempt }) => {
    if (attempt === 1) throw new Error("API temporarily unavailable");
    return `attempt ${attempt} answers ${question}`;
  },
});
const reliable = tool({ name: "reliable_service", run: (question: string) => `of course: ${question}` });

if (role === "first process") {
  const state = await reprise.create({
    stateId: "demo",
    retry: retry({ maxAttempts: 2 }),
    retryByType: { tool_call: retry({ maxAttempts: 4, backoff: "constant", initialDelayMs: 1_500, jitter: "none" }) },
  });
  await state.run(reliable, "2 + 2");
  state.on("event", ({ status }) => {
    if (status === "retrying") process.kill(process.pid, "SIGKILL");
  });
  await state.run(unreliable, "6 x 7");
}

const first = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), "first process", dir]);
console.log(`The first process ended by ${first.signal}, in the middle of a backoff.\n`);

const state = await reprise.load("demo");

console.log("1. The configuration of the run is kept:");
const { retry: byDefault, retryByType } = state.retrySettings;
console.log(`   by default ${attemptsIn(byDefault)} attempts, for tools ${attemptsIn(retryByType?.tool_call)}`);

console.log("2. So is what happened:");
const events = state.history.events({ under: "unreliable_service::tool_call" });
for (const event of events) console.log(`   attempt ${event.attempt} ${event.status}${event.error ? `: ${event.error.message}` : ""}`);

console.log("3. The call goes on with attempt 2, after what was left of the delay:");
const due = events.at(-1)?.dueAt ?? 0;
const answer = await state.run(unreliable, "6 x 7");
const began = state.history.events().findLast(({ status }) => status === "started")?.at ?? 0;
console.log(`   ${answer}, ${began >= due ? "not before" : "before"} it was due`);
console.log(`   ${state.history.events({ under: "unreliable_service::tool_call" }).length} events in all`);

console.log("4. Statistics come from the record, whoever wrote it:");
const { calls } = statisticsOf(state.history);
console.log(`   retry events ${calls.retryEvents}, calls that retried ${calls.retriedCalls}, retry attempts ${calls.retryAttempts}, retry rate ${(calls.retryRate ?? 0) * 100}%`);
console.log(`   completed after a retry ${calls.recoveredAfterRetry}, exhausted ${calls.exhausted}`);

await reprise.close();
await rm(dir, { recursive: true });

function attemptsIn(settings: unknown): number | undefined {
  return (settings as { readonly maxAttempts?: number } | undefined)?.maxAttempts;
}

/* Prints:
The first process ended by SIGKILL, in the middle of a backoff.

1. The configuration of the run is kept:
   by default 2 attempts, for tools 4
2. So is what happened:
   attempt 1 started
   attempt 1 failed: API temporarily unavailable
   attempt 1 retrying: API temporarily unavailable
3. The call goes on with attempt 2, after what was left of the delay:
   attempt 2 answers 6 x 7, not before it was due
   5 events in all
4. Statistics come from the record, whoever wrote it:
   retry events 1, calls that retried 1, retry attempts 1, retry rate 50%
   completed after a retry 1, exhausted 0
*/
