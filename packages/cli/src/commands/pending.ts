import type { PendingWait, Reprise } from "@reprise/core";
import { everyPage } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";
import { tableLines, type Column } from "../table.ts";
import { fromNow, isoTime } from "../times.ts";

interface Row extends PendingWait {
  readonly stateId: string;
}

/** `reprise pending [id]`: what runs wait for. */
export function define(command: Command, session: Session): void {
  command
    .argument("[run]")
    .action(async (run: string | undefined, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      const { columns: width, glyphs, now } = session.terminal;
      await session.withStore(options, async ({ reprise }) => {
        const rows: Row[] = [];
        for (const stateId of run === undefined ? await awaiting(reprise) : [run]) {
          for (const wait of await reprise.pending(stateId)) rows.push({ ...wait, stateId });
        }
        const document = rows.map(({ since, dueAt, ...row }) => ({ ...row, since: isoTime(since), dueAt: isoTime(dueAt) }));
        await session.result(options, document, () => (rows.length === 0 ? ["nothing is waited for"] : tableLines(rows, columnsAt(now()), width, glyphs === "unicode" ? "…" : "...")));
      });
    });
}

async function awaiting(reprise: Reprise): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { rows } of everyPage((query) => reprise.list(query), { status: ["awaiting", "running"] })) found.push(...rows.map(({ stateId }) => stateId));
  return found;
}

function columnsAt(now: number): readonly Column<Row>[] {
  return [
    { title: "RUN", text: ({ stateId }) => stateId },
    { title: "WAIT", text: ({ address }) => address },
    { title: "PROMPT", text: ({ prompt }) => (typeof prompt === "string" ? prompt : prompt === undefined ? "" : sanitise(JSON.stringify(prompt) ?? "")) },
    { title: "SINCE", text: ({ since }) => fromNow(since, now), dropped: 1 },
    { title: "UNTIL", text: ({ dueAt }) => (dueAt === undefined ? "" : fromNow(dueAt, now)), dropped: 2 },
  ];
}
