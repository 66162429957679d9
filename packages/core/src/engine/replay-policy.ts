import type { OnInputChange, OnVersionChange } from "../actors/call-policy.ts";
import type { ReplayMode } from "../journal/replay-mode.ts";

/** What a mode comes to: everything the engine asks about it. */
export interface ReplayPolicy {
  readonly mode: ReplayMode;
  /** What becomes of agents, groups and branches that have ended: they are reused as they are, or opened again. */
  readonly agents: "reuse" | "reenter";
  /** Whether recorded outcomes are compared with what executing again gives. Nothing is recorded then. */
  readonly compare: boolean;
  /** Where `compare` holds: which input a leaf gets, the recorded one or the one its caller now passes. */
  readonly inputs: "recorded" | "live";
  /** What is published on `event`: what is new, what is recorded before it too, or nothing. */
  readonly publish: "new" | "all" | "nothing";
  readonly onInputChange?: OnInputChange;
  readonly onVersionChange?: OnVersionChange;
}

/** What can be said about replay when a run is opened. */
export interface ReplayOptions {
  /** How the record is treated. Default: `"normal"`. */
  readonly mode?: ReplayMode;
  /**
   * Of VALIDATION: leaves get the input that was recorded for them, and callers the recorded outcome (default); or leaves get
   * the input that the code now passes, and callers the new outcome, calls being paired by number.
   */
  readonly inputs?: "recorded" | "live";
  /** For calls that say nothing themselves. Default: what the mode presets, else `"reuse"`, with a notice. */
  readonly onInputChange?: OnInputChange;
  /** Like `onInputChange`. */
  readonly onVersionChange?: OnVersionChange;
}

type Preset = Omit<ReplayPolicy, "mode">;

const presets: { readonly [Mode in ReplayMode]: Preset } = {
  normal: { agents: "reuse", compare: false, inputs: "recorded", publish: "new" },
  republish_all: { agents: "reuse", compare: false, inputs: "recorded", publish: "all" },
  // A changed input is a line of the report, no reason to stop.
  validation: { agents: "reenter", compare: true, inputs: "recorded", publish: "nothing", onInputChange: "reuse", onVersionChange: "reuse" },
  incremental: { agents: "reenter", compare: false, inputs: "recorded", publish: "new", onInputChange: "rerun", onVersionChange: "rerun" },
};

/**
 * The policy of a mode: options that were given replace what it presets. An INCREMENTAL pass that was not completed
 * (`unfinished`) goes on as one, whoever resumes the run.
 */
export function replayPolicy({ mode = "normal", inputs, onInputChange, onVersionChange }: ReplayOptions, unfinished = false): ReplayPolicy {
  const preset = presets[mode];
  return {
    mode,
    ...(unfinished && !preset.compare ? { ...presets.incremental, publish: preset.publish } : preset),
    ...(inputs && { inputs }),
    ...(onInputChange && { onInputChange }),
    ...(onVersionChange && { onVersionChange }),
  };
}
