import type { ListPage } from "@reprise/core";
import { isRepriseError } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";

/** Runs that are there and cannot be read. Each is told of beside the others: one must not hide what the others have to show. */
export type DamagedRuns = ListPage["damaged"];

/** What `read` gives of each of these runs, and those of which it gives nothing. */
export async function readEach<T>(stateIds: Iterable<string>, read: (stateId: string) => Promise<T>): Promise<{ readonly found: readonly T[]; readonly damaged: DamagedRuns }> {
  const found: T[] = [];
  const damaged: DamagedRuns[number][] = [];
  for (const stateId of stateIds) {
    try {
      found.push(await read(stateId));
    } catch (error) {
      if (!isRepriseError(error)) throw error;
      damaged.push({ stateId, error });
    }
  }
  return { found, damaged };
}

/** For `--json`. */
export function damagedDocument(damaged: DamagedRuns): readonly object[] {
  return damaged.map(({ stateId, error }) => ({ stateId, message: error.message }));
}

/** For people. */
export function damagedLines(damaged: DamagedRuns): readonly string[] {
  return damaged.map(({ stateId, error }) => `damaged: ${sanitise(stateId)}: ${sanitise(error.message)}`);
}
