import { expect, test } from "vitest";
import { checkPageTypes } from "./support/check-page-types.ts";
import { deadLinks } from "./support/dead-links.ts";
import { codeBlocks, optionsTables } from "./support/markdown.ts";
import { folderWithPackages } from "./support/packages-folder.ts";
import { readPages, type Page } from "./support/pages.ts";

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

test("no page links to a file or heading that is not there", () => {
  expect(deadLinks([...pages, ...faulty])).toEqual([
    "links.md:1 links to #no-place, a heading that is not there",
    "links.md:1 links to docs/none.md, which does not exist",
    "links.md:1 links to docs/rules.md#no-such-rule, a heading that is not there",
  ]);
});

test("there are such blocks and tables, and every table of options says of which type it is", () => {
  expect(typed.flatMap(({ text }) => codeBlocks(text)).filter(({ language }) => language === "ts").length).toBeGreaterThan(15);
  for (const { path, text } of pages.filter((page) => page.path.startsWith("packages/"))) expect({ path, tables: optionsTables(text).length }).toEqual({ path, tables: [...text.matchAll(/^\| option \|/gmu)].length });
});
