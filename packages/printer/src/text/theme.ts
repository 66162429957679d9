import { invalidOption } from "@reprise/core/spi";
import { formatCount } from "./format.ts";
import { glyphSets, type Glyphs, type GlyphSet } from "./glyphs.ts";
import { defaultPalette, type ColorName, type Palette, type Tone } from "./line.ts";
import { textWidth } from "./measure.ts";
import { sanitise } from "./sanitise.ts";

/** What looks different from the set of signs and the colours that are there. What is left out stays as it is. */
export interface PrinterTheme {
  /** Signs, each as wide as the one it stands for: one column, three for connecting lines, at most two for the ellipsis. */
  readonly signs?: Partial<Glyphs>;
  /** Colours and styles by what a text means; an empty list is none. They are left out where there are no colours. */
  readonly colors?: Partial<Record<Tone, ColorName | readonly ColorName[]>>;
}

/** Signs and colours as they are used. */
export interface Look {
  readonly glyphs: Glyphs;
  readonly palette: Palette;
}

const colorNames: readonly string[] = [
  "bold", "dim", "italic", "underline", "inverse", "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "gray",
  "blackBright", "redBright", "greenBright", "yellowBright", "blueBright", "magentaBright", "cyanBright", "whiteBright",
] satisfies readonly ColorName[];

/** The look of a theme on top of a set of signs. Throws `INVALID_OPTION`. */
export function lookOf(caller: string, set: GlyphSet, theme: PrinterTheme = {}): Look {
  const refuse = (part: string, rule: string, given: unknown): never => invalidOption(`theme.${part}`, rule, given, caller);
  const glyphs = glyphSets[set];
  for (const [part, given] of [["signs", theme.signs], ["colors", theme.colors]] as const) if (given !== undefined && (typeof given !== "object" || given === null)) refuse(part, "an object", given);
  for (const [name, sign] of Object.entries(theme.signs ?? {})) checkSign(glyphs, name, sign, refuse);
  const palette = Object.entries(theme.colors ?? {}).map(([tone, colors]) => {
    if (!Object.hasOwn(defaultPalette, tone)) refuse(`colors.${tone}`, `left out: the meanings are ${Object.keys(defaultPalette).join(", ")}`, colors);
    const names: readonly unknown[] = Array.isArray(colors) ? colors : [colors];
    if (!names.every((name) => typeof name === "string" && colorNames.includes(name))) refuse(`colors.${tone}`, `of ${colorNames.join(", ")}`, colors);
    return [tone, names] as const;
  });
  return { glyphs: { ...glyphs, ...theme.signs }, palette: { ...defaultPalette, ...Object.fromEntries(palette) } };
}

function checkSign(glyphs: Glyphs, name: string, sign: unknown, refuse: (part: string, rule: string, given: unknown) => never): void {
  const part = `signs.${name}`;
  if (!Object.hasOwn(glyphs, name)) refuse(part, `left out: the signs are ${Object.keys(glyphs).join(", ")}`, sign);
  const shown: readonly unknown[] = name === "spinner" && Array.isArray(sign) ? sign : [sign];
  const [least, most] = widthsOf(name);
  const fits = (each: unknown): boolean => typeof each === "string" && sanitise(each) === each && textWidth(each) >= least && textWidth(each) <= most;
  if (shown.length === 0 || !shown.every(fits)) refuse(part, `printable text, ${least === most ? formatCount(least, "column") : `${least} to ${most} columns`} wide`, sign);
  if ((name === "spinner") !== Array.isArray(sign)) refuse(part, name === "spinner" ? "a list of signs" : "one sign", sign);
}

/** How wide a sign may be. */
function widthsOf(name: string): readonly [least: number, most: number] {
  if (["tee", "last", "pass", "blank"].includes(name)) return [3, 3];
  if (name === "separator") return [1, 5];
  return name === "ellipsis" ? [1, 2] : [1, 1];
}
