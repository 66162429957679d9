import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../src/catalogue.ts";
import { runReprise } from "./support/run-reprise.ts";
import { newDirectory } from "./support/stores.ts";

// The scripts in the shells they are for. A shell that is missing is named in the report: install zsh and fish to have all of it tested.

interface ShellCase {
  readonly shell: string;
  /** A program of the shell that prints what it offers behind these words, one each line; `script` is the file that `reprise completion` gave. */
  readonly offers: (script: string, words: readonly string[]) => readonly string[];
}

const cases: readonly ShellCase[] = [
  {
    shell: "bash",
    offers: (script, words) => ["--norc", "-c", `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _reprise; printf '%s\\n' "\${COMPREPLY[@]}"`],
  },
  {
    shell: "zsh",
    // Zsh completes only where somebody types: what would be offered is taken from the two functions that offer.
    offers: (script, words) => [
      "-f",
      "-c",
      `compdef() { [[ "$*" == "_reprise reprise" ]] || exit 1 }
source ${script}
_describe() { print -l -- "\${commands[@]%%:*}" }
_arguments() { local each; for each in "$@"; do [[ $each == --* ]] && print -- "\${each%%\\[*}"; done; true }
words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _reprise`,
    ],
  },
  { shell: "fish", offers: (script, words) => ["--no-config", "-c", `source ${script}; complete -C '${words.join(" ")}' | string split -f1 \\t`] },
];

const installed = (shell: string): boolean => spawnSync(shell, ["-c", "exit"]).status === 0;

describe.each(cases)("in $shell", ({ shell, offers }) => {
  let script = "";
  const offered = (...words: readonly string[]): string[] => {
    const { status, stdout, stderr } = spawnSync(shell, [...offers(script, words)], { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: "/nonexistent", LANG: "C.UTF-8" } });
    expect([status, stderr]).toEqual([0, ""]);
    return stdout.split("\n").filter((line) => line !== "").toSorted();
  };

  beforeAll(async () => {
    script = join(await newDirectory(), "completion");
    const { code, stdout } = await runReprise(["completion", shell]);
    expect(code).toBe(0);
    await writeFile(script, stdout);
  });

  const title = `every command is offered, then the options of the one that was chosen${installed(shell) ? "" : ` (SKIPPED: there is no ${shell} on this machine)`}`;
  test.skipIf(!installed(shell))(title, { timeout: 60_000 }, () => {
    expect(offered("reprise", "")).toEqual(expect.arrayContaining(catalogue.map(({ name }) => name)));
    if (shell !== "zsh") expect(offered("reprise", "che")).toEqual(["checkpoints"]);
    const ofFork = offered("reprise", "fork", "--");
    expect(ofFork).toEqual(expect.arrayContaining(["--from", "--pin", "--dry-run", "--backend", "--json"]));
    expect(ofFork).not.toContain("--status");
    expect(offered("reprise", "list", "--")).toEqual(expect.arrayContaining(["--status", "--tag", "--limit"]));
  });
});
