import type { AppendOptions, Durability, HeaderPatch } from "../ports/state-backend.ts";

/**
 * What an append's acknowledgement has to mean: `start` (handed to the operating system), `outcome` (the run's
 * durability) or `firm` (the strongest there is, whatever the run's durability: R11, checkpoints).
 */
export type AppendLevel = "start" | "outcome" | "firm";

/** Records of the journal that go to the backend together. */
export interface Batch {
  /** Seqs of the first one and of the last one so far. */
  readonly first: number;
  last: number;
  /** How many records each unit has, all or none of which are written; undefined if there is one. */
  units: number[] | undefined;
  level: AppendLevel | "ride";
  header: HeaderPatch | undefined;
  /** Who waits for it. */
  acknowledged: (() => void)[] | undefined;
  /** Seq of the last record that was acknowledged: buffered ones may be before they are written. */
  told: number;
}

/** Whatever asks for more decides for the batch. */
export const levelOrder: Record<Batch["level"], number> = { ride: 0, start: 1, outcome: 2, firm: 3 };

type Strength = Omit<AppendOptions, "expect" | "header">;

/** What a backend is asked for at each level (rule H4); no durability means the strongest it has. */
export function strengths(durability: Durability | "checkpoint"): Readonly<Record<Batch["level"], Strength>> {
  const asked = durability === "checkpoint" || durability === "none" ? undefined : durability;
  // Without the fence check: that comes with the outcome.
  const begun: Strength = { ...(asked && { durability: "process" }), fence: false };
  return { ride: begun, start: begun, outcome: { ...(asked && { durability: asked }) }, firm: {} };
}
