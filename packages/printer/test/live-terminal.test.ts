import { describe, test } from "vitest";
import { onPseudoTerminal, pseudoTerminals, type TerminalSession } from "./pseudo-terminal.ts";

// How to know that it works: a program with the real engine runs on a real pseudo-terminal, and what an emulator shows of
// its output at the end is looked at. The list is three times as long as the screen is high.

const size = { columns: 80, rows: 24 };
const rows = 72;

if (!pseudoTerminals) console.warn("SKIPPED: the live mode on a pseudo-terminal, for there is no command `script` of util-linux here");

/** How often each page has a row. */
async function rowsOfPages({ terminal }: TerminalSession): Promise<readonly number[]> {
  const lines = await terminal.lines();
  return Array.from({ length: rows }, (_, id) => lines.filter((line) => new RegExp(`[✓✗▸⊟⠀-⣿] \\{${id}\\} `).test(line)).length);
}

const allQuickOnesDone = (written: string): boolean => written.includes(" 40/72");
const once = Array.from({ length: rows }, () => 1);

describe.skipIf(!pseudoTerminals).concurrent("the live mode on a pseudo-terminal", { timeout: 90_000 }, () => {
  test("at the end each call is on the terminal exactly once, what handlers have printed too, and the cursor is back", async ({ expect }) => {
    const session = await onPseudoTerminal("runs-live.ts", [String(rows), "talk"], size);
    expect(session.code).toBe(0);
    expect(await rowsOfPages(session)).toEqual(once);
    const lines = await session.terminal.lines();
    expect(lines.filter((line) => / crawl /.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /^handler of \d+ says hello$/.test(line))).toHaveLength(8);
    expect(lines.filter((line) => /Result +completed/.test(line))).toHaveLength(1);
    expect(session.terminal.cursorShown()).toBe(true);
    // Errors that were meant for the terminal have not reached it.
    expect(session.terminal.title()).toBe("");
    expect(lines.filter((line) => /page 3 is gone/.test(line))).toHaveLength(1);
    expect(session.terminal.written).toContain("\u001b[32m");
  });

  test("Ctrl-C ends the process as it would without the printer: each call is there once, and the cursor is back", async ({ expect }) => {
    const session = await onPseudoTerminal("runs-live.ts", [String(rows), "hang"], { ...size, interruptOnce: allQuickOnesDone });
    expect(session.code).toBe(130);
    const pages = await rowsOfPages(session);
    expect(pages.slice(0, 48)).toEqual(once.slice(0, 48));
    expect(Math.max(...pages.slice(48))).toBe(0);
    expect(session.terminal.cursorShown()).toBe(true);
  });

  test("a program that answers to Ctrl-C itself is left to do so", async ({ expect }) => {
    const session = await onPseudoTerminal("runs-live.ts", [String(rows), "handled"], { ...size, interruptOnce: allQuickOnesDone });
    expect(session.code).toBe(7);
    const lines = await session.terminal.lines();
    expect(lines.filter((line) => line === "the program ends by itself")).toHaveLength(1);
    expect((await rowsOfPages(session)).slice(0, 48)).toEqual(once.slice(0, 48));
    expect(session.terminal.cursorShown()).toBe(true);
  });

  test("Ctrl-C that interrupts the run ends with what was stopped and why, each call once", async ({ expect }) => {
    const session = await onPseudoTerminal("runs-live.ts", [String(rows), "interrupted"], { ...size, interruptOnce: allQuickOnesDone });
    expect(session.code).toBe(130);
    const lines = await session.terminal.lines();
    expect((await rowsOfPages(session)).slice(0, 48)).toEqual(once.slice(0, 48));
    expect(lines.filter((line) => /⊟ crawl .*stopped/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /INTERRUPTED USER CANCELLED/.test(line))).toHaveLength(1);
    expect(session.terminal.cursorShown()).toBe(true);
  });

  test("an error that nobody catches is shown whole, beside the tree as it was", async ({ expect }) => {
    const session = await onPseudoTerminal("runs-live.ts", [String(rows), "throw"], size);
    expect(session.code).toBe(1);
    const text = (await session.terminal.lines()).join("\n");
    expect(text.match(/Error: nobody catches this/g)).toHaveLength(1);
    expect(text).toMatch(/at Timeout\._onTimeout/);
    expect(Math.max(...(await rowsOfPages(session)))).toBe(1);
    expect(session.terminal.cursorShown()).toBe(true);
  });

  test("a program that exits in the middle leaves the tree as it was, and the cursor", async ({ expect }) => {
    const session = await onPseudoTerminal("runs-live.ts", [String(rows), "exit"], size);
    expect(session.code).toBe(3);
    expect((await rowsOfPages(session)).slice(0, 31)).toEqual(once.slice(0, 31));
    expect(session.terminal.cursorShown()).toBe(true);
  });
});
