import type { Case, Figures } from "./scenario.ts";

/** What a process is told to do: the only word on its command line, as JSON. */
export interface ChildOrder extends Case {
  readonly phase: "prepare" | "measure";
  readonly directory: string;
}

/** What it says back, on a line of its own among whatever else is printed there. */
export type ChildReport = { readonly figures: Figures } | { readonly prepared: true } | { readonly skipped: string };

const mark = "@reprise/bench ";

/** The line of a report. */
export function reportLine(report: ChildReport): string {
  return `${mark}${JSON.stringify(report)}\n`;
}

/** The report in a line, if there is one. */
export function reportIn(line: string): ChildReport | undefined {
  return line.startsWith(mark) ? (JSON.parse(line.slice(mark.length)) as ChildReport) : undefined;
}
