/**
 * The signs of one look. The unicode ones that carry a status are one column wide everywhere, also in terminals that
 * draw East Asian "ambiguous" characters two columns wide; none is an emoji.
 */
export interface Glyphs {
  readonly running: string;
  /** What stands for `running` while it moves, one after the other. */
  readonly spinner: readonly string[];
  readonly completed: string;
  readonly failed: string;
  readonly retrying: string;
  readonly awaiting: string;
  readonly recovered: string;
  readonly cancelled: string;
  readonly interrupted: string;
  readonly checkpoint: string;
  readonly info: string;
  readonly warn: string;
  readonly error: string;
  /** Between the names of a path. */
  readonly separator: string;
  readonly ellipsis: string;
  /** Three columns each: a row with siblings below, the last row, a line passing by, nothing. */
  readonly tee: string;
  readonly last: string;
  readonly pass: string;
  readonly blank: string;
}

/** Which set to use; `auto` asks the locale. */
export type GlyphSet = "unicode" | "ascii";

/** The two sets. */
export const glyphSets: Readonly<Record<GlyphSet, Glyphs>> = {
  unicode: {
    running: "▸",
    spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    completed: "✓",
    failed: "✗",
    retrying: "↻",
    awaiting: "◌",
    recovered: "↺",
    cancelled: "⊘",
    interrupted: "⊟",
    checkpoint: "▪",
    info: "i",
    warn: "!",
    error: "✗",
    separator: " › ",
    ellipsis: "…",
    tee: "├─ ",
    last: "└─ ",
    pass: "│  ",
    blank: "   ",
  },
  ascii: {
    running: ">",
    spinner: ["|", "/", "-", "\\"],
    completed: "+",
    failed: "x",
    retrying: "~",
    awaiting: "?",
    recovered: "=",
    cancelled: "/",
    interrupted: "#",
    checkpoint: "*",
    info: "i",
    warn: "!",
    error: "x",
    separator: " > ",
    ellipsis: "..",
    tee: "|- ",
    last: "`- ",
    pass: "|  ",
    blank: "   ",
  },
};
