import { expect, test } from "vitest";
import { eventPrinter } from "./event-printer.ts";
import { colorWanted, glyphSetFor, widthOf } from "./printer-options.ts";

const write = (): void => undefined;
const terminal = { write, isTTY: true };
const pipe = { write };

test("colour: the option comes first, then NO_COLOR, then FORCE_COLOR, then the terminal", () => {
  expect(colorWanted(true, { NO_COLOR: "1" }, pipe)).toBe(true);
  expect(colorWanted(false, { FORCE_COLOR: "1" }, terminal)).toBe(false);
  expect(colorWanted(undefined, { NO_COLOR: "1", FORCE_COLOR: "1" }, terminal)).toBe(false);
  expect(colorWanted(undefined, { NO_COLOR: "", FORCE_COLOR: "1" }, pipe)).toBe(true);
  expect(colorWanted(undefined, { FORCE_COLOR: "0" }, terminal)).toBe(false);
  expect(colorWanted(undefined, {}, terminal)).toBe(true);
  expect(colorWanted(undefined, { TERM: "dumb" }, terminal)).toBe(false);
  expect(colorWanted(undefined, {}, pipe)).toBe(false);
});

test("glyphs: unicode where the locale says UTF-8 or a known terminal says nothing else, ascii otherwise", () => {
  expect(glyphSetFor("auto", { LANG: "C.UTF-8" })).toBe("unicode");
  expect(glyphSetFor(undefined, { LC_ALL: "", LC_CTYPE: "de_DE.utf8", LANG: "C" })).toBe("unicode");
  expect(glyphSetFor(undefined, { LC_ALL: "POSIX", LANG: "en_US.UTF-8" })).toBe("ascii");
  expect(glyphSetFor(undefined, {})).toBe("ascii");
  expect(glyphSetFor(undefined, { WT_SESSION: "1" })).toBe("unicode");
  expect(glyphSetFor("ascii", { LANG: "C.UTF-8" })).toBe("ascii");
});

test("a width that is unknown or below 20 is taken for 80", () => {
  expect([undefined, 0, 19, Number.NaN].map((width) => widthOf(width))).toEqual([80, 80, 80, 80]);
  expect([20, 44.9, 120].map((width) => widthOf(width))).toEqual([20, 44, 120]);
});

test("an unknown choice is refused by name, with what may be given and what was", () => {
  const fromElsewhere: unknown = { mode: "fancy" };
  expect(() => eventPrinter(fromElsewhere as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "mode", message: 'eventPrinter: mode must be one of "live", "append", "tree", "json", "silent", got "fancy"' }));
  const stream: unknown = { stream: {} };
  expect(() => eventPrinter(stream as never)).toThrow("eventPrinter: stream must be something with a write function, got a value of type object");
  const misspelt: unknown = { colour: true };
  expect(() => eventPrinter(misspelt as never)).toThrow("eventPrinter: colour is not an option (options: mode, stream, width, color,");
});
