/** How much a part of the programme does. */
export interface Amount {
  /** The environment variable that the tests read it from. */
  readonly variable: string;
  /** What is counted, in the plural: `seeds`. */
  readonly unit: string;
  /** What the tests do without the variable, and so in CI. */
  readonly bounded: number | string;
  /** What they do with `--nightly`. */
  readonly nightly: number | string;
}

/** One attack on the guarantees: tests of one project that are run together. */
export interface Part {
  readonly name: string;
  /** The guarantees of docs/rules.md that it attacks. */
  readonly attacks: readonly string[];
  /** What is done to them, in a sentence. */
  readonly how: string;
  /** The vitest project, which is the folder of its package. */
  readonly project: string;
  /** Test files, relative to the package. */
  readonly files: readonly string[];
  /** Absent where the tests try everything there is. */
  readonly amount?: Amount;
  /** Where chance comes from and how it is repeated; `none` if there is none. */
  readonly seed: string;
}
