import type { Contestant } from "./contestant.ts";
import type { Options } from "./options.ts";
import type { Case, Scenario } from "./scenario.ts";

/** A case and how often it is to be measured. */
export interface PlannedCase extends Case {
  readonly repetitions: number;
}

const longRun = 10_000;

/** The cases that the options ask for, those of one scenario and size beside each other. */
export function chooseCases(scenarios: readonly Scenario[], contestants: readonly Contestant[], { words, repeat, quick }: Pick<Options, "words" | "repeat" | "quick">): readonly PlannedCase[] {
  return scenarios
    .flatMap((scenario) =>
      scenario.sizes.flatMap((size) =>
        contestants
          .filter((contestant) => scenario.includes(contestant))
          .map((contestant) => ({
            scenario: scenario.name,
            contestant: contestant.name,
            size,
            repetitions: quick ? 1 : Math.max(1, Math.round(usualRepetitions(scenario, contestant, size) * repeat)),
          })),
      ),
    )
    .filter(({ size, scenario }) => !(quick && (size === longRun || scenario === "load")))
    .filter((planned) => words.every((word) => isNamedBy(planned, word)));
}

/** Peers take most of the time: they are measured a bit more than half as often, and once where a run is long. */
function usualRepetitions(scenario: Scenario, { kind }: Contestant, size: number): number {
  const repetitions = scenario.repetitions?.(size) ?? 3;
  if (kind !== "peer") return repetitions;
  return size === longRun ? 1 : Math.floor(repetitions / 2) + 1;
}

function isNamedBy({ scenario, contestant, size }: Case, word: string): boolean {
  return scenario === word || contestant.toLowerCase().includes(word.toLowerCase()) || String(size) === word;
}
