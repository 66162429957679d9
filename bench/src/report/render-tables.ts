import { contestants } from "../contestants.ts";
import type { Circumstances, Results } from "../results.ts";
import { goalsTable } from "./goals.ts";
import { atOnceColumns, figureTable, largeResultColumns, loadColumns, memoryColumns, resumeColumns, startUpColumns } from "./other-tables.ts";
import { profileTable } from "./profile-table.ts";
import { sequenceTable } from "./sequence-table.ts";

/** Every text that is generated, by the name of its place in docs/performance.md. */
export function renderTables(results: Results): ReadonlyMap<string, string> {
  return new Map([
    ["circumstances", circumstancesText(results.circumstances)],
    ["goals", goalsTable(results)],
    ["memory", sequenceTable(results, contestants, "nothing")],
    ["process", sequenceTable(results, contestants, "process")],
    ["power", sequenceTable(results, contestants, "power")],
    ["resume", figureTable(results, contestants, resumeColumns)],
    ["at-once", figureTable(results, contestants, atOnceColumns)],
    ["peak-memory", figureTable(results, contestants, memoryColumns)],
    ["load", figureTable(results, contestants, loadColumns)],
    ["large-results", figureTable(results, contestants, largeResultColumns)],
    ["start-up", figureTable(results, contestants, startUpColumns)],
    ["profile", profileTable(results, contestants)],
  ]);
}

function circumstancesText({ date, machine, fileSystem, node, commit, minutes }: Circumstances): string {
  return `Measured on ${date} at commit ${commit}: ${machine}, ${fileSystem}, Node ${node}; the run took ${minutes} minutes.`;
}
