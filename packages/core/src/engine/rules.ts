/**
 * Rules of the engine that tests can switch off one at a time, to show that each is needed: with a rule off, the property
 * that guards it must fail. Not part of the public interface; never off in use.
 */
export interface EngineRules {
  /** R2: live outcomes pass the gate like recorded ones. */
  readonly liveGate: boolean;
  /** S1: writes join the parent's view when the outcome is released, not when it is appended. */
  readonly joinAtRelease: boolean;
  /** R2: branches and reopened code start through the gate. */
  readonly gatedStarts: boolean;
  /** A3: in a reopened scope only an equal input matches. */
  readonly strictReopened: boolean;
  /** P1: recorded branches are asked for at once, without a slot. */
  readonly slotsForRecorded: boolean;
  /** I1: the end of the grace revokes the whole subtree. */
  readonly deepRevocation: boolean;
}

export const allRules: EngineRules = {
  liveGate: true,
  joinAtRelease: true,
  gatedStarts: true,
  strictReopened: true,
  slotsForRecorded: true,
  deepRevocation: true,
};

/** Where a test puts its `Partial<EngineRules>` in the options of `createReprise`. */
export const rulesKey: unique symbol = Symbol.for("@reprise/engine-rules") as never;
