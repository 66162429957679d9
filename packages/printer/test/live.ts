import { headlessTerminal, type HeadlessTerminal } from "./headless-terminal.ts";
import { manualSystem, type ManualSystem } from "./manual-system.ts";
import { runBuilder, type HandFeed, type RunBuilder } from "./run-builder.ts";
import { printerOn, type EventPrinter } from "../src/event-printer.ts";
import type { EventPrinterOptions } from "../src/printer-options.ts";
import type { RunItem } from "../src/view/view-of.ts";

/** A printer on an emulated terminal. */
export interface Live {
  readonly terminal: HeadlessTerminal;
  readonly system: ManualSystem;
  readonly printer: EventPrinter;
}

/** The `live` mode on a terminal of this size, without colours and statistics unless asked for. */
export function live(columns: number, rows: number, options: EventPrinterOptions = {}): Live {
  const terminal = headlessTerminal(columns, rows);
  const system = manualSystem(terminal);
  return { terminal, system, printer: printerOn(system, { color: false, summary: false, ...options }) };
}

/** Plays the items at the times they carry, with frames in between. */
export function playInTime(feed: HandFeed, items: readonly RunItem[], system: ManualSystem): void {
  for (const item of items) {
    if (item.at > system.now()) system.setTime(item.at);
    feed.play([item]);
  }
}

/** Lines of a terminal as a snapshot shows them. */
export const linesText = async (lines: Promise<string[]>): Promise<string> => `\n${(await lines).join("\n")}\n`;

/** Calls below an agent, with an end each, whose names say which they are. */
export function wideRun(count: number, group: boolean): RunBuilder {
  const run = runBuilder();
  const agent = run.start("agent_call", "root");
  const parent = group ? run.start("group", "items", agent, { group: { size: count, maxWorkers: 5 } }) : agent;
  const open: ReturnType<RunBuilder["start"]>[] = [];
  for (let index = 0; index < count; index += 1) {
    const branch = group ? run.start("branch", `{${index}}`, parent) : parent;
    const call = run.start("tool_call", `call-${index}`, branch);
    run.wait(30);
    // The first one outlasts all others: nothing may be written before it.
    if (index > 0) {
      if (index % 13 === 5) run.fail(call, { message: `call-${index} is gone` }, { final: true });
      else run.complete(call);
      if (group) run.complete(branch);
    } else open.push(...(group ? [call, branch] : [call]));
  }
  for (const call of open) run.complete(call);
  if (group) run.complete(parent);
  run.complete(agent);
  return run;
}
