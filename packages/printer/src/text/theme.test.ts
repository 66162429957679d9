import { expect, test } from "vitest";
import { failedRun } from "../../test/sample-runs.ts";
import { eventPrinter } from "../event-printer.ts";
import { renderSummary } from "../render-summary.ts";
import { renderTree } from "../render-tree.ts";

const { items } = failedRun();

test("a theme changes the signs it names, and no others", () => {
  const lines = renderTree(items, { theme: { signs: { failed: "F", tee: "+--", last: "+--", pass: "|  " } } });
  expect(lines.filter((line) => line.includes("publish"))).toEqual([expect.stringMatching(/^\+--F publish/)]);
  expect(lines.filter((line) => line.includes("plan"))).toEqual([expect.stringMatching(/^\+--↺ plan/)]);
  expect(renderTree(items, { glyphs: "ascii", theme: { signs: { failed: "F" } } }).join("\n")).toMatch(/`- F publish[^]*/);
});

test("a theme changes the colours of the meanings it names; without colours it changes nothing", () => {
  const theme = { colors: { failed: ["bold", "magenta"], faint: [] } } as const;
  const [head] = renderTree(items, { color: true, theme });
  expect(head).toContain("\u001b[35m\u001b[1m✗ ");
  expect(head).not.toContain("\u001b[2m");
  expect(renderTree(items, { theme })).toEqual(renderTree(items));
  expect(renderSummary(items, { color: true, theme: { colors: { failed: "blue" } } }).join("\n")).toContain("\u001b[34mfailed");
});

test("what would break the lines, or is not known, is refused by its name", () => {
  const refusals = [
    [{ signs: { failed: "💥" } }, 'eventPrinter: theme.signs.failed must be printable text, 1 column wide, got "💥"'],
    [{ signs: { failed: "\u001b[31mx" } }, "eventPrinter: theme.signs.failed must be printable text, 1 column wide"],
    [{ signs: { tee: "|-" } }, 'eventPrinter: theme.signs.tee must be printable text, 3 columns wide, got "|-"'],
    [{ signs: { spinner: [] } }, "eventPrinter: theme.signs.spinner must be printable text, 1 column wide, got a value of type object"],
    [{ signs: { spinner: "x" } }, 'eventPrinter: theme.signs.spinner must be a list of signs, got "x"'],
    [{ signs: { broken: "x" } }, "eventPrinter: theme.signs.broken must be left out: the signs are running, spinner,"],
    [{ colors: { failed: "mauve" } }, "eventPrinter: theme.colors.failed must be of bold, dim,"],
    [{ colors: { broken: "red" } }, "eventPrinter: theme.colors.broken must be left out: the meanings are plain, strong,"],
  ] as const;
  for (const [theme, message] of refusals) {
    expect(() => eventPrinter({ theme: theme as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }));
  }
});
