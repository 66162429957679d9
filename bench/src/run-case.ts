import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reportIn, type ChildOrder, type ChildReport } from "./child-order.ts";
import type { Case, Figures } from "./scenario.ts";
import { scenarioNamed } from "./scenarios.ts";
import { system } from "./system.ts";

/** Built it measures what is built; its tests run the sources. */
const isSource = import.meta.url.endsWith(".ts");
const program = fileURLToPath(new URL(isSource ? "measure.ts" : "measure.js", import.meta.url));
const sourceOptions = isSource ? ["--conditions=@reprise/source", "--no-warnings"] : [];
const patienceMs = 180_000;

/** What came of one repetition. */
export type Outcome = { readonly figures: Figures } | { readonly skipped: string } | { readonly failed: string };

/** Measures a case once, in a fresh process; prepares it first where that has not been done. Below `top` is nothing else. */
export async function runCase(wanted: Case, top: string): Promise<Outcome> {
  const name = [wanted.scenario, wanted.contestant, wanted.size].join("-").replaceAll(/[^a-z0-9]+/giu, "-");
  const prepared = join(top, `${name}-prepared`);
  const directory = join(top, `${name}-measured`);
  rmSync(directory, { recursive: true, force: true });
  if (scenarioNamed(wanted.scenario).prepare !== undefined) {
    if (!existsSync(prepared)) {
      mkdirSync(prepared, { recursive: true });
      const report = await command({ ...wanted, phase: "prepare", directory: prepared });
      if (!("prepared" in report)) {
        rmSync(prepared, { recursive: true, force: true });
        return "figures" in report ? { failed: "it was not prepared" } : report;
      }
    }
    cpSync(prepared, directory, { recursive: true, preserveTimestamps: true });
  }
  mkdirSync(directory, { recursive: true });
  const report = await command({ ...wanted, phase: "measure", directory });
  rmSync(directory, { recursive: true, force: true });
  return "prepared" in report ? { failed: "it was not measured" } : report;
}

async function command(order: ChildOrder): Promise<ChildReport | { readonly failed: string }> {
  let report: ChildReport | undefined;
  const { ending, complaints } = await system.run({
    program,
    nodeOptions: [...sourceOptions, ...(scenarioNamed(order.scenario).nodeOptions ?? [])],
    words: [JSON.stringify(order)],
    timeoutMs: patienceMs,
    onLine(line) {
      report = reportIn(line) ?? report;
      // It says so inside the call in which it is to die.
      return report !== undefined && "prepared" in report;
    },
  });
  return report ?? { failed: ending === "SIGKILL" ? `it did not end within ${patienceMs / 1_000} s` : reasonIn(complaints) || `it ended with ${ending}` };
}

/** The line of a stack that says what went wrong. */
function reasonIn(complaints: string): string {
  const lines = complaints.split("\n").map((line) => line.trim());
  return (lines.find((line) => /error/iu.test(line) && !line.startsWith("at ") && !line.startsWith("file:")) ?? lines.find((line) => line !== "") ?? "").slice(0, 200);
}
