import { renderSummary, renderTree } from "@reprise/printer";
import type { Command } from "commander";
import { recordedItems } from "../recorded-items.ts";
import { countFrom } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";

interface ShowOptions extends CommonOptions {
  readonly at?: number;
  readonly stacks?: boolean;
  readonly summary: boolean;
  readonly children?: number;
}

const widthElsewhere = 100;

/** `reprise show <id>`: what a run did, as a tree. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .option("--at <seq>", "with --json: as it was at this record", countFrom)
    .option("--stacks", "with the stacks of errors")
    .option("--no-summary", "without what it came to")
    .option("--children <count>", "so many rows below one call", countFrom)
    .action(async (run: string, _options: unknown, used: Command) => show(session, run, used.optsWithGlobals<ShowOptions>()));
}

async function show(session: Session, run: string, options: ShowOptions): Promise<void> {
  const { columns, colour, glyphs, now } = session.terminal;
  await session.withStore(options, async ({ reprise }) => {
    if (options.json === true) return session.result(options, await reprise.snapshot(run, options.at), () => []);
    const items = await recordedItems(reprise, run);
    const head = await reprise.head(run);
    const layout = { width: columns ?? widthElsewhere, color: colour, glyphs };
    const live = head?.lease === "live";
    const { stacks, children } = options;
    const tree = renderTree(items, { ...layout, ...(live && { now: now() }), ...(stacks === true && { stacks }), ...(children !== undefined && { maxChildren: children }) });
    return session.result(options, undefined, () => [...tree, ...(options.summary ? ["", ...renderSummary(items, layout)] : [])]);
  });
}
