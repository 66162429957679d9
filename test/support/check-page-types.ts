import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { applyDiff } from "./apply-diff.ts";
import { codeBlocks, optionsTables, type CodeBlock, type OptionsTable } from "./markdown.ts";
import type { Page } from "./pages.ts";
import { runCommand } from "./run-command.ts";
import { workspaceRoot } from "./workspace.ts";

const compilerOptions = {
  target: "es2023",
  lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"],
  module: "nodenext",
  types: ["node"],
  customConditions: ["@reprise/source"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Checks every TypeScript block of some pages, and every table of options against the type it documents, with one run of the
 * compiler in a project of its own. Gives what is wrong, as `docs/page.md:12 message`. A block marked `continues` stands behind the
 * one before it; one with a file's name is what other blocks of the page import.
 */
export async function checkPageTypes(folder: string, pages: readonly Page[]): Promise<readonly string[]> {
  for (const page of pages) {
    for (const { path, code } of programsOf(page)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), code);
    }
  }
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  const said = await runCommand(process.execPath, [join(workspaceRoot, "node_modules/typescript/bin/tsc"), "--pretty", "false"], { cwd: folder }).then(
    () => "",
    (error: Error) => error.message,
  );
  return [...said.matchAll(/^(?<file>[^\s(]+\.(?:ts|json))(?:\((?<line>\d+),\d+\))?: error (?<message>.*)$/gmu)].map(
    ({ groups = {} }) => `${(groups["file"] ?? "").replace(/(?<=\.md)\/.*$/u, "")}:${groups["line"] ?? ""} ${groups["message"] ?? ""}`,
  ).concat(said !== "" && !/: error /u.test(said) ? [said] : []);
}

/** Files below a folder named like the page, in which every line of code stands at the number it has in the page. */
function programsOf({ path, text }: Page): readonly { readonly path: string; readonly code: string }[] {
  const blocks = codeBlocks(text).filter(({ language, info }) => language === "ts" || (language === "diff" && info.endsWith(".ts")));
  const files = new Map<string, CodeBlock>();
  const programs = [];
  let chain: readonly CodeBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    chain = block.info === "continues" ? [...chain, block] : [block];
    const named = /^[\w/.-]+\.ts$/u.exec(block.info)?.[0];
    const before = files.get(named ?? "");
    if (named !== undefined) files.set(named, block.language === "diff" && before ? { ...before, code: applyDiff(before.code, block.code) } : block);
    // Every step of a page has the files as they are by then.
    else programs.push({ path: `${path}/${index}/block.ts`, code: `${atItsLines(chain)}\nexport {};\n` });
    // Diffs that follow one another are one step.
    if (blocks[index + 1]?.language === "diff") continue;
    for (const [name, file] of files) programs.push({ path: `${path}/${index}/${name}`, code: `${atItsLines([file])}\nexport {};\n` });
  }
  const tables = optionsTables(text).map((table, index) => ({ path: `${path}/options-${index}.ts`, code: tableAsTypes(table) }));
  return [...programs, ...tables];
}

function atItsLines(blocks: readonly CodeBlock[]): string {
  let code = "";
  for (const block of blocks) code += "\n".repeat(block.line - code.split("\n").length) + block.code;
  return code;
}

/** `Omit` and the like come from the language, every other name from the module. */
const builtIn = ["Omit", "Pick", "Required", "Partial"];

function tableAsTypes({ module, type, names, line }: OptionsTable): string {
  const imported = [...new Set(type.replaceAll(/"[^"]*"/gu, "").match(/\b[A-Z]\w*/gu))].filter((name) => !builtIn.includes(name));
  return [
    "\n".repeat(line - 1) + `import type { ${imported.join(", ")} } from "${module}";`,
    "type Keys<T> = T extends unknown ? Extract<keyof T, string> : never;",
    `type Known = Keys<${type}>;`,
    `type Listed = ${names.map((name) => JSON.stringify(name)).join(" | ") || "never"};`,
    "declare const table: { readonly stale: Exclude<Listed, Known>; readonly missing: Exclude<Known, Listed> };",
    "export const checked: { readonly stale: never; readonly missing: never } = table;",
  ].join(" ");
}
