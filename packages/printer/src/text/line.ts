import type pico from "picocolors";
import { cutText, textWidth } from "./measure.ts";
import { sanitise } from "./sanitise.ts";

/** What a piece of text means; a colour is chosen for it last, and never carries a meaning alone. */
export type Tone = "plain" | "strong" | "faint" | "running" | "completed" | "failed" | "retrying" | "awaiting" | "recovered" | "cancelled" | "interrupted";

/** A piece of a line: harmless text and its tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line before colours: its width is that of its texts. */
export type Line = readonly Span[];

/** A span; the one door through which text reaches a line, so that nothing unsafe can. */
export function span(text: string, tone: Tone = "plain"): Span {
  return { text: sanitise(text), tone };
}

/** How many columns a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** The line if it fits into `width` columns, else its beginning and the ellipsis. */
export function fitLine(line: Line, width: number, ellipsis: string): Line {
  if (lineWidth(line) <= width) return line;
  const fitted: Span[] = [];
  let room = width;
  // Cut where the line still has room for the ellipsis: a span that ends exactly at the edge has more behind it.
  for (const { text, tone } of line) {
    const takes = textWidth(text);
    if (takes <= room - textWidth(ellipsis)) {
      fitted.push({ text, tone });
      room -= takes;
    } else {
      fitted.push({ text: cutText(text + ellipsis.repeat(2), room, ellipsis), tone });
      break;
    }
  }
  return fitted;
}

/** The colour functions of picocolors. */
export type Colors = ReturnType<typeof pico.createColors>;

/** A colour or style. */
export type ColorName = Exclude<keyof Colors, "isColorSupported" | "reset" | "hidden" | "strikethrough" | `bg${string}`>;

/** Which colours and styles a text of each meaning has. */
export type Palette = Readonly<Record<Tone, readonly ColorName[]>>;

/** The colours that are used unless a theme says otherwise. */
export const defaultPalette: Palette = {
  plain: [],
  strong: ["bold"],
  faint: ["dim"],
  running: ["cyan"],
  completed: ["green"],
  failed: ["red"],
  retrying: ["yellow"],
  awaiting: ["magenta"],
  recovered: ["magenta"],
  cancelled: ["dim"],
  interrupted: ["yellow"],
};

/** The line as text for the terminal. Trailing spaces are left out. */
export function paintLine(line: Line, colors: Colors, palette: Palette = defaultPalette): string {
  if (!colors.isColorSupported) return textOf(line).trimEnd();
  const lastAt = line.findLastIndex(({ text }) => text.trimEnd() !== "");
  const painted = line.slice(0, lastAt + 1).map(({ text, tone }, index) => {
    const shown = index === lastAt ? text.trimEnd() : text;
    return shown === "" ? "" : palette[tone].reduce((inner, color) => colors[color](inner), shown);
  });
  return painted.join("");
}

function textOf(line: Line): string {
  let all = "";
  for (const { text } of line) all += text;
  return all;
}
