import { RepriseError } from "./reprise-error.ts";
import { showValue } from "./show-value.ts";
import { timeText } from "./time-text.ts";

/** The run was handed off: it goes on where the hand-off was imported, and not here. Code `SEALED`. */
export class SealedError extends RepriseError {
  override readonly name = "SealedError";
  /** When it was handed off, in ms since the epoch. */
  readonly at: number;
  /** Where it went, as `handOff` was told. */
  readonly to: string | undefined;

  constructor(stateId: string, seal: { readonly at: number; readonly to?: string | undefined }) {
    const where = seal.to === undefined ? "" : ` to ${showValue(seal.to)}`;
    super("SEALED", `run ${stateId} was handed off${where} at ${timeText(seal.at)}: it goes on where its hand-off is imported; export gives the hand-off again`, { stateId });
    this.at = seal.at;
    this.to = seal.to;
  }
}
