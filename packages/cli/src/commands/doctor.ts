import { resolve } from "node:path";
import type { DoctorFinding } from "@reprise/backend-fs";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Session } from "../session.ts";
import { UsageError } from "../usage-error.ts";

interface Options extends CommonOptions {
  readonly contents?: boolean;
}

const headings = { wrong: "Wrong:", resume: "Wants to be resumed:", harmless: "Harmless, nothing to do:" } as const;

/** What a reader is to do about a finding. Only what is wrong makes a store unhealthy. */
const headingOf: { readonly [Kind in DoctorFinding["kind"]]: keyof typeof headings } = {
  damaged: "wrong",
  permissions: "wrong",
  staleLease: "resume",
  unread: "resume",
  superseded: "harmless",
  empty: "harmless",
  leftover: "harmless",
  foreign: "harmless",
};

function findingLines(findings: readonly DoctorFinding[]): readonly string[] {
  return Object.entries(headings).flatMap(([heading, title]) => {
    const lines = findings.filter(({ kind }) => headingOf[kind] === heading).map(({ kind, path, message }) => sanitise(`  ${kind}: ${path}: ${message}`));
    return lines.length === 0 ? [] : [title, ...lines];
  });
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
        ...findingLines(report.findings),
      ]);
    });
}
