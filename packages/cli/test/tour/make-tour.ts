import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compiledCache } from "../support/run-reprise.ts";
import { chapters } from "./chapters.ts";

const pathTo = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const [bin, clock, project, modules] = [pathTo("../../src/bin.ts"), pathTo("./fixed-clock.ts"), pathTo("./project"), pathTo("../../node_modules")];
const begin = Date.parse("2026-11-23T09:30:00Z");
const minuteMs = 60_000;

/** The tour: a small project in a directory of its own, each command on it as a process, and what they printed. */
export async function makeTour(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "reprise-tour-"));
  try {
    await cp(project, directory, { recursive: true });
    await symlink(modules, join(directory, "node_modules"));
    const parts: string[] = [];
    let step = 0;
    for (const { title, text, files = [], commands = [] } of chapters) {
      parts.push(`## ${title}`, text);
      for (const file of files) parts.push(`\`${file}\`:`, fenced("ts", await readFile(join(directory, file), "utf8")));
      for (const command of commands) parts.push(fenced("console", `$ ${command}\n${await printedBy(command, directory, (step += 1))}`));
    }
    return `${[introduction, ...parts].join("\n\n")}\n`;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const introduction = `# A tour of the command line

Every output here was printed by the command above it: \`packages/cli/test/tour/write-tour.ts\` runs them and writes this page, and a test fails when
the page no longer says what they print. The times are those of a clock that stands still between commands.`;

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** What a command of the tour prints, on both streams, and the exit code that says more than "done". */
function printedBy(command: string, directory: string, step: number): Promise<string> {
  const [program, ...words] = command.split(" ").map((word) => word.replace(/^'(.*)'$/u, "$1"));
  const run = program === "npx" ? [bin, ...words.slice(1)] : words;
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    TZ: "UTC",
    NODE_COMPILE_CACHE: compiledCache,
    TOUR_TIME: new Date(begin + step * minuteMs).toISOString(),
    TOUR_STEP: String(step),
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--conditions=@reprise/source", "--import", clock, ...run], { cwd: directory, env: environment }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? `\n(exit code ${error.code})` : "";
      resolve(`${stdout}${stderr}`.trimEnd() + code);
    });
    child.stdin?.end();
  });
}
