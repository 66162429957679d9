import { expect, test } from "vitest";
import { applyDiff } from "./apply-diff.ts";
import { anchorsOf, codeBlocks, linksOf, optionsTables } from "./markdown.ts";
import { scriptsOf } from "./page-scripts.ts";
import { saysTheSame } from "./play-page.ts";

const fence = "```";
const longFence = "````";

test("blocks are told apart by language and by what stands behind it, and know their line", () => {
  const page = `# A page\n\n${fence}ts main.ts\none();\n${fence}\n\n${longFence}md\n${fence}js\nnot one of its own\n${fence}\n${longFence}\n`;
  expect(codeBlocks(page)).toEqual([
    { language: "ts", info: "main.ts", code: "one();\n", line: 4 },
    { language: "md", info: "", code: `${fence}js\nnot one of its own\n${fence}\n`, line: 8 },
  ]);
});

test("headings are anchors as GitHub writes them; what stands in blocks is none", () => {
  expect([...anchorsOf(`# \`@reprise/core\`: what's new?\n## Twice\n## Twice\n${fence}sh\n# a comment\n${fence}\n`)]).toEqual(["reprisecore-whats-new", "twice", "twice-1"]);
  expect(linksOf("[a](b.md#c), `[no](d.md)` and\n\n[e]: f.md").map(({ target, line }) => `${line} ${target}`)).toEqual(["1 b.md#c", "3 f.md"]);
});

test("a list of options is a table's first column, or the code of a paragraph", () => {
  const page = "<!-- options: m T -->\n| option |\n|---|\n| `a`, `b` (of `c`) |\n\n<!-- options: m U | V -->\nIt has `d`, and\n`e`.\n\nNot `f`.\n";
  expect(optionsTables(page).map(({ type, names }) => ({ type, names }))).toEqual([{ type: "T", names: ["a", "b"] }, { type: "U | V", names: ["d", "e"] }]);
});

test("a script is a block with those that continue it; in TypeScript only if it says what it prints", () => {
  const page = { path: "a.md", text: `${fence}ts\nconsole.log(1); // 1\n${fence}\n${fence}ts continues\nconsole.log(2); // 2\n${fence}\n${fence}ts\nquiet();\n${fence}\n${fence}ts main.ts\nconsole.log(3); // 3\n${fence}\n` };
  expect(scriptsOf([page])).toEqual([{ at: "a.md:2", code: "console.log(1); // 1\nconsole.log(2); // 2\n", extension: "mts" }]);
});

test("a diff changes lines that are there once, and no others", () => {
  expect(applyDiff("a\nb\nc\n", " a\n-b\n+B\n+$1\n")).toBe("a\nB\n$1\nc\n");
  expect(() => applyDiff("a\nb\n", "-c\n+d\n")).toThrow("found 0 times");
  expect(() => applyDiff("a\na\n", "-a\n+d\n")).toThrow("found 2 times");
});

test.each([
  ["ran 16ms", "ran   2.1s", true],
  ["9.7s ago", "1m 5s ago", true],
  ["3 calls", "4 calls", false],
  ["a … c", "a b c", true],
  ["a … c", "a\nc", false],
  ["done", "done\nand more", false],
])("what a page says, %o, beside what is printed, %o: %s", (said, printed, same) => {
  expect(saysTheSame({ line: 1, said, printed })).toBe(same);
});
