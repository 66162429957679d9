import { expect, test } from "vitest";
import { shellWord } from "./shell-word.ts";

test.each([
  ["run-1", "run-1"],
  ["a::fetch#2::tool_call", "'a::fetch#2::tool_call'"],
  ["a::fetch[doc-7]::tool_call", "'a::fetch[doc-7]::tool_call'"],
  ['[1,"run"]', `'[1,"run"]'`],
  ["it's", String.raw`'it'\''s'`],
  ["", "''"],
])("%j is told as %s", (word, told) => {
  expect(shellWord(word)).toBe(told);
});
