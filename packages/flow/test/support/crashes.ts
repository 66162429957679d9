import { createReprise, type Actor, type ExecutionOutcome } from "@reprise/core";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { memoryBackend } from "@reprise/backend-memory";
import { delegateWriter, virtualSystem, type VirtualSystem } from "@reprise/testing";

/** What a flow is in one process, and how often each activation did its work there. */
export interface Process {
  readonly flow: { readonly agent: Actor<never, unknown> };
  /** Addresses of the activations whose handlers have ended well, one entry each. */
  readonly effects: readonly string[];
}

/** What became of a job. */
export interface Life {
  readonly outcome: string;
  readonly effects: readonly string[];
  readonly journal: readonly Uint8Array[];
  /** How many records were on disk after each append. */
  readonly boundaries: readonly number[];
}

const jobId = "job";

/** Runs a job from what is on disk to its end, or to where it rests. */
export async function live(begin: (system: VirtualSystem) => Process, input: unknown, disk: readonly Uint8Array[] = []): Promise<Life> {
  const system = virtualSystem({ now: disk.length * 1_000 });
  const inner = memoryBackend();
  if (disk.length > 0) {
    const writer = await inner.acquire(jobId, { owner: "before", create: "must" });
    await writer.append(disk, { expect: 0, header: { status: "running", createdAt: 1, updatedAt: 1, tags: [] } });
    await writer.release();
  }
  const boundaries: number[] = [];
  const reprise = createReprise({ backend: watched(inner, boundaries), system, suspendAfterMs: Infinity });
  const { flow, effects } = begin(system);
  const outcome = await system.runUntil(reprise.execute(flow.agent, input as never, { stateId: jobId }));
  const journal: Uint8Array[] = [];
  for await (const batch of inner.read(jobId)) for (const { bytes } of batch) journal.push(bytes);
  return { outcome: outcomeText(outcome), effects: [...effects], journal, boundaries };
}

/** The lives of a job that was killed after each append of an uninterrupted one; `point` is how many records were left. */
export async function killedEverywhere(begin: (system: VirtualSystem) => Process, input: unknown, whole: Life): Promise<(Life & { readonly point: number })[]> {
  const lives: (Life & { readonly point: number })[] = [];
  for (const point of whole.boundaries.slice(0, -1)) lives.push({ point, ...(await live(begin, input, whole.journal.slice(0, point))) });
  return lives;
}

/** Addresses of the activations that had completed within the first records of a journal. */
export function completedIn(journal: readonly Uint8Array[]): string[] {
  const records = journal.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as { readonly k: string; readonly a?: string; readonly c?: number });
  return records.flatMap(({ k, c = 0 }) => (k === "completed" ? [records[c - 1]?.a ?? ""] : []));
}

function outcomeText(outcome: ExecutionOutcome<unknown>): string {
  if (outcome.status === "completed") return `completed ${JSON.stringify(outcome.value)}`;
  return outcome.status === "failed" ? `failed ${outcome.error.message}` : outcome.status;
}

function watched(backend: StateBackend, boundaries: number[]): StateBackend {
  return {
    ...backend,
    capabilities: backend.capabilities,
    async acquire(stateId, options): Promise<StateWriter> {
      const writer = await backend.acquire(stateId, options);
      return delegateWriter(writer, {
        async append(records, appendOptions) {
          const seq = await writer.append(records, appendOptions);
          boundaries.push(seq);
          return seq;
        },
      });
    },
  };
}
