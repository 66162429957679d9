// Measures and writes the tables: `pnpm bench [--quick | --thorough] [--repeat N] [--minutes N] [--directory PATH] [--write] [--again] [word…]`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseCases } from "./choose-cases.ts";
import { circumstancesOf } from "./circumstances.ts";
import { contestants } from "./contestants.ts";
import { optionsOf, type Options } from "./options.ts";
import { renderTables } from "./report/render-tables.ts";
import { writeRegions } from "./report/write-regions.ts";
import type { Results } from "./results.ts";
import { runAll } from "./run-all.ts";
import { runCase } from "./run-case.ts";
import { scenarios } from "./scenarios.ts";
import { system } from "./system.ts";

const latest = new URL("../results/latest.json", import.meta.url);
const document = new URL("../../docs/performance.md", import.meta.url);

async function measure(options: Options): Promise<Results> {
  const cases = chooseCases(scenarios, contestants, options);
  if (cases.length === 0) throw new Error(`nothing is named by ${options.words.join(" ")}; there are the scenarios ${scenarios.map(({ name }) => name).join(", ")}`);
  const directory = mkdtempSync(join(options.directory ?? tmpdir(), "reprise-bench-"));
  const before = system.now();
  try {
    const measured = await runAll(cases, {
      async measure(planned, repetition) {
        const begun = system.now();
        system.write(`${repetition} ${planned.scenario} ${planned.size} ${planned.contestant}: `);
        const outcome = await runCase(planned, directory);
        system.write(`${JSON.stringify(outcome)} in ${((system.now() - begun) / 1_000).toFixed(1)} s\n`);
        return outcome;
      },
      mayRepeat: () => system.now() - before < options.minutes * 60_000,
    });
    return { circumstances: circumstancesOf(directory, (system.now() - before) / 60_000), cases: measured };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function save(results: Results): void {
  mkdirSync(new URL(".", latest), { recursive: true });
  writeFileSync(latest, JSON.stringify(results, null, 1));
}

/** Does what the options say; gives whether somebody failed. */
async function run(options: Options): Promise<boolean> {
  const results = options.again ? (JSON.parse(readFileSync(latest, "utf8")) as Results) : await measure(options);
  if (!options.again) save(results);
  const tables = renderTables(results);
  for (const [name, table] of tables) system.write(`\n== ${name}\n\n${table}\n`);
  if (options.write) writeFileSync(document, writeRegions(readFileSync(document, "utf8"), tables));
  for (const { scenario, contestant, size, failed } of results.cases) if (failed !== undefined) system.complain(`${scenario} ${size}, ${contestant}: ${failed}\n`);
  return results.cases.some(({ failed }) => failed !== undefined);
}

try {
  if (await run(optionsOf(system.words))) system.fail();
} catch (error) {
  system.complain(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  system.fail();
}
