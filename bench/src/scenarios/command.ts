import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scenario } from "../scenario.ts";
import { system } from "../system.ts";

const commandLine = fileURLToPath(new URL("../../../packages/cli/dist/bin.js", import.meta.url));

/** How long the command takes, from the start of its process to its end, beside a program that does nothing. */
export const command: Scenario = {
  name: "command",
  sizes: [0],
  repetitions: () => 5,
  includes: ({ name }) => name === "Reprise, memory",
  async measure({ directory }) {
    const nothing = join(directory, "nothing.js");
    writeFileSync(nothing, "");
    return { bareMs: await runMs(nothing, []), ms: await runMs(commandLine, ["--version"]) };
  },
};

async function runMs(program: string, words: readonly string[]): Promise<number> {
  const before = system.now();
  const { ending, complaints } = await system.run({ program, words, onLine: () => false, timeoutMs: 60_000 });
  if (ending !== 0) throw new Error(`${program} ended with ${ending}: ${complaints}`);
  return system.now() - before;
}
