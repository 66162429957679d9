import type { View } from "../view.ts";

/** Which backend holds the runs. */
export const backendNames = ["fs", "memory"] as const;
/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** What every command knows. */
export interface CommonOptions {
  /** As it was typed, so that messages show what the user knows. */
  readonly stateDirectory: string;
  readonly json: boolean;
}

/** Runs an audit, kills it in the middle and resumes it. */
export interface DemoCommand extends CommonOptions {
  readonly name: "demo";
  readonly backend: BackendName;
  /** As it was typed; undefined for the workspace the demo is part of. */
  readonly directory: string | undefined;
  readonly seed: number;
  /** The journal write to kill the process at, `"middle"`, or `"never"`. */
  readonly crashAt: number | "middle" | "never";
  /** Leave the killed run to `resume`. */
  readonly stayDead: boolean;
  readonly view: View;
}

/** Continues a run. */
export interface ResumeCommand extends CommonOptions {
  readonly name: "resume";
  readonly run: string;
  /** Undefined: as recorded. Anything else than recorded is refused by Reprise. */
  readonly directory: string | undefined;
  readonly seed: number | undefined;
  readonly crashAt: number | "never";
  readonly stayDead: boolean;
  readonly allowRepeat: readonly string[];
  readonly view: View;
}

/** Shows the runs of a state directory. */
export interface ListCommand extends CommonOptions {
  readonly name: "list";
}

/** Takes a job with retries from one host to another. */
export interface FlowCommand extends CommonOptions {
  readonly name: "flow";
  /** The work of the routines takes no time; the delays between attempts do. */
  readonly fast: boolean;
}

/** What the command line asks for. */
export type Command = DemoCommand | ResumeCommand | ListCommand | FlowCommand | { readonly name: "help" };
