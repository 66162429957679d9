import type { CheckpointSummary } from "@reprise/core";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";
import { tableLines, type Column } from "../table.ts";
import { isoTime } from "../times.ts";

const columns: readonly Column<CheckpointSummary>[] = [
  { title: "SEQ", text: ({ seq }) => String(seq) },
  { title: "STATUS", text: ({ status }) => status },
  { title: "AT", text: ({ at }) => isoTime(at) ?? "", dropped: 1 },
  { title: "BY", text: ({ automatic }) => (automatic === true ? "itself" : ""), dropped: 3 },
  { title: "TAGS", text: ({ metadata }) => (metadata.tags ?? []).join(" "), dropped: 2 },
];

/** `reprise checkpoints <id>`: the positions of a run that have a name. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      const { columns: width, glyphs } = session.terminal;
      await session.withStore(options, async ({ reprise }) => {
        const checkpoints = await reprise.checkpoints(run);
        const document = checkpoints.map((checkpoint) => ({ ...checkpoint, at: isoTime(checkpoint.at) }));
        await session.result(options, document, () => (checkpoints.length === 0 ? ["no checkpoints"] : tableLines(checkpoints, columns, width, glyphs === "unicode" ? "…" : "...")));
      });
    });
}
