/** Its reactions run at the end of the turn. */
export const endOfTurn = Promise.resolve();

/** So many turns share an append at most: whoever is first waits for them. A sync takes as long as some dozen turns. */
const mostTurns = 16;

/** What decides when an append is made. */
export interface FlushTurnsSettings {
  readonly flush: () => void;
  /** Has another turn been asked for already, which may append as well? */
  readonly more: () => boolean;
  /** Calls back in a macrotask that comes behind the turn asked for. */
  readonly yield: (callback: () => void) => void;
}

/**
 * When what was appended is handed to the backend: at the end of the turn, or some turns later if one follows the other. The gate lets one
 * outcome through per turn, so a group whose thousand branches end at once would otherwise ask for a thousand syncs.
 */
export class FlushTurns {
  readonly #settings: FlushTurnsSettings;
  #asked = false;
  #turns = 0;

  constructor(settings: FlushTurnsSettings) {
    this.#settings = settings;
  }

  /** Is there an append to be made? */
  get asked(): boolean {
    return this.#asked;
  }

  /** Something was appended. */
  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    void endOfTurn.then(this.#endTurn);
  }

  /** The append was made already, without waiting for the end of the turn. */
  made(): void {
    this.#asked = false;
    this.#turns = 0;
  }

  readonly #endTurn = (): void => {
    if (!this.#asked) return;
    this.#turns += 1;
    if (this.#turns < mostTurns && this.#settings.more()) return this.#settings.yield(this.#endTurn);
    this.made();
    this.#settings.flush();
  };
}
