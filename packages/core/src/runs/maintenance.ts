import { checkStateId } from "../backends/check-state-id.ts";
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
}

/** The verbs of a Reprise that look after what is stored. */
export function maintenanceOf(settings: RepriseSettings): Maintenance {
  return {
    salvage: async (stateId, options = {}) => salvageRun(settings, checkStateId(stateId), options),
  };
}
