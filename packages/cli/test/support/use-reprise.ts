import { main, processTerminal } from "../../src/index.ts";
import type { Finished, RunOptions } from "./run-reprise.ts";

/**
 * Uses `reprise` in this process, as `runReprise` would: starting a process for each use is most of the time. That a command ends by itself and says
 * the same as a process is shown once for each; what only a process can show, and configurations, which stay loaded, are for `runReprise`.
 */
export async function useReprise(words: readonly string[], { cwd, environment = {} }: Pick<RunOptions, "cwd" | "environment"> = {}): Promise<Finished> {
  let [stdout, stderr] = ["", ""];
  const code = await main(words, {
    ...processTerminal(),
    out: (text) => void (stdout += `${text}\n`),
    outBytes: (bytes) => void (stdout += Buffer.from(bytes).toString()),
    note: (text) => void (stderr += `${text}\n`),
    columns: undefined,
    colour: false,
    glyphs: "unicode",
    ask: undefined,
    directory: cwd ?? process.cwd(),
    environment: (name) => environment[name],
  });
  return { code, stdout, stderr };
}
