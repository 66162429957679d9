import { seededRandom } from "../../src/index.ts";
import type { AgentSpec, Block, CallStep, MapStep, ParallelStep, Program, Source, Step, ToolSpec } from "./program.ts";

/** What people do to code while runs of it are open. */
export const editKinds = ["insert", "repeat", "delete", "swap", "rename", "key", "input", "parallelise", "sequence", "version", "toolName"] as const;
export type EditKind = (typeof editKinds)[number];

interface Chance {
  below(n: number): number;
  pick<T>(list: readonly T[]): T | undefined;
}

/** The program after some random edits, and what they were. Its root keeps its name: a run belongs to its actor. */
export function editProgram(program: Program, seed: number): { readonly program: Program; readonly edits: readonly EditKind[] } {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const chance: Chance = { below, pick: (list) => list[below(list.length)] };
  let edited = program;
  const edits: EditKind[] = [];
  for (let left = 1 + below(3); left > 0; left -= 1) {
    const kind = editKinds[below(editKinds.length)] as EditKind;
    edited = kind === "version" || kind === "toolName" ? withTool(edited, kind, chance) : withBlock(edited, kind, chance);
    edits.push(kind);
  }
  return { program: edited, edits };
}

function withTool(program: Program, kind: "version" | "toolName", chance: Chance): Program {
  const index = chance.below(program.tools.length);
  const spec = program.tools[index] as ToolSpec;
  const changed = kind === "version" ? { ...spec, version: spec.version === undefined ? "v2" : "v3" } : { ...spec, name: `${spec.name}x` };
  return { ...program, tools: program.tools.with(index, changed) };
}

/** Edits one block, chosen by chance. */
function withBlock(program: Program, kind: EditKind, chance: Chance): Program {
  let count = 0;
  rewriteAgent(program.root, (block) => {
    count += 1;
    return block;
  });
  const chosen = chance.below(count);
  let number = -1;
  const root = rewriteAgent(program.root, (block) => {
    number += 1;
    return number === chosen ? editBlock(block, kind, program, chance) : block;
  });
  return { ...program, root };
}

function editBlock(block: Block, kind: EditKind, program: Program, chance: Chance): Block {
  const at = chance.below(block.length + 1);
  const step = block[at];
  switch (kind) {
    case "insert":
      return block.toSpliced(at, 0, newCall(program, chance));
    case "repeat":
      return block.length === 0 ? block : block.toSpliced(at, 0, chance.pick(block) as Step);
    case "delete":
      return block.toSpliced(at, 1);
    case "swap": {
      const [left, right] = [block[at - 1], block[at]];
      return left === undefined || right === undefined ? block : block.with(at - 1, right).with(at, left);
    }
    case "parallelise": {
      const arms = block.slice(at, at + 2).map((arm) => [arm]);
      return arms.length === 0 ? block : block.toSpliced(at, arms.length, { kind: "all", arms });
    }
    case "sequence":
      return block.flatMap((inner) => (inner.kind === "all" || inner.kind === "race" || inner.kind === "any" ? inner.arms.flat() : [inner]));
    case "key":
      return step === undefined ? block : block.with(at, withOtherKey(step, chance));
    case "input":
      return step === undefined ? block : block.with(at, withOtherInput(step, chance));
    case "rename":
      return step === undefined ? block : block.with(at, withOtherName(step, program, chance));
    case "version":
    case "toolName":
      return block;
  }
}

function newCall(program: Program, chance: Chance): CallStep {
  const key = chance.below(4) === 0 ? chance.below(2) : undefined;
  return { kind: "call", verb: "run", tool: chance.below(program.tools.length), input: otherSource(chance), key, timeoutMs: undefined };
}

function otherSource(chance: Chance): Source {
  return chance.pick<Source>(["last", 0, 1, 2, 3]) ?? "last";
}

function withOtherKey(step: Step, chance: Chance): Step {
  if (step.kind === "call" || step.kind === "agent") return { ...step, key: chance.pick([undefined, 0, 1]) };
  return step.kind === "list" || step.kind === "map" ? { ...step, keyed: !step.keyed } : step;
}

function withOtherInput(step: Step, chance: Chance): Step {
  if (step.kind === "call" || step.kind === "agent") return { ...step, input: otherSource(chance) };
  if (step.kind === "list") return { ...step, inputs: step.inputs.with(chance.below(step.inputs.length), otherSource(chance)) };
  if (step.kind === "map") return { ...step, items: [chance.below(4), ...step.items.toSpliced(chance.below(step.items.length), chance.below(2))] };
  return step.kind === "loop" ? { ...step, rounds: step.rounds + 1 } : step;
}

function withOtherName(step: Step, program: Program, chance: Chance): Step {
  if (step.kind === "call" || step.kind === "list") return { ...step, tool: chance.below(program.tools.length) };
  if (step.kind === "agent") return { ...step, agent: { ...step.agent, name: chance.pick([`${step.agent.name}x`, "a1", "a2"]) ?? "a1" } };
  return step.kind === "map" ? { ...step, name: step.name === "pages" ? "parts" : "pages" } : step;
}

type Visit = (block: Block) => Block;

function rewriteAgent(spec: AgentSpec, visit: Visit): AgentSpec {
  return { ...spec, body: rewrite(spec.body, visit) };
}

/** Visits a block and all blocks below it, the inner ones first. */
function rewrite(block: Block, visit: Visit): Block {
  return visit(block.map((step) => rewriteStep(step, visit)));
}

function rewriteStep(step: Step, visit: Visit): Step {
  switch (step.kind) {
    case "agent":
      return { ...step, agent: rewriteAgent(step.agent, visit) };
    case "all":
    case "race":
    case "any":
      return { ...step, arms: step.arms.map((arm) => rewrite(arm, visit)) };
    case "loop":
      return { ...step, body: rewrite(step.body, visit) };
    case "catch":
      return { ...step, body: rewrite(step.body, visit), rescue: rewrite(step.rescue, visit) };
    case "when":
      return { ...step, odd: rewrite(step.odd, visit), even: rewrite(step.even, visit) };
    case "map":
      return { ...step, ...(typeof step.work !== "number" && { work: rewrite(step.work, visit) }), ...rewriteStream(step, visit) };
    case "parallel":
      return { ...step, tasks: step.tasks.map((task) => rewrite(task, visit)), ...rewriteStream(step, visit) };
    case "spawn":
      return { ...step, step: rewriteStep(step.step, visit) as typeof step.step };
    default:
      return step;
  }
}

function rewriteStream({ stream }: MapStep | ParallelStep, visit: Visit): Pick<MapStep, "stream"> {
  return stream === undefined ? {} : { stream: { ...stream, before: rewrite(stream.before, visit), each: rewrite(stream.each, visit) } };
}
