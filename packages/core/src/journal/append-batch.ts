import type { HeaderPatch } from "../ports/state-backend.ts";
import type { JournalRecord } from "./journal-record.ts";

/**
 * What an append's acknowledgement has to mean: `start` (handed to the operating system), `outcome` (the run's
 * durability) or `firm` (the strongest there is, whatever the run's durability: R11, checkpoints).
 */
export type AppendLevel = "start" | "outcome" | "firm";

/** Records that go to the backend together. */
export interface Batch {
  records: { readonly record: JournalRecord; readonly seq: number }[];
  /** How many records each unit has, all or none of which are written. */
  units: number[];
  level: AppendLevel | "ride";
  header: HeaderPatch | undefined;
  acknowledged: (() => void)[];
  /** How many of the records have been acknowledged: buffered ones may be before they are written. */
  told: number;
}

/** Whatever asks for more decides for the batch. */
export const levelOrder: Record<Batch["level"], number> = { ride: 0, start: 1, outcome: 2, firm: 3 };
