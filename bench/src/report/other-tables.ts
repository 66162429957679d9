import type { Contestant } from "../contestant.ts";
import { figureOf, resultOf, type Results } from "../results.ts";
import { notMeasured } from "./not-measured.ts";
import { summaryText } from "./number-text.ts";
import { resultTable, type Column } from "./result-table.ts";

/** A column of a table whose rows are contestants. */
interface FigureColumn {
  readonly heading: string;
  readonly scenario: string;
  readonly size: number;
  readonly figure: string;
  readonly scale?: number;
}

const mebibyte = 2 ** 20;

/** A process that was killed in the call after N: another opens what it left, until that call is entered. */
export const resumeColumns: readonly FigureColumn[] = [
  { heading: "us per call, N = 100", scenario: "resume", size: 100, figure: "us" },
  { heading: "N = 1,000", scenario: "resume", size: 1_000, figure: "us" },
  { heading: "N = 10,000", scenario: "resume", size: 10_000, figure: "us" },
  { heading: "processor time, N = 10,000", scenario: "resume", size: 10_000, figure: "cpuUs" },
  { heading: "ms, N = 1,000", scenario: "resume", size: 1_000, figure: "ms" },
  { heading: "ms, N = 10,000", scenario: "resume", size: 10_000, figure: "ms" },
  { heading: "ms since the start of the process, N = 1,000", scenario: "resume", size: 1_000, figure: "sinceStartMs" },
];

/** Calls at once. */
export const atOnceColumns: readonly FigureColumn[] = [
  { heading: "calls per second, 1,000 calls at once", scenario: "fan-out", size: 1_000, figure: "perSecond" },
  { heading: "`context.map` of 1,000", scenario: "map", size: 1_000, figure: "perSecond" },
  { heading: "100 runs of 100 calls", scenario: "many-runs", size: 100, figure: "perSecond" },
];

/** Memory of a process that does one run. */
export const memoryColumns: readonly FigureColumn[] = [
  { heading: "MB after the imports", scenario: "peak-memory", size: 1_000, figure: "imported", scale: mebibyte },
  { heading: "added by N = 1,000", scenario: "peak-memory", size: 1_000, figure: "added", scale: mebibyte },
  { heading: "added by N = 10,000", scenario: "peak-memory", size: 10_000, figure: "added", scale: mebibyte },
  { heading: "bytes allocated per call", scenario: "allocation", size: 500, figure: "bytes" },
];

/** Reading a history of 100,000 events. */
export const loadColumns: readonly FigureColumn[] = [
  { heading: "ms until it is loaded", scenario: "load", size: 100_000, figure: "ms" },
  { heading: "MB added", scenario: "load", size: 100_000, figure: "added", scale: mebibyte },
  { heading: "ms more to list its events", scenario: "load", size: 100_000, figure: "listMs" },
  { heading: "MB added by both", scenario: "load", size: 100_000, figure: "listAdded", scale: mebibyte },
];

/** Results of 64 KiB and 1 MiB. */
export const largeResultColumns: readonly FigureColumn[] = [
  { heading: "us per call, 64 KiB", scenario: "large-results", size: 64 * 2 ** 10, figure: "us" },
  { heading: "1 MiB", scenario: "large-results", size: mebibyte, figure: "us" },
  { heading: "processor time, 64 KiB", scenario: "large-results", size: 64 * 2 ** 10, figure: "cpuUs" },
  { heading: "1 MiB ", scenario: "large-results", size: mebibyte, figure: "cpuUs" },
];

/** Start-up, the command and the printer. */
export const startUpColumns: readonly FigureColumn[] = [
  { heading: "ms to import", scenario: "start-up", size: 0, figure: "ms" },
  { heading: "ms of `reprise --version`", scenario: "command", size: 0, figure: "ms" },
  { heading: "of an empty program", scenario: "command", size: 0, figure: "bareMs" },
  { heading: "MB installed", scenario: "installed-size", size: 0, figure: "bytes", scale: mebibyte },
  { heading: "packages", scenario: "installed-size", size: 0, figure: "packages" },
  { heading: "us per event printed to a file", scenario: "printer", size: 1_000, figure: "us" },
];

/** Contestants and their figures; those that took part in no case of the table are left out. */
export function figureTable(results: Results, contestants: readonly Contestant[], columns: readonly FigureColumn[]): string {
  const scenarios = [...new Set(columns.map(({ scenario }) => scenario))];
  const rows = contestants.filter(({ name }) => columns.some((column) => resultOf(results, { ...column, contestant: name }) !== undefined));
  const texts = columns.map(
    ({ heading, figure, scale, ...wanted }): Column<Contestant> => ({ heading, text: ({ name }) => summaryText(figureOf(results, { ...wanted, contestant: name }, figure), scale) }),
  );
  const table = resultTable(rows, [{ heading: "", text: ({ name, kind }) => (kind === "reprise" ? `**${name}**` : name) }, ...texts]);
  return `${table}\n${notMeasured(results, scenarios, new Set(rows.map(({ name }) => name)))}`.trimEnd();
}
