import type { Glyphs } from "../text/glyphs.ts";
import { textWidth } from "../text/measure.ts";

/** The connecting lines before a row, three columns for each level. */
export function rowIndent(levels: readonly boolean[], glyphs: Glyphs, room: number): string {
  if (levels.length === 0) return "";
  const outer = levels.slice(0, -1).map((more) => (more ? glyphs.pass : glyphs.blank));
  return limited([...outer, levels.at(-1) === true ? glyphs.tee : glyphs.last], room);
}

/** The connecting lines before a note below a row. */
export function noteIndent(levels: readonly boolean[], hasChildren: boolean, glyphs: Glyphs, room: number): string {
  const passing = [...levels, hasChildren].map((more) => (more ? glyphs.pass : glyphs.blank));
  return `${limited(passing, room - 1)} `;
}

/** The lines before an event at a depth, where it is not known yet who comes below. */
export function eventIndent(depth: number, glyphs: Glyphs, room: number): string {
  return limited(Array.from({ length: depth }, () => glyphs.pass), room);
}

/** Leaves out outer levels that would leave no room for the row, and says how many. */
function limited(parts: readonly string[], room: number): string {
  const all = parts.join("");
  if (textWidth(all) <= room) return all;
  const keep = Math.max(0, Math.floor((room - 5) / 3));
  return `+${parts.length - keep} ${parts.slice(parts.length - keep).join("")}`;
}
