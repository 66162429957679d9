import type { Reprise } from "@reprise/core";
import { renderHtml, renderMermaid, renderSummary, renderTree } from "@reprise/printer";
import { Option, type Command } from "commander";
import { nobodyAt } from "../live-status.ts";
import { countFrom } from "../parse-words.ts";
import { recordedItems } from "../recorded-items.ts";
import type { CommonOptions, Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

const formats = ["tree", "html", "mermaid", "gantt"] as const;

interface ShowOptions extends CommonOptions {
  readonly format: (typeof formats)[number];
  readonly at?: number;
  readonly stacks?: boolean;
  readonly values?: boolean;
  readonly summary: boolean;
  readonly children?: number;
}

const widthElsewhere = 100;

/** `reprise show <id>`: what a run did, as a tree or a diagram. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .addOption(new Option("-f, --format <format>", "html: one page that needs nothing else; mermaid, gantt: the text of a diagram").choices(formats).default("tree"))
    .option("--at <seq>", "with --json: as it was at this record", countFrom)
    .option("--stacks", "with the stacks of errors")
    .option("--values", "of html: with inputs and results")
    .option("--no-summary", "of the tree: without what it came to")
    .option("--children <count>", "so many rows below one call", countFrom)
    .action(async (run: string, _options: unknown, used: Command) => show(session, run, used.optsWithGlobals<ShowOptions>()));
}

async function show(session: Session, run: string, options: ShowOptions): Promise<void> {
  const { terminal } = session;
  if (options.at !== undefined && options.json !== true) throw new UsageError("--at needs --json");
  await session.withStore(options, async ({ reprise }) => {
    if (options.json === true) return session.result(options, await reprise.snapshot(run, options.at), () => []);
    const head = await reprise.head(run);
    const lines = options.format === "tree" ? await treeOf(reprise, run, options, terminal, head?.lease === "live") : [await pageOf(reprise, run, options)];
    for (const line of lines) terminal.out(line);
    const nobody = nobodyAt(head);
    if (nobody !== undefined) terminal.note(nobody);
  });
}

async function treeOf(reprise: Reprise, run: string, { stacks, children, summary }: ShowOptions, terminal: Terminal, live: boolean): Promise<readonly string[]> {
  const items = await recordedItems(reprise, run);
  const layout = { width: terminal.columns ?? widthElsewhere, color: terminal.colour, glyphs: terminal.glyphs };
  const tree = renderTree(items, { ...layout, ...(live && { now: terminal.now() }), ...(stacks === true && { stacks }), ...(children !== undefined && { maxChildren: children }) });
  return summary ? [...tree, "", ...renderSummary(items, layout)] : tree;
}

async function pageOf(reprise: Reprise, run: string, { format, stacks, values, children }: ShowOptions): Promise<string> {
  const items = await recordedItems(reprise, run);
  if (format === "html") return renderHtml(items, { snapshot: await reprise.snapshot(run), ...(stacks === true && { stacks }), ...(values === true && { details: "io" }) });
  return renderMermaid(items, { kind: format === "gantt" ? "gantt" : "tree", ...(children !== undefined && { maxChildren: children }) });
}
