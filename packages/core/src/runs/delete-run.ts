import { isRepriseError } from "../errors/reprise-error.ts";
import type { StateWriter } from "../ports/state-backend.ts";
import type { RepriseSettings } from "./settings.ts";

/** Removes a run for good. It is not loaded: one that is damaged can be removed, too. Throws `LeaseHeldError`, `NOT_FOUND`. */
export async function deleteRun(settings: RepriseSettings, stateId: string): Promise<void> {
  const { backend } = settings;
  const writer = await writerUnlessDamaged(settings, stateId);
  // Nobody can hold what nobody can take: whoever held it had been found gone when the damage was.
  if (writer === undefined) return backend.remove(stateId, { force: true });
  try {
    await backend.remove(stateId, { writer });
  } finally {
    await writer.release();
  }
}

async function writerUnlessDamaged({ backend, system }: RepriseSettings, stateId: string): Promise<StateWriter | undefined> {
  try {
    return await backend.acquire(stateId, { owner: system.owner, create: "never" });
  } catch (error) {
    if (isRepriseError(error, "CORRUPT")) return undefined;
    throw error;
  }
}
