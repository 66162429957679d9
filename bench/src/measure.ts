// One measurement, in a process of its own: `node dist/measure.js '<order as JSON>'`. Started by the runner.
import { reportLine, type ChildOrder, type ChildReport } from "./child-order.ts";
import { contestantNamed } from "./contestants.ts";
import { SkippedError } from "./contestant.ts";
import { scenarioNamed } from "./scenarios.ts";
import { system } from "./system.ts";

const tell = (report: ChildReport): void => system.write(reportLine(report));

async function carryOut({ scenario: name, contestant, size, directory, phase }: ChildOrder): Promise<void> {
  const scenario = scenarioNamed(name);
  const measurement = { contestant: contestantNamed(contestant), size, directory };
  if (phase === "prepare") await scenario.prepare?.(measurement, () => tell({ prepared: true }));
  else tell({ figures: await scenario.measure(measurement) });
}

/** With the chain of causes. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? "" : `\ncaused by ${textOf(error.cause)}`}`;
}

try {
  await carryOut(JSON.parse(system.words[0] ?? "null") as ChildOrder);
  // Handlers that never return and servers that go on listening are left behind.
  system.exit(0);
} catch (error) {
  if (error instanceof SkippedError) {
    tell({ skipped: error.message });
    system.exit(0);
  }
  system.complain(`${textOf(error)}\n`);
  system.exit(1);
}
