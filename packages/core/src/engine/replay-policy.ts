import type { OnInputChange, OnVersionChange } from "../actors/call-policy.ts";
import type { ReplayMode } from "./replay-mode.ts";

/** What a mode comes to: everything the engine asks about it. */
export interface ReplayPolicy {
  readonly mode: ReplayMode;
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
  /** Default: `"normal"`. */
  readonly mode?: ReplayMode;
  /**
   * Of VALIDATION: leaves get the input that was recorded for them, and callers the recorded outcome (default); or leaves get
   * the input that the code now passes, and callers the new outcome, calls being paired by number.
   */
  readonly inputs?: "recorded" | "live";
  readonly onInputChange?: OnInputChange;
  readonly onVersionChange?: OnVersionChange;
}

type Preset = Omit<ReplayPolicy, "mode">;

const presets: { readonly [Mode in ReplayMode]: Preset } = {
  normal: { compare: false, inputs: "recorded", publish: "new" },
  republish_all: { compare: false, inputs: "recorded", publish: "all" },
  // A changed input is a line of the report, no reason to stop.
  validation: { compare: true, inputs: "recorded", publish: "nothing", onInputChange: "reuse", onVersionChange: "reuse" },
};

/** The policy of a mode: options that were given replace what it presets. */
export function replayPolicy({ mode = "normal", inputs, onInputChange, onVersionChange }: ReplayOptions): ReplayPolicy {
  return {
    mode,
    ...presets[mode],
    ...(inputs && { inputs }),
    ...(onInputChange && { onInputChange }),
    ...(onVersionChange && { onVersionChange }),
  };
}
