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

/** The blocks in JavaScript, and those in TypeScript that say behind a `console.log` what it prints; each with those that continue it. */
export function scriptsOf(pages: readonly Page[]): readonly PageScript[] {
  return pages.flatMap(({ path, text }) => {
    const scripts: PageScript[] = [];
    for (const { language, info, code, line } of codeBlocks(text).filter((block) => block.language === "ts" || block.language === "js")) {
      const said = [...code.matchAll(/^(?:if \([^()]*\) )?console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map((match) => match.groups?.["said"] ?? "");
      const before = info === "continues" ? scripts.pop() : undefined;
      if (before) scripts.push({ ...before, code: before.code + code, said: [...before.said, ...said] });
      else if (info === "") scripts.push({ at: `${path}:${line}`, code, said, extension: language === "ts" ? "mts" : "mjs" });
    }
    return scripts.filter(({ extension, said }) => extension === "mjs" || said.length > 0);
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
