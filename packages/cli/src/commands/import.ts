import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";
import { StoreMissingError } from "../store-missing-error.ts";

interface ImportOptions extends CommonOptions {
  readonly id?: string;
}

/** `reprise import <file>`: a run from a file. */
export function define(command: Command, session: Session): void {
  command
    .argument("<file>")
    .option("--id <id>", "of the new run; the exported run's own id restores it")
    .action(async (file: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<ImportOptions>();
      const bytes = await contentOf(resolve(session.terminal.directory, file), file);
      await session.withStore(
        options,
        async ({ reprise }) => {
          const imported = await reprise.import(bytes, options.id === undefined ? {} : { stateId: options.id });
          await session.result(options, imported, () => [`${sanitise(imported.stateId)} is here (${imported.kind}).`]);
        },
        { create: true },
      );
    });
}

async function contentOf(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new StoreMissingError(`the file "${name}" cannot be read: ${(error as Error).message}`);
  }
}
