/**
 * What an activation is asked with, as it is recorded: what its slots have come to, by name. A slot that stayed unfilled is absent. The first
 * delivery it consumed is the key of the call; where there were more, {@link consumed} lists all (rule F3).
 */
export interface ActivationInput {
  readonly [slot: string]: unknown;
}

/** Where an activation of several deliveries lists them; no slot can have this name. */
export const consumed = "<-";

/** What an activation gives, as it is recorded: outputs and what was emitted there, in turn and in order: `["page", {…}, "page", {…}]`. */
export type ActivationResult = readonly unknown[];
