import type { Reprise, VerifyFinding, VerifyReport } from "@reprise/core";
import { everyPage } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Session } from "../session.ts";

/** `reprise verify [id]`: is everything that is stored as it should be? */
export function define(command: Command, session: Session): void {
  command
    .argument("[run...]")
    .action(async (runs: readonly string[], _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise }) => {
        const reports: VerifyReport[] = [];
        for (const stateId of runs.length > 0 ? runs : await everyRun(reprise)) reports.push(await reprise.verify(stateId));
        if (reports.some(({ intact }) => !intact)) session.exitCode = ExitCode.FOUND;
        await session.result(options, reports, () => (reports.length === 0 ? ["no runs"] : reports.flatMap(linesOf)));
      });
    });
}

async function everyRun(reprise: Reprise): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const { rows, damaged } of everyPage((query) => reprise.list(query))) for (const { stateId } of [...rows, ...damaged]) found.add(stateId);
  return [...found];
}

function linesOf({ stateId, intact, records, findings }: VerifyReport): readonly string[] {
  const count = `${records} ${records === 1 ? "record" : "records"}`;
  return [`${sanitise(stateId)}: ${intact ? `intact, ${count}` : `DAMAGED, ${count} read`}`, ...findings.map((finding) => `  ${findingText(finding)}`)];
}

function findingText({ kind, message, path, offset }: VerifyFinding): string {
  const place = path === undefined ? "" : ` (${path}${offset === undefined ? "" : ` at ${offset}`})`;
  return sanitise(`${kind}: ${message}${place}`);
}
