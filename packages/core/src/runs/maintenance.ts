import { checkStateId } from "../backends/check-state-id.ts";
import { collectArtifacts, type CollectOptions, type CollectReport } from "./collect-artifacts.ts";
import { checkCompact, compactRun, type CompactOptions, type CompactReport } from "./compact-run.ts";
import { salvageRun, type SalvageOptions, type SalvageResult } from "./salvage-run.ts";
import type { RepriseSettings } from "./settings.ts";

/** Looking after runs that have been stored. */
export interface Maintenance {
  /**
   * Saves a damaged run into a new one, never in place: a fork of what the run showed at the last record that can be read, paused. What was
   * lost behind it, and what calls did that were recorded there, nobody knows: look at `lost` before it is resumed. Takes no lease, changes
   * nothing of the damaged run. Throws `CORRUPT` if nothing can be saved, `NOT_REPEATABLE`, `ALREADY_EXISTS`, `NOT_FOUND`, …
   */
  salvage(stateId: string, options?: SalvageOptions): Promise<SalvageResult>;
  /**
   * Takes away the records that neither the run's timeline shows nor those of its last `checkpoints` (default: 1) and of the positions in
   * `timelines`, and lays what is left together, byte for byte at its position: the run is what it was, and can be gone back
   * to any point of what is kept. All or nothing, also after a crash. `LeaseHeldError` if somebody holds the run. Throws `POINT_NOT_FOUND` for a position that
   * the run does not have, `UNSUPPORTED` where the backend cannot, `SEALED`, `NOT_FOUND`, …
   */
  compact(stateId: string, options?: CompactOptions): Promise<CompactReport>;
  /**
   * Removes the artifacts and large values that no record of any run in the backend names any more; what a rewind has hidden still names
   * them. Takes no lease, and may run beside anything. Of artifacts that runs of several backends share, those of the others are
   * lost: it knows the runs of this one. Removes nothing if a run cannot be read. Throws `UNSUPPORTED` without a backend or a place for artifacts, and
   * what reading a run throws.
   */
  collectArtifacts(options?: CollectOptions): Promise<CollectReport>;
}

/** The verbs of a Reprise that look after what is stored. */
export function maintenanceOf(settings: RepriseSettings, letGo: (stateId: string, options: { readonly waitMs?: number }) => Promise<number>): Maintenance {
  return {
    salvage: async (stateId, options = {}) => salvageRun(settings, checkStateId(stateId), options),
    async compact(stateId, options = {}) {
      checkStateId(stateId);
      checkCompact(options);
      return compactRun(settings, stateId, { ...options, waitMs: await letGo(stateId, options) });
    },
    collectArtifacts: async (options = {}) => collectArtifacts(settings, options),
  };
}
