import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { applyDiff } from "./apply-diff.ts";
import { codeBlocks } from "./markdown.ts";
import type { Page } from "./pages.ts";
import { runShell } from "./run-command.ts";
import { workspaceRoot } from "./workspace.ts";

/** A block of commands as the page has it, and as it is with what the commands have printed. */
export interface PlayedBlock {
  readonly line: number;
  readonly said: string;
  readonly printed: string;
}

/**
 * Does what a page tells its reader to do, in a project of its own: writes the blocks that name a file (```` ```ts main.ts ````), changes
 * files as diffs say (```` ```diff main.ts ````), and runs what stands behind `$` in ```` ```console ```` blocks, with the commands of a folder first.
 */
export async function playPage(folder: string, page: Page, commands: string): Promise<readonly PlayedBlock[]> {
  const path = [commands, process.env["PATH"] ?? ""].join(delimiter);
  const played: PlayedBlock[] = [];
  for (const { language, info, code, line } of codeBlocks(page.text)) {
    if (language === "diff" && info !== "") await writeFile(join(folder, info), applyDiff(await readFile(join(folder, info), "utf8"), code));
    else if (/^[\w/-]+\.\w+$/u.test(info)) await writeFile(join(folder, info), code);
    else if (language === "console") {
      let printed = "";
      for (const [, command = ""] of code.matchAll(/^\$ (.*)$/gmu)) printed += `$ ${command}\n${await runShell(command, { cwd: folder, path })}`;
      played.push({ line, said: code, printed });
    }
  }
  return played;
}

/** Whether two outputs are the same but for durations and the columns these make; `…` in what is said stands for any text of a line. */
export function saysTheSame({ said, printed }: PlayedBlock): boolean {
  const bare = (text: string): string => text.replaceAll(/-?(?:\d+(?:\.\d+)? ?(?:ms|s|m|min|h)\b ?)*\d+(?:\.\d+)? ?(?:ms|s|m|min|h)\b/gu, "T").replaceAll(/[ \t]+/gu, " ").trimEnd();
  const pattern = bare(said).split("…").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&")).join("[^\\n]*");
  return new RegExp(`^${pattern}$`, "u").test(bare(printed));
}

/** A folder with what a reader has on the PATH, over the sources of this workspace: Node, and npx for `reprise`. */
export async function sourceCommands(folder: string): Promise<string> {
  const commands = join(folder, "node_modules/.reader");
  const node = `exec "${process.execPath}" --conditions=@reprise/source`;
  const scripts = {
    node: `${node} "$@"`,
    npx: `[ "$1" = reprise ] || { echo "npx $1: not installed" >&2; exit 1; }\nshift\n${node} "${join(workspaceRoot, "packages/cli/src/bin.ts")}" "$@"`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    const file = join(commands, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/usr/bin/env bash\n${script}\n`);
    await chmod(file, 0o755);
  }
  return commands;
}
