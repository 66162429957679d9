#!/usr/bin/env node
import type { Command } from "./cli/command.ts";
import { demoCommand } from "./cli/demo-command.ts";
import { helpText } from "./cli/help.ts";
import { listCommand } from "./cli/list-command.ts";
import { createOutput, type Output } from "./cli/output.ts";
import { parseCommand } from "./cli/parse-command.ts";
import { programName } from "./cli/program-name.ts";
import { resumeCommand } from "./cli/resume-command.ts";
import { flowCommand } from "./flow/flow-command.ts";
import { exitCodeOf, problemOf } from "./problem.ts";
import { environment, surviveBrokenPipes } from "./system.ts";

async function main(words: readonly string[]): Promise<number> {
  const output = createOutput(words.includes("--json"));
  try {
    return await runCommand(parseCommand(words, environment), output);
  } catch (error) {
    const problem = problemOf(error);
    output.problem(`reprise-demo: ${problem.code}: ${problem.message}`);
    output.json({ status: "error", exitCode: exitCodeOf(problem), problem });
    return exitCodeOf(problem);
  }
}

async function runCommand(command: Command, output: Output): Promise<number> {
  switch (command.name) {
    case "help":
      process.stdout.write(helpText(programName()));
      return 0;
    case "demo":
      return demoCommand(command, output);
    case "resume":
      return resumeCommand(command, output);
    case "list":
      return listCommand(command, output);
    case "flow":
      return flowCommand(command, output);
  }
}

surviveBrokenPipes();
// Not process.exit: what was written to a pipe must get there.
process.exitCode = await main(process.argv.slice(2));
