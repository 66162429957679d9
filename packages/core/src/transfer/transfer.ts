import { checkStateId } from "../backends/check-state-id.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkWaitMs, invalid } from "../errors/invalid.ts";
import { SealedError } from "../errors/transfer-errors.ts";
import type { Reprise } from "../runs/reprise.ts";
import type { RepriseSettings } from "../runs/settings.ts";
import { exportRun, handOffRun, type ExportOptions, type HandOffOptions } from "./export-run.ts";
import { importRun, type ImportOptions } from "./import-run.ts";

/** The handles of this process that a transfer has to do with. */
export interface Handles {
  /** Takes the lease from an idle handle, and gives how much of `waitMs` is left; throws `LeaseHeldError` if calls stay open for so long. */
  letGo(stateId: string, options: { readonly waitMs?: number }): Promise<number>;
  /** Every verb of the run's handle throws the error from now on. */
  end(stateId: string, error: Error): void;
}

/** The verbs of a Reprise that move runs. */
export function transferOf(settings: RepriseSettings, handles: Handles): Pick<Reprise, "export" | "import" | "handOff"> {
  return {
    async export(stateId, options = {}) {
      checkKnown(options, { artifacts: true } satisfies OptionNames<ExportOptions>);
      return exportRun(settings, checkStateId(stateId), options);
    },
    async import(bytes, options = {}) {
      checkKnown(options, { stateId: true } satisfies OptionNames<ImportOptions>);
      if (options.stateId !== undefined) checkStateId(options.stateId);
      return importRun(settings, bytes, options);
    },
    async handOff(stateId, options = {}) {
      checkKnown(options, { to: true, waitMs: true } satisfies OptionNames<HandOffOptions>);
      const { to, waitMs } = options;
      if (to !== undefined && typeof to !== "string") invalid("to", "a string: where the run goes", to);
      checkWaitMs(waitMs);
      const leftMs = await handles.letGo(checkStateId(stateId), options);
      const { seal, bytes } = await handOffRun(settings, stateId, { ...options, waitMs: leftMs });
      handles.end(stateId, new SealedError(stateId, seal));
      return bytes;
    },
  };
}
