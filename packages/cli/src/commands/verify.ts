import type { Reprise, VerifyFinding, VerifyReport } from "@reprise/core";
import { everyPage } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { readEach, type DamagedRuns } from "../damaged-runs.ts";
import { ExitCode } from "../exit-code.ts";
import { problemOf } from "../problem-of.ts";
import type { CommonOptions, Session } from "../session.ts";

/** `reprise verify [id]`: is everything that is stored as it should be? */
export function define(command: Command, session: Session): void {
  command
    .argument("[run...]")
    .action(async (runs: readonly string[], _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise }) => {
        const { found, damaged } = await readEach(runs.length > 0 ? runs : await everyRun(reprise), (stateId) => reprise.verify(stateId));
        const [unread] = damaged;
        // Whoever names one run is told what is wrong with it as by every other command.
        if (runs.length === 1 && unread !== undefined) throw unread.error;
        if (unread !== undefined || found.some(({ intact }) => !intact)) session.exitCode = ExitCode.FOUND;
        const document = [...found, ...damaged.map(({ stateId, error }) => ({ stateId, intact: false, error: problemOf(error) }))];
        await session.result(options, document, () => (document.length === 0 ? ["no runs"] : [...found.flatMap(linesOf), ...damaged.flatMap(unreadLines)]));
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

/** Of a newer version, or behind an I/O error: what `verify` throws, since it is no damage that it could list. */
function unreadLines({ stateId, error }: DamagedRuns[number]): readonly string[] {
  return [`${sanitise(stateId)}: CANNOT BE READ`, `  ${sanitise(problemOf(error))}`];
}

function findingText({ kind, message, path, offset }: VerifyFinding): string {
  const place = path === undefined ? "" : ` (${path}${offset === undefined ? "" : ` at ${offset}`})`;
  return sanitise(`${kind}: ${message}${place}`);
}
