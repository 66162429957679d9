import stringWidth from "string-width";
import { expect, test } from "vitest";
import { glyphSets } from "./glyphs.ts";

const { tee, last, pass, blank, ellipsis, separator, spinner, ...signs } = glyphSets.unicode;

test("signs of a status are one column wide, also where ambiguous characters are drawn wide", () => {
  for (const [name, sign] of [...Object.entries(signs), ...spinner.entries()]) expect([name, stringWidth(sign, { ambiguousIsNarrow: false })]).toEqual([name, 1]);
});

test("connecting lines are three columns wide in both sets", () => {
  for (const glyphs of Object.values(glyphSets)) {
    for (const part of [glyphs.tee, glyphs.last, glyphs.pass, glyphs.blank]) expect(stringWidth(part)).toBe(3);
  }
  expect([tee, last, pass, blank, ellipsis, separator]).toEqual(["├─ ", "└─ ", "│  ", "   ", "…", " › "]);
});

test("the ascii set is ascii, and its signs tell the statuses apart", () => {
  const { ascii } = glyphSets;
  expect(Object.values(ascii).flat().join("")).toMatch(/^[ -~]*$/);
  const statuses = [ascii.running, ascii.completed, ascii.failed, ascii.retrying, ascii.recovered, ascii.cancelled];
  expect(new Set(statuses).size).toBe(statuses.length);
});
