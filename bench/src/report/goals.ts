import { figureOf, type Results } from "../results.ts";
import { numberText } from "./number-text.ts";
import { resultTable } from "./result-table.ts";

/** What is to be reached, and what was. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  /** Undefined where something it needs was not measured. */
  readonly reached: { readonly text: string; readonly holds: boolean } | undefined;
}

const peersInMemory = ["Effect workflow, memory", "Resonate, local", "LangGraph functional, memory", "LangGraph graph, memory"];

type Find = (contestant: string, scenario: string, size: number, figure: string) => number | undefined;

/** The goals, judged by medians of the same run. */
export function goalsOf(results: Results): readonly Goal[] {
  const find: Find = (contestant, scenario, size, figure) => figureOf(results, { scenario, contestant, size }, figure)?.median;
  const us = (contestant: string, size = 1_000) => find(contestant, "sequence", size, "us");
  return [
    atMost("a call in memory, us", us("Reprise, memory"), 8),
    atLeast("the best peer in memory, times as long", ratio(least(peersInMemory.map((peer) => us(peer))), us("Reprise, memory")), 8),
    atMost("fs, `power`, times a raw append with fdatasync", ratio(us("Reprise, fs power"), us("file, write + fdatasync")), 1.15),
    atMost("fs, `process`, us", us("Reprise, fs process"), 12),
    atMost("sqlite, `power`, times a raw commit of the same SQLite", ratio(us("Reprise, sqlite power"), us("node:sqlite FULL")), 1.15),
    atMost("sqlite, `process`, times a raw commit of the same SQLite", ratio(us("Reprise, sqlite process"), us("node:sqlite NORMAL")), 1.6),
    atMost("resume after 10,000 calls, fs, us per call", find("Reprise, fs power", "resume", 10_000, "us"), 6),
    atMost("the same, ms until the first new call", find("Reprise, fs power", "resume", 10_000, "ms"), 60),
    atMost("load of 100,000 events, fs, ms", find("Reprise, fs process", "load", 100_000, "ms"), 250),
    atMost("the same, MB", ratio(find("Reprise, fs process", "load", 100_000, "added"), 2 ** 20), 120),
    atLeast("1,000 calls at once, fs, `power`, per second", find("Reprise, fs power", "fan-out", 1_000, "perSecond"), 50_000),
    atLeast("100 runs of 100 calls, fs, `power`, per second", find("Reprise, fs power", "many-runs", 100, "perSecond"), 30_000),
    atMost("bytes stored per call, fs, N = 1,000", find("Reprise, fs power", "sequence", 1_000, "bytes"), 340),
    atMost("the same at N = 10,000, times that at 1,000", ratio(find("Reprise, fs power", "sequence", 10_000, "bytes"), find("Reprise, fs power", "sequence", 1_000, "bytes")), 1.05),
    atMost("memory added by 10,000 calls, fs, MB", ratio(find("Reprise, fs power", "peak-memory", 10_000, "added"), 2 ** 20), 25),
    atMost("a call in memory at N = 10,000, times that at 1,000", ratio(us("Reprise, memory", 10_000), us("Reprise, memory")), 1.2),
    atMost("printer in `append` mode to a file, us per event", find("Reprise, memory", "printer", 1_000, "us"), 12),
  ];
}

/** The goals as a table. */
export function goalsTable(results: Results): string {
  return resultTable(goalsOf(results), [
    { heading: "", text: ({ what }) => what },
    { heading: "goal", text: ({ goal }) => goal },
    { heading: "measured", text: ({ reached }) => reached?.text ?? "not measured" },
    { heading: "", text: ({ reached }) => (reached === undefined ? "" : reached.holds ? "reached" : "**not reached**"), align: "left" },
  ]);
}

function atMost(what: string, value: number | undefined, limit: number): Goal {
  return { what, goal: `at most ${goalText(limit)}`, reached: value === undefined ? undefined : { text: exactText(value), holds: value <= limit } };
}

function atLeast(what: string, value: number | undefined, limit: number): Goal {
  return { what, goal: `at least ${goalText(limit)}`, reached: value === undefined ? undefined : { text: exactText(value), holds: value >= limit } };
}

/** Two decimals for small ones: goals are 1.15 and the like. */
function exactText(value: number): string {
  return value < 10 ? value.toFixed(2) : numberText(value);
}

function goalText(limit: number): string {
  return limit.toLocaleString("en");
}

function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
