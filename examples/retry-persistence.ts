/**
 * Retries that survive a restart: the configuration, every attempt and the time at which the next one is due are records.
 * The process that goes on may be another one; here the first is killed in the middle of a backoff.
 *
 *     npx -y pnpm@12.21.0 example retry-persistence
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, tool } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";

const [, , role = "second process", dir = await mkdtemp(join(tmpdir(), "reprise-retry-"))] = process.argv;
const reprise = createReprise({ backend: fsBackend({ dir }), retry: retryProvider() });

const unreliable = tool({
  name: "unreliable_service",
  retry: retry({ maxAttempts: 4, backoff: "constant", initialDelayMs: 500, jitter: "none" }),
  run: (question: string, { attempt }) => {
    if (attempt === 1) throw new Error("API temporarily unavailable");
    return `attempt ${attempt} answers ${question}`;
  },
});

if (role === "first process") {
  const state = await reprise.create({ stateId: "demo" });
  // Killed while it waits for its second attempt.
  state.on("event", ({ status }) => status === "retrying" && setTimeout(() => process.kill(process.pid, "SIGKILL"), 200));
  await state.run(unreliable, "6 x 7");
}
