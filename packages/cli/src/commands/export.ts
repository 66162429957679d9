import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";
import { UsageError } from "../usage-error.ts";

interface ExportOptions extends CommonOptions {
  readonly out?: string;
  readonly artifacts: boolean;
  /** The host it goes to, or true. */
  readonly handOff?: string | boolean;
}

/** `reprise export <id>`: a run as one file. */
export function define(command: Command, session: Session): void {
  const { terminal } = session;
  command
    .argument("<run>")
    .option("-o, --out <file>", "write it there; an existing file is left alone")
    .option("--no-artifacts", "without the contents of artifacts")
    .option("--hand-off [host]", "moves the run: seals it here for good, so that it goes on where the file is imported; asks first")
    .action(async (run: string, _options: unknown, used: Command) => {
      const { out, artifacts, handOff = false, ...common } = used.optsWithGlobals<ExportOptions>();
      if (out === undefined && terminal.columns !== undefined) throw new UsageError("the file is not for a terminal: name one with --out, or send stdout somewhere");
      await session.withStore(common, async ({ reprise }) => {
        if (handOff !== false && !(await session.confirmed(common, `Seal ${run} here for good, so that it goes on where its file is imported?`))) return undefined;
        // Before anything is sealed. Should writing fail all the same, a sealed run gives its file again.
        if (out !== undefined && existsSync(resolve(terminal.directory, out))) throw new UsageError(`--out must be a new file, got "${out}", which exists`);
        if (handOff !== false) await reprise.handOff(run, typeof handOff === "string" ? { to: handOff } : {});
        const bytes = await reprise.export(run, { artifacts });
        if (out === undefined) return terminal.outBytes(bytes);
        await writeNew(resolve(terminal.directory, out), bytes, out);
        return session.result(common, { stateId: run, file: out, bytes: bytes.length }, () => [`${sanitise(run)} is in ${out}, ${bytes.length} bytes${handOff === false ? "" : ", and sealed here: import the file in one place"}.`]);
      });
    });
}

async function writeNew(path: string, bytes: Uint8Array, name: string): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new UsageError(`--out must be a new file, got "${name}", which exists`);
    throw new UsageError(`--out "${name}" cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
