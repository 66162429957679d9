/** What an oracle says of a program. */
export interface Verdict {
  /** How many crashes were tried. */
  readonly crashPoints: number;
  /** What does not hold; undefined if all holds. */
  readonly failure: string | undefined;
}
