import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeBlocks } from "./markdown.ts";
import type { Page } from "./pages.ts";
import { runCommand } from "./run-command.ts";
import { workspaceRoot } from "./workspace.ts";

/** A block that is run by itself. */
export interface PageScript {
  /** `docs/guides/retries.md:12` */
  readonly at: string;
  readonly code: string;
  /** What its comments say that it prints. */
  readonly said: readonly string[];
  readonly extension: "mts" | "mjs";
}

/** The blocks in JavaScript, and those in TypeScript that say behind a `console.log` what it prints; with what they continue. */
export function scriptsOf(pages: readonly Page[]): readonly PageScript[] {
  return pages.flatMap(({ path, text }) => {
    let before = "";
    return codeBlocks(text)
      .filter(({ language }) => language === "ts" || language === "js")
      .flatMap(({ language, info, code, line }): PageScript[] => {
        before = info === "continues" ? before + code : code;
        const said = [...code.matchAll(/^console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map((match) => match.groups?.["said"] ?? "");
        const named = info !== "" && info !== "continues";
        return named || (language === "ts" && said.length === 0) ? [] : [{ at: `${path}:${line}`, code: before, said, extension: language === "ts" ? "mts" : "mjs" }];
      });
  });
}

/** Runs scripts in a project, and gives what each has logged. */
export async function runScripts(folder: string, scripts: readonly PageScript[]): Promise<readonly string[]> {
  const files = scripts.map(({ extension }, index) => join(folder, String(index), `script.${extension}`));
  for (const [index, file] of files.entries()) {
    await mkdir(join(folder, String(index)));
    await writeFile(file, scripts[index]?.code ?? "");
  }
  const { stdout } = await runCommand(process.execPath, ["--conditions=@reprise/source", join(workspaceRoot, "test/support/script-runner.mjs"), ...files], { cwd: folder });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "[]") as readonly string[];
}
