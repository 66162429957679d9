import { expect, test } from "vitest";
import * as everyText from "./measure.ts";
import { measuresFor } from "./measures-for.ts";
import { plainMeasures } from "./plain-text.ts";

test("plain texts are measured by their letters, and as everything is", async () => {
  const texts = ["", "plain", "crème brûlée", "a title that is too long for it"];
  const measures = await measuresFor(texts);
  expect(measures).toBe(plainMeasures);
  for (const text of texts) {
    expect(measures.textWidth(text)).toBe(everyText.textWidth(text));
    for (const width of [0, 1, 7, 40]) {
      expect(measures.leftAligned(text, width, "...")).toBe(everyText.leftAligned(text, width, "..."));
      expect(measures.rightAligned(text, width, "…")).toBe(everyText.rightAligned(text, width, "…"));
    }
  }
});

test("one text of another script is enough to measure all of them properly", async () => {
  const { textWidth } = await measuresFor(["plain", "日本"]);
  expect([textWidth("plain"), textWidth("日本")]).toEqual([5, 4]);
});
