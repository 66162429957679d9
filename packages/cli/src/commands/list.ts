import { StateStatus, type RunQuery, type StateHead } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";
import { Option, type Command } from "commander";
import { damagedDocument, damagedLines } from "../damaged-runs.ts";
import { ExitCode } from "../exit-code.ts";
import { liveStatus } from "../live-status.ts";
import { collected, countFrom, timeFrom } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";
import { shellWord } from "../shell-word.ts";
import { tableLines, type Column } from "../table.ts";
import { fromNow, isoTime } from "../times.ts";

interface ListOptions extends CommonOptions {
  readonly status?: StateStatus[];
  readonly tag?: string[];
  readonly anyTag?: string[];
  readonly pipeline?: string;
  readonly parent?: string;
  readonly due?: number;
  readonly createdAfter?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `reprise list`: runs, newest first. */
export function define(command: Command, session: Session): void {
  const time = timeFrom(session.terminal.now);
  command
    .addOption(new Option("-s, --status <status...>", "of one of these statuses").choices(Object.values(StateStatus)))
    .option("-t, --tag <tag>", "with all of these tags (once for each)", collected)
    .option("--any-tag <tag>", "with one of these tags (once for each)", collected)
    .option("-p, --pipeline <name>", "of this pipeline")
    .option("--parent <id>", "forks of this run")
    .option("--due <when>", "to be resumed by then (a date, now, or so long ago: 15m, 2h, 7d)", time)
    .option("--created-after <when>", "begun after then", time)
    .option("-n, --limit <count>", "at most so many", countFrom, 50)
    .option("--cursor <cursor>", "go on behind the last page")
    .action(async (_options: unknown, used: Command) => list(session, used.optsWithGlobals<ListOptions>()));
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { terminal } = session;
  await session.withList(options, async ({ name, list: listed }) => {
    const { rows, damaged, next } = await listed(queryOf(options));
    if (damaged.length > 0) session.exitCode = ExitCode.FOUND;
    const document = {
      runs: rows.map((row) => ({ ...row, status: liveStatus(row), createdAt: isoTime(row.createdAt), updatedAt: isoTime(row.updatedAt), wakeAt: isoTime(row.wakeAt) })),
      damaged: damagedDocument(damaged),
      ...(next !== undefined && { next }),
    };
    await session.result(options, document, async () => [
      ...(rows.length === 0 ? [`no such runs in ${sanitise(name)}`] : await tableLines(rows, columnsAt(terminal.now()), terminal.columns, terminal.glyphs === "unicode" ? "…" : "...")),
      ...damagedLines(damaged),
    ]);
    if (next !== undefined && options.json !== true) terminal.note(`There are more: --cursor ${shellWord(next)}`);
  });
}

function queryOf(options: ListOptions): RunQuery {
  const { status, tag, anyTag, pipeline, parent, due, createdAfter, limit, cursor } = options;
  return {
    ...(status && { status }),
    ...(tag && { tags: tag }),
    ...(anyTag && { anyTag }),
    ...(pipeline !== undefined && { pipelineName: pipeline }),
    ...(parent !== undefined && { parentStateId: parent }),
    ...(due !== undefined && { dueBefore: due }),
    ...(createdAfter !== undefined && { createdAfter }),
    ...(limit !== undefined && { limit }),
    ...(cursor !== undefined && { cursor }),
  };
}

function columnsAt(now: number): readonly Column<StateHead>[] {
  return [
    { title: "RUN", text: ({ stateId }) => stateId },
    { title: "STATUS", text: liveStatus },
    { title: "PIPELINE", text: ({ pipelineName }) => pipelineName ?? "", dropped: 2 },
    { title: "CHANGED", text: ({ updatedAt }) => fromNow(updatedAt, now), dropped: 1 },
    { title: "WAKES", text: ({ wakeAt }) => (wakeAt === undefined ? "" : fromNow(wakeAt, now)), dropped: 4 },
    { title: "RECORDS", text: ({ lastSeq }) => String(lastSeq), dropped: 5 },
    { title: "TAGS", text: ({ tags }) => tags.join(" "), dropped: 3 },
  ];
}
