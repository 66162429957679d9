/** What an activation is asked with, as it is recorded: the deliveries it consumes, and what became of them by slot (rule F3). */
export interface ActivationInput {
  readonly deliveries: readonly string[];
  /** A slot that stayed unfilled is absent. */
  readonly given: { readonly [slot: string]: unknown };
}

/** What an activation gives, as it is recorded: what it emitted, in order. */
export interface ActivationResult {
  readonly emitted: readonly (readonly [output: string, value: unknown])[];
}
