import { describe, expect, test } from "vitest";
import { checkPageTypes } from "./support/check-page-types.ts";
import { docExamples, type DocExample } from "./support/doc-examples.ts";
import { folderWithPackages } from "./support/packages-folder.ts";
import { publicMembers } from "./support/public-members.ts";
import { examplesIn, publicExports, type PublicExport } from "./support/public-exports.ts";
import { faultsOf, runScripts, type Script } from "./support/run-scripts.ts";
import { readWorkspace, sourceFile, type WorkspacePackage } from "./support/workspace.ts";

const published = readWorkspace().filter(({ manifest }) => manifest.private !== true);
const examples = published.flatMap(docExamples);
const placeOf = ({ path, line }: { readonly path: string; readonly line: number }): string => `${path}:${line}`;
/** Suites call `test`: they are run by the tests of the backends. */
const isProgram = ({ code = "" }: DocExample): boolean => !/from "(?:vitest|@reprise\/testing\/vitest)"/u.test(code);

/** Exports without a doc comment. */
function undocumented(pack: WorkspacePackage): readonly string[] {
  return publicExports(pack).filter(({ doc = "" }) => !/\w/u.test(doc)).map((each) => `${placeOf(each)} ${each.name} of ${each.entry}`);
}

/** What people call, without an example. Errors are caught, not called: their pages say when they come. */
function withoutExample(pack: WorkspacePackage): readonly string[] {
  const isCalled = ({ kind, name }: PublicExport): boolean => kind === "function" || (kind === "class" && (!name.endsWith("Error") || name === "RepriseError"));
  return publicExports(pack).filter((each) => isCalled(each) && examplesIn(each.doc ?? "").length === 0).map((each) => `${placeOf(each)} ${each.name} of ${each.entry}`);
}

/** Methods without a comment, and options of which it is not said what holds without them. */
function unsaid(pack: WorkspacePackage): readonly string[] {
  return publicExports(pack)
    .flatMap((each) => publicMembers(pack, each))
    .filter(({ name, kind, isOptional, doc }) => {
      const isOption = isOptional && /(?:Options|Definition|Settings)\./u.test(name);
      return isOption ? !/default|absent|optional|required (?:of|where)|without it/iu.test(doc.replaceAll(/[\s*]+/gu, " ")) : kind === "method" && doc === "";
    })
    .map(({ place, name }) => `${place} ${name}`);
}

describe.each(published)("$folder", (pack) => {
  test("says of each export what it is", () => {
    expect(undocumented(pack)).toEqual([]);
  });
  test("has an example for each function that people call", () => {
    expect(withoutExample(pack)).toEqual([]);
  });
});

test.each(published)("$folder says what each method does, and what holds without an option", (pack) => {
  expect(unsaid(pack)).toEqual([]);
});

test("every example is a block of TypeScript", () => {
  expect(examples.length).toBeGreaterThan(60);
  expect(examples.filter(({ code }) => code === undefined).map(placeOf)).toEqual([]);
});

describe("examples in doc comments", { timeout: 180_000 }, () => {
  test("type-check", async () => {
    const pages = examples.map((each) => ({ path: `${each.path}.${each.line}.md`, text: `${"\n".repeat(each.line)}\`\`\`ts\n${each.code ?? ""}\`\`\`\n` }));
    const wrong = { path: "wrong.md", text: "```ts\nconst two: string = 2;\n```\n" };
    expect(await checkPageTypes(await folderWithPackages(), [...pages, wrong])).toEqual([expect.stringMatching(/^wrong\.md:2 TS2322/u)]);
  });

  test("run, and print what they say", async () => {
    const programs = examples.filter(isProgram).map((example): Script => ({ at: placeOf(example), code: example.code ?? "", extension: "mts" }));
    const runs = await runScripts(await folderWithPackages(), programs);
    expect(programs.flatMap((program, index) => faultsOf(program, runs[index]))).toEqual([]);
  });
});

describe("each check can fail", () => {
  const pack = (text: string): WorkspacePackage => ({
    folder: "packages/bad",
    manifest: { name: "@reprise/bad", version: "0.0.0", exports: { ".": { "@reprise/source": "./src/index.ts" } } },
    readme: undefined,
    files: [sourceFile("src/index.ts", 'export { made as make } from "./a.ts";\nexport type { Made } from "./b.ts";'), sourceFile("src/a.ts", text), sourceFile("src/b.ts", 'export type { Made } from "./a.ts";')],
  });
  const bare = "export function made(): Made {\n  return 1;\n}\nexport type Made = number;\n";

  test("an export without a comment, also one that is passed on", () => {
    expect(undocumented(pack(bare))).toEqual(["packages/bad/src/a.ts:1 make of @reprise/bad", "packages/bad/src/a.ts:4 Made of @reprise/bad"]);
    expect(undocumented(pack(`/** Makes one. */\n${bare.replace("export type", "/** One. */\nexport type")}`))).toEqual([]);
    // A comment belongs to what follows it, and to nothing else.
    expect(undocumented(pack(`/** Of this. */\nconst one = 1;\n${bare}`))).toHaveLength(2);
  });

  test("an export that an entry declares itself, and one that cannot be read", () => {
    const entry = (text: string): WorkspacePackage => ({ ...pack(""), files: [sourceFile("src/index.ts", text), sourceFile("src/a.ts", bare)] });
    expect(undocumented(entry("export const made = 1;\nexport async function make() {}\n"))).toEqual(["packages/bad/src/index.ts:1 made of @reprise/bad", "packages/bad/src/index.ts:2 make of @reprise/bad"]);
    for (const text of ['export * from "./a.ts";', "const one = 1;\nexport { one };", "export default 1;"]) expect(() => undocumented(entry(`${text}\n`))).toThrow(/entries export by name/u);
  });

  test("a method without a comment, and an option without its default", () => {
    const members = "  /** Reads. */\n  read(): void;\n  read(from: number): void;\n  write(): void;\n  /** In ms. */\n  readonly waitMs?: number;\n  /** In ms. Default: 0. */\n  readonly graceMs?: number;\n";
    const text = `/** One. */\nexport function made(): void {}\n/** Options. */\nexport interface Made {\n${members}}\n`;
    expect(unsaid(pack(text))).toEqual(["packages/bad/src/a.ts:8 Made.write"]);
    const options = { ...pack(""), files: [sourceFile("src/index.ts", 'export type { MadeOptions } from "./a.ts";'), sourceFile("src/a.ts", text.replace("interface Made", "interface MadeOptions"))] };
    expect(unsaid(options)).toEqual(["packages/bad/src/a.ts:8 MadeOptions.write", "packages/bad/src/a.ts:10 MadeOptions.waitMs"]);
  });

  test("a function without an example", () => {
    expect(withoutExample(pack(`/** Makes one. */\n${bare}`))).toHaveLength(1);
    expect(withoutExample(pack(`/**\n * Makes one.\n *\n * @example\n * \`\`\`ts\n * make();\n * \`\`\`\n */\n${bare}`))).toEqual([]);
  });

  test("an example that prints something else", () => {
    const script: Script = { at: "a.ts:1", code: 'console.log("a", 1); // a 1\n  console.log(["b"]); // b\n', extension: "mts" };
    const faults = (...printed: readonly string[]): readonly string[] => faultsOf(script, { printed, threw: undefined });
    expect(faults("more", "a 1", "[ 'b' ]")).toEqual([]);
    for (const printed of [["a 1"], ["b", "a 1"], ["a 1", "a 1", "b"]]) expect(faults(...printed)).toEqual([expect.stringContaining("a.ts:1 says")]);
    expect(faultsOf(script, { printed: ["a 1", "b"], threw: "Error: no" })).toEqual(["a.ts:1 threw Error: no"]);
    expect(faultsOf(script, undefined)).toEqual(["a.ts:1 was not run"]);
  });
});
