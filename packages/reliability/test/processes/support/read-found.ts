import type { StateBackend } from "@reprise/core/spi";
import type { Found } from "./journal-problems.ts";

/** The journal of a run as it is stored; empty if there is no such run. */
export async function readFound(backend: StateBackend, stateId: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  if ((await backend.head(stateId)) === undefined) return found;
  for await (const batch of backend.read(stateId)) found.push(...batch.map(({ seq, epoch, bytes }) => ({ seq, epoch, text: Buffer.from(bytes).toString() })));
  return found;
}
