import type { Contestant } from "../contestant.ts";
import { figureOf, resultOf, type Results } from "../results.ts";
import { numberText } from "./number-text.ts";
import { resultTable } from "./result-table.ts";

const rowsShown = 30;

/** The functions with the most time of their own: a row for each, a column for each contestant, the cells in percent of its time. */
export function profileTable(results: Results, contestants: readonly Contestant[]): string {
  const caseOf = ({ name }: Contestant) => ({ scenario: "profile", contestant: name, size: 1_000 });
  const profiled = contestants.filter((contestant) => resultOf(results, caseOf(contestant)) !== undefined);
  const share = (contestant: Contestant, name: string): number => figureOf(results, caseOf(contestant), name)?.median ?? 0;
  const names = [...new Set(profiled.flatMap((contestant) => resultOf(results, caseOf(contestant))?.figures.flatMap(Object.keys) ?? []))];
  const most = (name: string): number => Math.max(...profiled.map((contestant) => share(contestant, name)));
  return resultTable(
    names.toSorted((a, b) => most(b) - most(a)).slice(0, rowsShown),
    [
      { heading: "percent of the time in", text: (name: string) => `\`${name}\`` },
      ...profiled.map((contestant) => ({ heading: contestant.name, text: (name: string) => (share(contestant, name) === 0 ? "" : numberText(share(contestant, name))) })),
    ],
  );
}
