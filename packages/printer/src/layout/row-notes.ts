import { span, type Line } from "../text/line.ts";
import { causeLines, errorText } from "../view/describe-error.ts";
import type { CallView } from "../view/run-view.ts";
import { noteIndent } from "./indent.ts";
import { promptText } from "./prompt-text.ts";
import type { RowLayout } from "./row-draft.ts";

/** What stands below a call's row: what is odd about its reuse, what it asks, how it failed. */
export function rowNotes(call: CallView, levels: readonly boolean[], hasChildren: boolean, layout: RowLayout): readonly Line[] {
  const indent = span(noteIndent(levels, hasChildren, layout.glyphs, Math.floor(layout.width / 3) + 3), "faint");
  const notes: Line[] = [];
  if (call.inputChanged && call.reuses > 0) notes.push([indent, span("reused although its input differs from the recorded one", "retrying")]);
  if (call.versionChanged && call.reuses > 0) notes.push([indent, span("reused although its version differs from the recorded one", "retrying")]);
  if (!layout.errors || call.replaced) return notes;
  const prompt = call.status === "awaiting" ? promptText(call, layout.secret) : undefined;
  if (prompt !== undefined) notes.push([indent, span(prompt, "awaiting")]);
  const ends = call.status === "failed" || call.status === "retrying";
  if (!ends || call.explained || call.error === undefined) return notes;
  notes.push([indent, span(errorText(call.error), call.status === "failed" ? "failed" : "retrying")]);
  if (layout.stacks) notes.push(...call.error.stack.map((frame) => [indent, span(`  ${frame}`, "faint")]));
  if (layout.causes) notes.push(...causeLines(call.error, layout.stacks).map((line) => [indent, span(line, "faint")]));
  return notes;
}
