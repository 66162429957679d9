import type { ValidationReport } from "@reprise/core";
import { attempt } from "./exact.ts";
import { programPipeline, type PipelineOptions } from "./interpret.ts";
import { cutDisk, emptyDisk, live, type Disk, type Life } from "./life.ts";
import { outcomeText } from "./observe.ts";
import type { Program } from "./program.ts";
import type { Verdict } from "./verdict.ts";
import { exactLatency } from "./world.ts";

/**
 * Validation: a program whose tools are functions of their attempt is executed again and reported as the same throughout,
 * ends as recorded and extends nothing; if one leaf then gives something else, that leaf is reported and nothing besides.
 */
export async function checkValidation(given: Program): Promise<Verdict> {
  const program = withoutRaces(given);
  const reference = await attempt(() => run(program, emptyDisk));
  if (typeof reference === "string") return { crashPoints: 0, failure: `recorded: ${reference}` };
  const fine = await validate(program, reference, {});
  if (typeof fine === "string") return { crashPoints: 1, failure: fine };
  if (!fine.ok) return { crashPoints: 1, failure: `unchanged code: ${fine.toText()}` };
  for (const address of changeable(fine)) {
    const changed = await validate(program, reference, { alter: (call) => (call.address === address ? `${call.output}!` : call.output) });
    if (typeof changed === "string") return { crashPoints: 1, failure: changed };
    const found = changed.entries.filter(({ status }) => status !== "same" && status !== "served");
    const [only] = found;
    if (found.length !== 1 || only?.address !== address || only.status !== "value") return { crashPoints: 1, failure: `${address} was changed: ${changed.toText()}` };
  }
  return { crashPoints: 1, failure: undefined };
}

/** A run that was cut off anywhere is validated as far as it goes: no difference is found, and no leaf runs that had not ended. */
export async function checkUnfinished(given: Program): Promise<Verdict> {
  const program = withoutRaces(given);
  const reference = await attempt(() => run(program, emptyDisk));
  if (typeof reference === "string") return { crashPoints: 0, failure: `recorded: ${reference}` };
  const points = reference.disk.boundaries.slice(1, -1);
  for (const point of points) {
    const disk = cutDisk(reference.disk, point);
    const life = await attempt(() => run(program, disk));
    const failure = typeof life === "string" ? life : unfinishedFault(life, disk);
    if (failure !== undefined) return { crashPoints: points.length, failure: `cut after record ${point}: ${failure}` };
  }
  return { crashPoints: points.length, failure: undefined };
}

function unfinishedFault(life: Life, disk: Disk): string | undefined {
  const report = life.outcome?.validation;
  if (report?.ok !== true) return report?.toText() ?? "there is no report";
  const ended = new Set(disk.events.filter(({ status }) => status === "completed" || status === "failed").map(({ address }) => address));
  const ran = life.process.handled.find((address) => !ended.has(address));
  return ran && `the handler of ${ran} ran, whose outcome is not recorded`;
}

// What a tool finds in the storage while others write to it depends on who is faster: that is not the engine's to replay.
function withoutRaces(program: Program): Program {
  return { ...program, tools: program.tools.map((spec) => (spec.writes === "log" ? { ...spec, writes: "count" } : spec)) };
}

async function validate(program: Program, reference: Life, options: Partial<PipelineOptions>): Promise<ValidationReport | string> {
  const life = await attempt(() => run(program, reference.disk, options));
  if (typeof life === "string") return life;
  const [expected, actual] = [outcomeText(reference.outcome), outcomeText(life.outcome)];
  if (expected !== actual) return `ended differently:\n  expected ${expected}\n  got      ${actual}`;
  if (life.disk.boundaries.length !== reference.disk.boundaries.length) return "the journal was extended";
  return life.outcome?.validation ?? "there is no report";
}

function run(program: Program, disk: Disk, options: Partial<PipelineOptions> = {}): Promise<Life> {
  const pipeline = programPipeline(program, { latency: exactLatency(program.seed), resumesWork: false, ticks: true, byAttempt: true, ...options });
  return live({ pipeline, disk, graceMs: 0, ...(disk === emptyDisk ? {} : { open: { mode: "validation" } }) });
}

/** The first, the middle and the last of the leaves that can be told by their address. */
function changeable({ entries }: ValidationReport): string[] {
  const times = new Map<string, number>();
  for (const { address } of entries) times.set(address, (times.get(address) ?? 0) + 1);
  const leaves = entries.filter(({ type, status, recorded, address }) => type === "tool_call" && status === "same" && recorded !== undefined && "value" in recorded && times.get(address) === 1);
  return [...new Set([leaves[0], leaves[leaves.length >> 1], leaves.at(-1)].flatMap((leaf) => leaf?.address ?? []))];
}
