import type { Reprise, VerifyFinding, VerifyReport } from "@reprise/core";
import { sanitise } from "@reprise/printer";
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
        session.result(options, reports, () => (reports.length === 0 ? ["no runs"] : reports.flatMap(linesOf)));
      });
    });
}

async function everyRun(reprise: Reprise): Promise<readonly string[]> {
  const found: string[] = [];
  for (let page = await reprise.list(); ; page = await reprise.list({ cursor: page.next })) {
    found.push(...page.rows.map(({ stateId }) => stateId), ...page.damaged.map(({ stateId }) => stateId));
    if (page.next === undefined) return [...new Set(found)];
  }
}

function linesOf({ stateId, intact, records, findings }: VerifyReport): readonly string[] {
  const count = `${records} ${records === 1 ? "record" : "records"}`;
  return [`${sanitise(stateId)}: ${intact ? `intact, ${count}` : `DAMAGED, ${count} read`}`, ...findings.map((finding) => `  ${findingText(finding)}`)];
}

function findingText({ kind, message, path, offset }: VerifyFinding): string {
  const place = path === undefined ? "" : ` (${path}${offset === undefined ? "" : ` at ${offset}`})`;
  return sanitise(`${kind}: ${message}${place}`);
}
