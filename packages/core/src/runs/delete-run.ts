import type { RepriseSettings } from "./settings.ts";

/** Removes a run for good. It is not loaded: one that is damaged can be removed, too. Throws `LeaseHeldError`, `NOT_FOUND`. */
export async function deleteRun({ backend, system }: RepriseSettings, stateId: string): Promise<void> {
  const writer = await backend.acquire(stateId, { owner: system.owner, create: "never" });
  try {
    await backend.remove(stateId, { writer });
  } finally {
    await writer.release();
  }
}
