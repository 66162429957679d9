// Runs the programme or a part of it: `pnpm reliability [--nightly] [word…]`. Exits with 1 if a part failed.
import { chooseParts, type Choice } from "./choose-parts.ts";
import type { Part } from "./part.ts";
import { programme } from "./programme.ts";
import { resultTable, type PartResult } from "./result-table.ts";
import { system } from "./system.ts";
import { vitestCall } from "./vitest-call.ts";

const closingLine = /^\d+ passed, \d+ failed, \d+ skipped$/gmu;

async function run(part: Part, nightly: boolean): Promise<PartResult> {
  system.write(`\n== ${part.name}\n   ${part.how}\n`);
  const before = system.now();
  const { output, code } = await system.vitest(vitestCall(part, { nightly }));
  return { part, nightly, seconds: (system.now() - before) / 1000, summary: output.match(closingLine)?.at(-1), failed: code !== 0 };
}

async function runAll({ parts, nightly }: Choice): Promise<readonly PartResult[]> {
  const results: PartResult[] = [];
  // One after the other: the parts measure themselves against a clock here and there, and vitest uses every core for each.
  for (const part of parts) results.push(await run(part, nightly));
  return results;
}

try {
  const results = await runAll(chooseParts(programme, system.words));
  system.write(`\n${resultTable(results)}\n`);
  if (results.some(({ failed }) => failed)) system.fail();
} catch (error) {
  system.write(`${error instanceof Error ? error.message : String(error)}\n`);
  system.fail();
}
