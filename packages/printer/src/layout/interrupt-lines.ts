import type { InterruptNotice, InterruptSignal } from "@reprise/core/spi";
import { formatCount } from "../text/format.ts";
import type { Glyphs } from "../text/glyphs.ts";
import { fitLine, span, type Line } from "../text/line.ts";

/** What the block of an interruption depends on. */
export interface InterruptLayout {
  readonly width: number;
  readonly glyphs: Glyphs;
}

const nameColumn = 12;

/** A reason as it is shown: `USER CANCELLED`. */
export function reasonText({ reason }: Pick<InterruptSignal, "reason">): string {
  return reason.toUpperCase().replaceAll("_", " ");
}

/** What is true of the checkpoint of an interruption, and what can be done with it. */
export function checkpointText({ checkpoint, seq }: InterruptNotice): string {
  switch (checkpoint) {
    case "saved":
      return `saved${seq === undefined ? "" : ` at record ${seq}`}: the run goes on when it is resumed`;
    case "not_asked_for":
      return "not saved, as asked: the run goes on from its records when it is resumed";
    case "no_backend":
      return "not saved: there is no backend, the run is gone with this process";
    case "failed":
      return "NOT saved: it could not be stored";
  }
}

/** The block that says that a run was interrupted, why, by whom, and what is left of it. */
export function interruptLines(notice: InterruptNotice, { width, glyphs }: InterruptLayout): readonly Line[] {
  const { signal, checkpoint, openCalls, error } = notice;
  const facts: readonly (readonly [name: string, text: string | undefined])[] = [
    ["message", signal.message],
    ["by", signal.triggeredBy],
    ["open", openCalls === 0 ? "nothing" : formatCount(openCalls, "call")],
    ["checkpoint", checkpointText(notice)],
    ["error", error?.message],
  ];
  const tone = checkpoint === "failed" ? "failed" : "interrupted";
  const head: Line = [span(`${glyphs.interrupted} `, tone), span("INTERRUPTED", tone), span("  "), span(reasonText(signal), "strong")];
  const shown = facts.flatMap(([name, text]) => (text === undefined ? [] : [[span(`    ${name.padEnd(nameColumn)}`, "faint"), span(text, name === "error" ? "failed" : "plain")]]));
  return [head, ...shown].map((line) => fitLine(line, width, glyphs.ellipsis));
}
