import type { GroupNotice, RunFeed } from "@reprise/core/spi";
import { reasonText } from "../layout/interrupt-lines.ts";
import type { Glyphs } from "../text/glyphs.ts";
import type { Line } from "../text/line.ts";
import type { SecretKey } from "../text/preview.ts";
import type { RunMessage, RunView } from "../view/run-view.ts";

/** Everything a mode needs to turn messages into text; fixed for one run, except for the width. */
export interface ModeContext {
  /** Of the terminal at the moment. */
  readonly width: () => number;
  readonly glyphs: Glyphs;
  readonly paint: (line: Line) => string;
  readonly details: "none" | "errors" | "io";
  readonly causes: boolean;
  readonly stacks: boolean;
  readonly summary: boolean;
  readonly minimal: boolean;
  readonly title: string | undefined;
  readonly secret: SecretKey;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** `HH:MM:SS.mmm` of a time. */
  readonly clock: (at: number) => string;
  /** Is more than one run being printed? */
  readonly several: () => boolean;
}

/** Turns the messages of one run into lines that are written once and stay. */
export interface Mode {
  /** Whether messages are to be taken into a view at all. */
  readonly needsView: boolean;
  /** When the run is created or loaded. */
  begin(run: RunFeed): readonly string[];
  /** After `message` has been taken into `view`; `previous` is the group's progress before a `group` message. */
  message(message: RunMessage, view: RunView, previous: GroupNotice | undefined): readonly string[];
  /** When the run's handle is closed. */
  end(view: RunView): readonly string[];
}

/** How a run began, in words. */
export function originText({ origin }: RunFeed): string {
  if (origin.kind === "created") return "new run";
  const before = origin.interruption === undefined ? "" : `, interrupted before: ${reasonText(origin.interruption)}`;
  return `loaded at record ${origin.lastSeq}${before}`;
}
