import type { AgentSpec, Block, MapStep, ParallelStep, Program, Step, ToolSpec } from "./program.ts";

/** Programs a little smaller than this one, the much smaller ones first. */
export function* smallerPrograms(program: Program): Generator<Program> {
  for (const root of smallerAgents(program.root)) yield { ...program, root };
  for (const [index, spec] of program.tools.entries()) {
    for (const simpler of simplerTools(spec)) yield { ...program, tools: program.tools.with(index, simpler) };
  }
}

/** The smallest program found for which `fails` still gives a failure, and that failure. Tries at most `tries` programs. */
export async function shrink<Failure>(
  program: Program,
  failure: Failure,
  fails: (candidate: Program) => Promise<Failure | undefined>,
  tries = 400,
): Promise<{ readonly program: Program; readonly failure: Failure }> {
  let best = { program, failure };
  let left = tries;
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const candidate of smallerPrograms(best.program)) {
      if (left <= 0) break;
      left -= 1;
      const next = await fails(candidate);
      if (next === undefined) continue;
      best = { program: candidate, failure: next };
      found = true;
      break;
    }
  }
  return best;
}

function* smallerAgents(spec: AgentSpec): Generator<AgentSpec> {
  for (const body of smallerBlocks(spec.body)) yield { ...spec, body };
  if (spec.ownFailures > 0) yield { ...spec, ownFailures: 0 };
  if (spec.attempts > 1) yield { ...spec, attempts: spec.attempts - 1 };
  if (spec.delayed) yield { ...spec, delayed: false };
  if (spec.timeoutMs !== undefined) yield { ...spec, timeoutMs: undefined };
  if (spec.retryChildren !== "auto") yield { ...spec, retryChildren: "auto" };
}

function* simplerTools(spec: ToolSpec): Generator<ToolSpec> {
  if (spec.failures > 0) yield { ...spec, failures: 0 };
  if (spec.failures > 1) yield { ...spec, failures: 1 };
  if (spec.attempts > 1) yield { ...spec, attempts: 1 };
  if (spec.delayed) yield { ...spec, delayed: false };
  if (spec.ignoresAbort) yield { ...spec, ignoresAbort: false };
  if (spec.writes !== "nothing") yield { ...spec, writes: "nothing" };
  if (spec.once) yield { ...spec, once: false };
}

/** May be empty: steps around it decide whether that is allowed. */
function* smallerBlocks(steps: Block): Generator<Block> {
  for (const index of steps.keys()) yield steps.toSpliced(index, 1);
  for (const [index, step] of steps.entries()) {
    for (const inner of blocksOf(step)) yield steps.toSpliced(index, 1, ...inner);
    for (const smaller of smallerSteps(step)) yield steps.with(index, smaller);
  }
}

/** What a step could be replaced by: the blocks inside it. */
function blocksOf(step: Step): readonly Block[] {
  switch (step.kind) {
    case "agent":
      return [step.agent.body];
    case "all":
    case "race":
    case "any":
      return step.arms;
    case "loop":
      return [step.body];
    case "catch":
      return [step.body, step.rescue];
    case "when":
      return [step.odd, step.even];
    case "map":
      return [...(typeof step.work === "number" ? [] : [step.work]), ...streamBlocks(step)];
    case "parallel":
      return [...step.tasks, ...streamBlocks(step)];
    case "spawn":
      return [[step.step]];
    default:
      return [];
  }
}

function streamBlocks({ stream }: MapStep | ParallelStep): readonly Block[] {
  return stream === undefined ? [] : [stream.before, stream.each];
}

function* smallerGroups<Group extends MapStep | ParallelStep>(step: Group): Generator<Group> {
  const { timeoutMs: limit, stream, ...plain } = step;
  if (stream !== undefined) {
    yield { ...plain, ...(limit !== undefined && { timeoutMs: limit }) } as Group;
    if (stream.leaveAfter !== undefined) yield { ...step, stream: { ...stream, leaveAfter: undefined } };
    if (stream.awaited) yield { ...step, stream: { ...stream, awaited: false } };
    for (const before of smallerBlocks(stream.before)) yield { ...step, stream: { ...stream, before } };
    for (const each of smallerBlocks(stream.each)) yield { ...step, stream: { ...stream, each } };
  }
  if (limit !== undefined) yield { ...plain, ...(stream && { stream }) } as Group;
  if (step.errors === "fail_fast") yield { ...step, errors: "fail_slow" };
}

function* smallerSteps(step: Step): Generator<Step> {
  switch (step.kind) {
    case "call":
    case "agent":
      if (step.key !== undefined) yield { ...step, key: undefined };
      if (step.verb === "try") yield { ...step, verb: "run" };
      if (step.input !== 0) yield { ...step, input: 0 };
      if (step.kind === "call" && step.timeoutMs !== undefined) yield { ...step, timeoutMs: undefined };
      if (step.kind === "agent") for (const agent of smallerAgents(step.agent)) yield { ...step, agent };
      return;
    case "list":
      if (step.keyed) yield { ...step, keyed: false };
      if (step.inputs.length > 1) yield { ...step, inputs: step.inputs.slice(1) };
      return;
    case "all":
    case "race":
    case "any":
      if (step.arms.length > 1) for (const index of step.arms.keys()) yield { ...step, arms: step.arms.toSpliced(index, 1) };
      for (const [index, arm] of step.arms.entries()) for (const smaller of smallerBlocks(arm)) yield { ...step, arms: step.arms.with(index, smaller) };
      return;
    case "sleep":
      if (step.until) yield { ...step, until: false };
      return;
    case "wait":
      if (step.key !== undefined) yield { ...step, key: undefined };
      if (step.timeoutMs !== undefined) yield { ...step, timeoutMs: undefined };
      if (step.fallback) yield { ...step, fallback: false };
      return;
    case "loop":
      if (step.rounds > 1) yield { ...step, rounds: step.rounds - 1 };
      for (const body of smallerBlocks(step.body)) yield { ...step, body };
      return;
    case "catch":
      if (step.then !== "go on") yield { ...step, then: "go on" };
      for (const body of smallerBlocks(step.body)) yield { ...step, body };
      for (const rescue of smallerBlocks(step.rescue)) yield { ...step, rescue };
      return;
    case "when":
      for (const odd of smallerBlocks(step.odd)) yield { ...step, odd };
      for (const even of smallerBlocks(step.even)) yield { ...step, even };
      return;
    case "map":
      if (step.items.length > 1) for (const index of step.items.keys()) yield { ...step, items: step.items.toSpliced(index, 1) };
      if (step.keyed) yield { ...step, keyed: false };
      yield* smallerGroups(step);
      if (typeof step.work !== "number") for (const work of smallerBlocks(step.work)) yield { ...step, work };
      return;
    case "parallel":
      if (step.tasks.length > 1) for (const index of step.tasks.keys()) yield { ...step, tasks: step.tasks.toSpliced(index, 1) };
      yield* smallerGroups(step);
      for (const [index, task] of step.tasks.entries()) for (const smaller of smallerBlocks(task)) yield { ...step, tasks: step.tasks.with(index, smaller) };
      return;
    case "spawn":
      for (const smaller of smallerSteps(step.step)) yield { ...step, step: smaller as typeof step.step };
      return;
    case "log":
    case "count":
    case "read":
      return;
  }
}
