import { seededRandom } from "../../src/index.ts";
import type { AgentSpec, Block, CallStep, MapStep, ParallelStep, Program, Source, Step, ToolSpec } from "./program.ts";

/** What a generated program may contain. */
export interface GenerateOptions {
  /**
   * Tools with `repeatable: false`; then no agent is retried, for a retry that would repeat such a tool is refused, rightly.
   * Default: false.
   */
  readonly once?: boolean;
  /** Sleeps, short and long, and waits for answers. Default: false. */
  readonly pauses?: boolean;
  /** `parallel`, groups with a limit of time, and streams of groups. Default: false. */
  readonly groups?: boolean;
  /** Calls of tools with a limit of time. Default: true, unless `once`. */
  readonly limits?: boolean;
}

interface Chance {
  /** An integer from 0 to below `n`. */
  below(n: number): number;
  /** True with this probability. */
  happens(probability: number): boolean;
  oneOf<T>(choices: readonly [T, ...T[]]): T;
}

interface Generation {
  readonly chance: Chance;
  readonly tools: number;
  readonly options: GenerateOptions;
  /** Steps that may still be made; one that runs n times counts n times. */
  budget: number;
  /** How often what is made now will run. */
  times: number;
  names: number;
}

const deepest = 4;

/** The random agent program of a seed. */
export function generateProgram(seed: number, options: GenerateOptions = {}): Program {
  const chance = chanceOf(seed);
  const tools = Array.from({ length: 2 + chance.below(4) }, (_, index) => toolSpec(chance, index, options));
  const generation: Generation = { chance, tools: tools.length, options, budget: 10 + chance.below(25), times: 1, names: 0 };
  const body = block(generation, 0, 3 + chance.below(4));
  return { seed, tools, root: { name: "root", attempts: 1, delayed: false, timeoutMs: undefined, retryChildren: "auto", ownFailures: 0, body } };
}

function chanceOf(seed: number): Chance {
  const random = seededRandom(seed);
  return {
    below: (n) => Math.floor(random() * n),
    happens: (probability) => random() < probability,
    oneOf: (choices) => choices[Math.floor(random() * choices.length)] as (typeof choices)[0],
  };
}

function toolSpec(chance: Chance, index: number, options: GenerateOptions): ToolSpec {
  const failing = chance.happens(0.4);
  const once = options.once === true && chance.happens(0.25);
  return {
    name: `t${index}`,
    failures: failing ? chance.oneOf([1, 1, 2, 3, Number.POSITIVE_INFINITY]) : 0,
    attempts: once ? 1 : chance.oneOf([1, 2, 2, 3]),
    delayed: chance.happens(0.4),
    ignoresAbort: chance.happens(0.25),
    writes: chance.oneOf(["nothing", "nothing", "log", "count"]),
    once,
  };
}

function block(generation: Generation, depth: number, length: number): Block {
  const steps: Step[] = [];
  while (steps.length < length) {
    steps.push(step(generation, depth));
    const notice = noticeOf(steps.at(-1), generation.chance);
    if (notice) steps.push(notice);
  }
  return steps;
}

/** What people write around a step that may fail: `catch { await notify("failed"); throw } … await notify("ok")`. */
function noticeOf(step: Step | undefined, chance: Chance): Step | undefined {
  if (step?.kind !== "catch" || step.then === "go on" || !chance.happens(0.6)) return undefined;
  const notice = step.rescue.find((inner) => inner.kind === "call");
  return notice && { ...notice, verb: "run", input: chance.below(3) };
}

type StepKind = Step["kind"];

const simpleKinds: readonly [StepKind, ...StepKind[]] = ["call", "call", "call", "call", "list", "log", "log", "count", "read", "spawn"];
const pausingKinds: readonly [StepKind, ...StepKind[]] = [...simpleKinds, "sleep", "sleep", "wait", "wait", "wait"];
const compoundKinds: readonly [StepKind, ...StepKind[]] = [
  ...["all", "all", "race", "race", "any", "catch", "catch", "catch"] as const,
  ...["agent", "agent", "agent", "map", "map", "map", "loop", "when"] as const,
];
const groupingKinds: readonly [StepKind, ...StepKind[]] = [...compoundKinds, "map", "map", "parallel", "parallel", "parallel", "parallel"];

function step(generation: Generation, depth: number): Step {
  const { chance } = generation;
  generation.budget -= generation.times;
  const compound = generation.options.groups === true ? groupingKinds : compoundKinds;
  const kind = depth < deepest && generation.budget > 0 && chance.happens(0.55) ? chance.oneOf(compound) : chance.oneOf(generation.options.pauses === true ? pausingKinds : simpleKinds);
  const inner = (most: number): Block => block(generation, depth + 1, 1 + chance.below(most));
  switch (kind) {
    case "call":
      return callStep(generation, chance.happens(0.2) ? "try" : "run");
    case "list":
      return listStep(generation);
    case "log":
    case "read":
      return { kind };
    case "count":
      return { kind, amount: 1 + chance.below(3) };
    case "spawn":
      return { kind, step: spawned(generation, depth) };
    case "sleep":
      return { kind, ms: 1 + chance.below(6_000) / 100, until: chance.happens(0.2) };
    case "wait":
      return { kind, name: chance.below(2), key: key(chance), timeoutMs: chance.happens(0.4) ? 1 + chance.below(8_000) / 100 : undefined, fallback: chance.happens(0.5) };
    case "agent":
      return { kind, verb: chance.happens(0.15) ? "try" : "run", agent: agentSpec(generation, depth), input: source(chance), key: key(chance) };
    case "all":
    case "race":
    case "any":
      return { kind, arms: Array.from({ length: 2 + chance.below(2) }, () => inner(2)) };
    case "loop":
      return { kind, rounds: 2 + chance.below(2), body: repeated(generation, 2, () => inner(2)) };
    case "catch":
      return { kind, body: inner(2), rescue: inner(1), then: chance.oneOf(["go on", "go on", "rethrow", "rethrow", "wrap", "bare"]) };
    case "when":
      return { kind, odd: inner(1), even: inner(1) };
    case "map":
      return mapStep(generation, depth);
    case "parallel":
      return parallelStep(generation, depth);
  }
}

// With decimals, so that it hardly ever passes at the moment something else happens.
function timeoutMs(chance: Chance, probability: number): number | undefined {
  return chance.happens(probability) ? 5 + chance.below(3_000) / 100 : undefined;
}

function source(chance: Chance): Source {
  return chance.happens(0.4) ? "last" : chance.below(3);
}

function key(chance: Chance): number | undefined {
  return chance.happens(0.15) ? chance.below(2) : undefined;
}

function listStep({ chance, tools }: Generation): Step {
  const equal = chance.happens(0.4) ? source(chance) : undefined;
  const inputs = Array.from({ length: 2 + chance.below(3) }, () => equal ?? source(chance));
  return { kind: "list", tool: chance.below(tools), inputs, keyed: chance.happens(0.2) };
}

/** Makes what will run several times. */
function repeated<T>(generation: Generation, times: number, make: () => T): T {
  const before = generation.times;
  generation.times *= times;
  const made = make();
  generation.times = before;
  return made;
}

function mapStep(generation: Generation, depth: number): MapStep {
  const { chance } = generation;
  const items = Array.from({ length: 1 + chance.below(5) }, () => chance.below(3));
  return {
    kind: "map",
    name: chance.oneOf(["pages", "parts"]),
    items,
    keyed: chance.happens(0.3),
    workers: 1 + chance.below(3),
    errors: chance.happens(0.3) ? "fail_fast" : "fail_slow",
    work: chance.happens(0.25) ? chance.below(generation.tools) : repeated(generation, items.length, () => block(generation, depth + 1, 1 + chance.below(2))),
    ...groupUse(generation, depth, items.length),
  };
}

function parallelStep(generation: Generation, depth: number): ParallelStep {
  const { chance } = generation;
  const tasks = Array.from({ length: 1 + chance.below(3) }, () => block(generation, depth + 1, 1 + chance.below(2)));
  return {
    kind: "parallel",
    name: chance.oneOf(["pages", "parts"]),
    tasks,
    named: chance.happens(0.5),
    workers: 1 + chance.below(3),
    errors: chance.happens(0.3) ? "fail_fast" : "fail_slow",
    ...groupUse(generation, depth, tasks.length),
  };
}

/** Draws nothing unless asked to: programs of other options stay what they are. */
function groupUse(generation: Generation, depth: number, size: number): Pick<MapStep, "timeoutMs" | "stream"> {
  const { chance, options } = generation;
  if (options.groups !== true) return {};
  const limit = options.limits === false ? undefined : timeoutMs(chance, 0.25);
  if (!chance.happens(0.5)) return limit === undefined ? {} : { timeoutMs: limit };
  const stream = {
    before: chance.happens(0.3) ? block(generation, depth + 1, 1) : [],
    each: chance.happens(0.5) ? repeated(generation, size, () => block(generation, depth + 1, 1)) : [],
    leaveAfter: chance.happens(0.35) ? 1 + chance.below(size) : undefined,
    awaited: chance.happens(0.4),
  };
  return { ...(limit !== undefined && { timeoutMs: limit }), stream };
}

function agentSpec(generation: Generation, depth: number): AgentSpec {
  const { chance } = generation;
  generation.names += 1;
  const name = `a${generation.names}`;
  const attempts = chance.oneOf([1, 2, 3]);
  return {
    name,
    attempts: generation.options.once === true ? 1 : attempts,
    delayed: chance.happens(0.4),
    timeoutMs: timeoutMs(chance, 0.12),
    retryChildren: chance.oneOf(["auto", "auto", "auto", "reuse", "afresh"]),
    ownFailures: chance.happens(0.35) ? 1 + chance.below(2) : 0,
    body: block(generation, depth + 1, 1 + chance.below(3)),
  };
}

function spawned(generation: Generation, depth: number): Extract<Step, { kind: "spawn" }>["step"] {
  const { chance } = generation;
  if (depth < deepest && generation.budget > 0 && chance.happens(0.4)) {
    if (chance.happens(0.5)) return generation.options.groups === true && chance.happens(0.5) ? parallelStep(generation, depth) : mapStep(generation, depth);
    return { kind: "agent", verb: "run", agent: agentSpec(generation, depth), input: source(chance), key: key(chance) };
  }
  return callStep(generation, "run");
}

function callStep({ chance, tools, options }: Generation, verb: CallStep["verb"]): CallStep {
  const timeout = timeoutMs(chance, (options.limits ?? options.once !== true) ? 0.12 : 0);
  return { kind: "call", verb, tool: chance.below(tools), input: source(chance), key: key(chance), timeoutMs: timeout };
}
