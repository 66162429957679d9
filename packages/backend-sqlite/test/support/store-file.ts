import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AcquireOptions, StateBackend, StateWriter } from "@reprise/core/spi";
import { onTestFinished } from "vitest";

/** A path in a directory of its own, where nothing is yet. Removed when the test ends. */
export async function storeFile(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-sqlite-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, "runs.db");
}

/** Does something to a file behind the backend's back, as another program would. */
export function meddle<Result>(file: string, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    return work(database);
  } finally {
    database.close();
  }
}

/** The backend, closed when the test ends. */
export function closedAtTheEnd<Backend extends StateBackend>(backend: Backend): Backend {
  onTestFinished(() => backend.close());
  return backend;
}

export function hold(backend: StateBackend, stateId = "run-1", options: Partial<AcquireOptions> = {}): Promise<StateWriter> {
  return backend.acquire(stateId, { owner: "me", create: "may", ...options });
}

export async function textsOf(backend: StateBackend, stateId = "run-1"): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of backend.read(stateId)) found.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
  return found;
}

/** What the promise rejects with; throws if it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("error" in settled) return settled.error;
  throw new Error("expected a rejection, but it resolved");
}
