/** How a run that is loaded treats what it has recorded. Each mode is a preset of one policy; options override it. */
export const ReplayMode = {
  /** Reuses what has completed and continues (rule R1). */
  NORMAL: "normal",
  /** Executes every leaf again beside its record and compares; the journal is not touched (rule R5). */
  VALIDATION: "validation",
  /** Makes the run anew like `make`: enters all code again, and executes the leaves whose input or version has changed (rule R7). */
  INCREMENTAL: "incremental",
  /** Publishes the recorded events once more, then goes on as NORMAL (rule R6). */
  REPUBLISH_ALL: "republish_all",
} as const;
/** A replay mode: `ReplayMode.VALIDATION` and `"validation"` are the same. */
export type ReplayMode = (typeof ReplayMode)[keyof typeof ReplayMode];
