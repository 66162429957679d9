import type { PendingWait, Reprise } from "@reprise/core";
import { everyPage, isRepriseError } from "@reprise/core/spi";
import type { Command } from "commander";
import { damagedDocument, damagedLines, readEach, type DamagedRuns } from "../damaged-runs.ts";
import { ExitCode } from "../exit-code.ts";
import { plainJson } from "../plain-json.ts";
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
        const { rows, damaged } = run === undefined ? await waitsOfAll(reprise) : { rows: await waitsOf(reprise, run), damaged: [] };
        if (damaged.length > 0) session.exitCode = ExitCode.FOUND;
        const waits = rows.map(({ since, dueAt, ...row }) => ({ ...row, since: isoTime(since), dueAt: isoTime(dueAt) }));
        await session.result(options, { waits, damaged: damagedDocument(damaged) }, async () => [
          ...(rows.length === 0 ? ["nothing is waited for"] : await tableLines(rows, columnsAt(now()), width, glyphs === "unicode" ? "…" : "...")),
          ...damagedLines(damaged),
        ]);
      });
    });
}

async function waitsOf(reprise: Reprise, stateId: string): Promise<readonly Row[]> {
  return (await reprise.pending(stateId)).map((wait) => ({ ...wait, stateId }));
}

async function waitsOfAll(reprise: Reprise): Promise<{ readonly rows: readonly Row[]; readonly damaged: DamagedRuns }> {
  const awaiting = new Set<string>();
  const damaged = new Map<string, DamagedRuns[number]>();
  for await (const page of everyPage((query) => reprise.list(query), { status: ["awaiting", "running"] })) {
    for (const { stateId } of page.rows) awaiting.add(stateId);
    for (const run of page.damaged) damaged.set(run.stateId, run);
  }
  const read = await readEach(awaiting, (stateId) => waitsOf(reprise, stateId));
  // One that was removed meanwhile waits for nothing.
  for (const run of read.damaged) if (!isRepriseError(run.error, "NOT_FOUND")) damaged.set(run.stateId, run);
  return { rows: read.found.flat(), damaged: [...damaged.values()] };
}

function columnsAt(now: number): readonly Column<Row>[] {
  return [
    { title: "RUN", text: ({ stateId }) => stateId },
    { title: "WAIT", text: ({ address }) => address },
    { title: "PROMPT", text: ({ prompt }) => (typeof prompt === "string" ? prompt : prompt === undefined ? "" : plainJson(prompt)) },
    { title: "SINCE", text: ({ since }) => fromNow(since, now), dropped: 1 },
    { title: "UNTIL", text: ({ dueAt }) => (dueAt === undefined ? "" : fromNow(dueAt, now)), dropped: 2 },
  ];
}
