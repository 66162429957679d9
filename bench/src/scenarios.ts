import type { Scenario } from "./scenario.ts";
import { allocation } from "./scenarios/allocation.ts";
import { fanOut, map } from "./scenarios/at-once.ts";
import { command } from "./scenarios/command.ts";
import { firstCalls } from "./scenarios/first-calls.ts";
import { installedSize } from "./scenarios/installed-size.ts";
import { largeResults } from "./scenarios/large-results.ts";
import { load } from "./scenarios/load.ts";
import { manyRuns } from "./scenarios/many-runs.ts";
import { peakMemory } from "./scenarios/peak-memory.ts";
import { printer } from "./scenarios/printer.ts";
import { profile } from "./scenarios/profile.ts";
import { resume } from "./scenarios/resume.ts";
import { sequence } from "./scenarios/sequence.ts";
import { startUp } from "./scenarios/start-up.ts";

/** Every kind of work. */
export const scenarios: readonly Scenario[] = [sequence, firstCalls, resume, fanOut, map, manyRuns, peakMemory, allocation, load, largeResults, printer, startUp, command, installedSize, profile];

/** The scenario of this name. */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${JSON.stringify(name)}`);
  return found;
}
