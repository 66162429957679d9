import { readFile, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { checkPageTypes } from "./support/check-page-types.ts";
import { deadLinks } from "./support/dead-links.ts";
import { llmsText } from "./support/llms-text.ts";
import { codeBlocks, linksOf } from "./support/markdown.ts";
import { folderWithPackages } from "./support/packages-folder.ts";
import { readPages, type Page } from "./support/pages.ts";
import { playPage, saysTheSame, sourceCommands } from "./support/play-page.ts";
import { workspaceRoot } from "./support/workspace.ts";

const pages = readPages();
/** A test of its own runs the programs of the tour. */
const typed = pages.filter(({ path }) => path !== "docs/tour.md");

const fence = "```";
/** Pages with one fault of each kind: a check that finds nothing has looked for it all the same. */
const faulty: readonly Page[] = [
  {
    path: "types.md",
    text: `# Types\n\n${fence}ts\nconst two: number = 2;\n${fence}\n\n${fence}ts continues\nexport const three: string = two;\n${fence}\n`,
  },
  {
    path: "files.md",
    text: `${fence}ts steps.ts\nexport const one = 1;\n${fence}\n\n${fence}ts\nimport { one, two } from "./steps.ts";\nconsole.log(one, two);\n${fence}\n`,
  },
  { path: "options.md", text: "<!-- options: @reprise/backend-memory MemoryBackendOptions -->\n| option |\n|---|\n| `from`, `maxRecordBytes` (of `append`) |\n| `sytem` |\n" },
  { path: "links.md", text: `[here](#the-place) [there](#no-place) [file](docs/none.md) [rule](docs/rules.md#no-such-rule) \`[code](no.md)\`\n\n## The \`place\`\n` },
];

test("every TypeScript block of every page type-checks, and every table of options lists those of its type", { timeout: 120_000 }, async () => {
  const found = await checkPageTypes(await folderWithPackages(), [...typed, ...faulty]);
  expect(found).toEqual([
    expect.stringMatching(/^files\.md:6 TS2305: .*"\.\/steps\.ts"' has no exported member 'two'/u),
    expect.stringMatching(/^options\.md:1 TS2322: .*stale: "sytem"; readonly missing: "system"/u),
    expect.stringMatching(/^types\.md:8 TS2322: /u),
  ]);
});

const played = pages.filter(({ path, text }) => path.startsWith("docs/guides/") && codeBlocks(text).some(({ language }) => language === "console"));

// REPRISE_WRITE_PAGES=1 writes what the commands print into the pages instead, and llms.txt.
test.each(played)("what $path tells its reader to do prints what it says", { timeout: 120_000 }, async (page) => {
  const folder = await folderWithPackages();
  const blocks = await playPage(folder, page, await sourceCommands(folder));
  if (process.env["REPRISE_WRITE_PAGES"]) {
    const lines = page.text.split("\n");
    for (const block of blocks.toReversed()) if (!saysTheSame(block)) lines.splice(block.line - 1, block.said.split("\n").length - 1, block.printed.trimEnd());
    await writeFile(join(workspaceRoot, page.path), lines.join("\n"));
  } else {
    for (const { line, said, printed } of blocks.filter((block) => !saysTheSame(block))) expect.soft(printed, `${page.path}:${line}`).toBe(said);
  }
});

test("no page links to a file or heading that is not there", () => {
  expect(deadLinks([...pages, ...faulty])).toEqual([
    "links.md:1 links to #no-place, a heading that is not there",
    "links.md:1 links to docs/none.md, which does not exist",
    "links.md:1 links to docs/rules.md#no-such-rule, a heading that is not there",
  ]);
});

const index = pages.find(({ path }) => path === "docs/README.md")?.text ?? "";

test("the index names every guide and every package", () => {
  const linked = linksOf(index).map(({ target }) => posix.join("docs", target));
  const wanted = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/guides/") || /^packages\/(?!reliability)[^/]+\/README\.md$/u.test(path));
  expect(linked).toEqual(expect.arrayContaining(wanted));
});

test("llms.txt is made of the index", async () => {
  const path = join(workspaceRoot, "llms.txt");
  if (process.env["REPRISE_WRITE_PAGES"]) await writeFile(path, llmsText(index));
  expect(await readFile(path, "utf8")).toBe(llmsText(index));
});

test("there are such blocks and tables, and every table of options says of which type it is", () => {
  expect(typed.flatMap(({ text }) => codeBlocks(text)).filter(({ language }) => language === "ts").length).toBeGreaterThan(15);
  for (const { path, text } of pages.filter((page) => page.path.startsWith("packages/"))) expect({ path, tables: text.match(/^\| option \|/gmu)?.length }).toEqual({ path, tables: text.match(/^<!-- options: .*\n\| option \|/gmu)?.length });
});
