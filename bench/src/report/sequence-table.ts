import type { Contestant, Survival } from "../contestant.ts";
import { figureOf, type Results } from "../results.ts";
import { notMeasured } from "./not-measured.ts";
import { numberText, summaryText } from "./number-text.ts";
import { resultTable } from "./result-table.ts";

/** Calls one after the other, by what an outcome survives. */
export function sequenceTable(results: Results, contestants: readonly Contestant[], survives: Survival): string {
  const rows = contestants.filter((contestant) => contestant.survives === survives);
  const figure = ({ name }: Contestant, size: number, wanted: string, scenario = "sequence") => figureOf(results, { scenario, contestant: name, size }, wanted);
  const table = resultTable(rows, [
    { heading: "us per call", text: ({ name, kind }) => (kind === "reprise" ? `**${name}**` : name) },
    { heading: "N = 100", text: (row) => summaryText(figure(row, 100, "us")) },
    { heading: "N = 1,000", text: (row) => summaryText(figure(row, 1_000, "us")) },
    { heading: "N = 10,000", text: (row) => summaryText(figure(row, 10_000, "us")) },
    { heading: "10,000 / 1,000", text: (row) => ratioText(figure(row, 10_000, "us")?.median, figure(row, 1_000, "us")?.median) },
    { heading: "first 1,000 of a process", text: (row) => summaryText(figure(row, 1_000, "us", "first-calls")) },
    { heading: "processor time, N = 1,000", text: (row) => summaryText(figure(row, 1_000, "cpuUs")) },
    { heading: "bytes stored, N = 1,000", text: (row) => (survives === "nothing" ? "" : bytesText(figure(row, 1_000, "bytes")?.median)) },
    { heading: "N = 10,000", text: (row) => (survives === "nothing" ? "" : bytesText(figure(row, 10_000, "bytes")?.median)) },
    { heading: "what it does", text: ({ how }) => how, align: "left" },
  ]);
  return `${table}\n${notMeasured(results, ["sequence"], new Set(rows.map(({ name }) => name)))}`.trimEnd();
}

function ratioText(above: number | undefined, below: number | undefined): string {
  return above === undefined || below === undefined ? "" : (above / below).toFixed(2);
}

function bytesText(bytes: number | undefined): string {
  return bytes === undefined ? "" : numberText(bytes);
}
