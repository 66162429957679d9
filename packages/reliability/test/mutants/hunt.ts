import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutant.ts";

const workspace = fileURLToPath(new URL("../../../../", import.meta.url));
const simulate = fileURLToPath(new URL("simulate.ts", import.meta.url));
const config = fileURLToPath(new URL("vitest.mutants.config.ts", import.meta.url));

/** What came of a hunt: `found` if something failed, or took longer than it ever should. */
export interface Catch {
  readonly found: boolean;
  readonly by: string;
}

/** Runs what should find a mutant against a copy of its package. */
export async function hunt(copy: string, by: Mutant["by"], { seeds, timeoutMs }: { readonly seeds: number; readonly timeoutMs: number }): Promise<Catch> {
  const { PATH, HOME } = process.env;
  const environment = { PATH, HOME, NO_COLOR: "1", REPRISE_SEEDS: String(seeds), REPRISE_MUTATED: copy };
  const child = spawn(process.execPath, wordsFor(copy, by, seeds), { cwd: copy, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  const report = output.split("\n").find((line) => /^seed \d+: |^ *FAIL /u.test(line))?.trim();
  if (code !== 0 && !late && report === undefined) throw new Error(`the hunt itself failed:\n${output}`);
  return { found: code !== 0, by: late ? "no end" : (report ?? "") };
}

function wordsFor(copy: string, by: Mutant["by"], seeds: number): readonly string[] {
  if (by === "crashes" || by === "collections") return ["--conditions=@reprise/source", simulate, copy, by, String(seeds)];
  const vitest = [`${workspace}/node_modules/vitest/vitest.mjs`, "run", "--config", config, "--bail", "1"];
  if (by !== "conformance") return [...vitest, "--root", copy, by];
  const backend = /backend-(?<name>fs|sqlite)/u.exec(copy)?.groups?.["name"] ?? "";
  return [...vitest, "--root", `${workspace}/packages/testing`, `test/state-backend.${backend}.test.ts`, "--testNamePattern", "^(?!.*durability process)"];
}
