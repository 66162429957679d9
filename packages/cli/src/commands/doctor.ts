import { resolve } from "node:path";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Session } from "../session.ts";
import { UsageError } from "../usage-error.ts";

interface Options extends CommonOptions {
  readonly contents?: boolean;
}

const prefix = "fs:";
const defaultDirectory = ".reprise";

/** `reprise doctor`: what is in the directory of an fs store, and what is wrong with it. */
export function define(command: Command, session: Session): void {
  command
    .argument("[directory]", `default: that of --backend fs:… or REPRISE_BACKEND, else ${defaultDirectory}`)
    .option("--contents", "also read every artifact")
    .action(async (directory: string | undefined, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const { doctor } = await import("@reprise/backend-fs");
      const named = options.backend ?? session.terminal.environment("REPRISE_BACKEND");
      if (directory === undefined && named !== undefined && !named.startsWith(prefix)) throw new UsageError(`doctor looks into the directory of an fs store, got "${named}": verify reads everything that any store holds`);
      const dir = directory ?? named?.slice(prefix.length) ?? defaultDirectory;
      const report = await doctor({ dir: resolve(session.terminal.directory, dir), ...(options.contents === true && { contents: true }) });
      if (!report.healthy) session.exitCode = ExitCode.FOUND;
      await session.result(options, report, () => [
        `${sanitise(report.root)}: ${report.runs.length} ${report.runs.length === 1 ? "run" : "runs"}, ${report.healthy ? "healthy" : "NOT HEALTHY"}`,
        ...report.findings.map(({ kind, path, message }) => sanitise(`  ${kind}: ${path}: ${message}`)),
      ]);
    });
}
