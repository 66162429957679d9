/** What every call of every contestant returns: some 200 bytes as JSON. */
export interface CallResult {
  readonly i: number;
  readonly text: string;
  readonly ts: number;
}

/** What a call does, and who counts. */
export interface WorkOptions {
  /** Characters of `text`. Default: 162, which makes results of 188 to 202 bytes. */
  readonly textLength?: number;
  /** This call does not return, once it is entered `onHang` is told: the moment at which a process is killed, and at which a resumed run has arrived. */
  readonly hangAt?: number;
  readonly onHang?: () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const digits = 10;

/** The handler that every contestant calls, and the count of its calls. */
export class Work {
  /** How often a handler was entered. */
  calls = 0;
  readonly #tail: string;
  readonly #options: WorkOptions;

  constructor(options: WorkOptions) {
    this.#tail = "x".repeat((options.textLength ?? 162) - digits);
    this.#options = options;
  }

  /** The handler. A text of its own for each call, so that nobody gains by keeping one string only. */
  readonly perform = async (index: number): Promise<CallResult> => {
    this.calls += 1;
    if (index === this.#options.hangAt) return this.#hang();
    return { i: index, text: String(index).padStart(digits, "0") + this.#tail, ts: this.#options.now() };
  };

  #hang(): Promise<never> {
    this.#options.onHang?.();
    return new Promise(() => undefined);
  }
}

/** What the results of calls 0 to `calls - 1` add up to: a contestant gives the sum of the `i` it got back, so that each result really came back. */
export function sumOf(calls: number): number {
  return (calls * (calls - 1)) / 2;
}
