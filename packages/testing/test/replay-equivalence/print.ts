import type { AgentSpec, Block, CallStep, AgentStep, MapStep, ParallelStep, Program, Source, Step, ToolSpec } from "./program.ts";

/** The program as the code it stands for, to be read by people. */
export function printProgram(program: Program): string {
  return [...program.tools.map(printTool), "", ...printAgent(program.root, "const root = ")].join("\n");
}

function printTool({ name, failures, attempts, delayed, ignoresAbort, writes, once, version }: ToolSpec): string {
  const traits = [
    failures === Number.POSITIVE_INFINITY ? "always fails" : failures > 0 ? `fails ${failures}x` : "",
    attempts > 1 ? `${attempts} attempts${delayed ? " with delays" : ""}` : "",
    ignoresAbort ? "ignores abort" : "",
    writes === "nothing" ? "" : `writes ${writes}`,
    once ? "repeatable: false" : "",
    version === undefined ? "" : `version ${version}`,
  ];
  return `const ${name} = tool("${name}"); // ${traits.filter((trait) => trait !== "").join(", ") || "just works"}`;
}

function printAgent(spec: AgentSpec, before: string): string[] {
  const traits = [
    spec.attempts > 1 ? `${spec.attempts} attempts${spec.delayed ? " with delays" : ""}` : "",
    spec.timeoutMs === undefined ? "" : `timeoutMs: ${spec.timeoutMs}`,
    spec.retryChildren === "auto" ? "" : `retryChildren: ${spec.retryChildren}`,
    spec.ownFailures > 0 ? `throws by itself at attempts up to ${spec.ownFailures}` : "",
  ].filter((trait) => trait !== "");
  const note = traits.length > 0 ? ` // ${traits.join(", ")}` : "";
  return [`${before}agent("${spec.name}", async (last, ctx) => {${note}`, ...indent(printBlock(spec.body)), "  return last;", "})"];
}

function printBlock(steps: Block): string[] {
  return steps.flatMap(printStep);
}

function printStep(step: Step): string[] {
  switch (step.kind) {
    case "call":
    case "agent":
      return printCall(step, "last = await ");
    case "sleep":
      return [step.until ? `await ctx.sleep(new Date(ctx.now() + ${step.ms}));` : `await ctx.sleep(${step.ms});`];
    case "wait": {
      const settings = [step.key === undefined ? "" : `key: "k${step.key}"`, step.timeoutMs === undefined ? "" : `timeoutMs: ${step.timeoutMs}`, step.timeoutMs !== undefined && step.fallback ? 'default: "d"' : ""];
      return [`last = await ctx.waitFor("q${step.name}", { ${settings.filter((setting) => setting !== "").join(", ")} });`];
    }
    case "list": {
      const inputs = step.inputs.map(printSource).join(", ");
      const options = step.keyed ? ", { key: `k${index}` }" : "";
      return [`last = (await Promise.all([${inputs}].map((input, index) => ctx.run(t${step.tool}, input${options})))).join("+");`];
    }
    case "all":
    case "race":
    case "any": {
      const arms = step.arms.flatMap((arm) => ["(async () => { let mine = last; // its own `last`", ...indent(printBlock(arm)), "})(),"]);
      return [`last = await Promise.${step.kind}([`, ...indent(arms), "]);"];
    }
    case "loop":
      return [`for (let round = 0; round < ${step.rounds}; round++) if (hash(last, round) % 2 === 0) {`, ...indent(printBlock(step.body)), "}"];
    case "catch": {
      const then = { "go on": [], rethrow: ["throw error;"], wrap: ["throw new Error(last, { cause: error });"], bare: ["throw new Error(last);"] };
      const rescue = ["last = `!${error}`;", ...printBlock(step.rescue), ...then[step.then]];
      return ["try {", ...indent(printBlock(step.body)), "} catch (error) {", ...indent(rescue), "}"];
    }
    case "log":
      return ['ctx.storage.set("log", ctx.storage.get("log") + "," + last);'];
    case "count":
      return [`ctx.storage.add("count", ${step.amount});`];
    case "read":
      return ['last = `${last}(${ctx.storage.get("log")},${ctx.storage.get("count")})`;'];
    case "when":
      return ['if (ctx.storage.get("count") % 2 === 1) {', ...indent(printBlock(step.odd)), "} else {", ...indent(printBlock(step.even)), "}"];
    case "map":
    case "parallel":
      return printGroup(step, "last = await ");
    case "spawn":
      return step.step.kind === "map" || step.step.kind === "parallel" ? printGroup(step.step, "void ") : printCall(step.step, "void ");
  }
}

function printCall(step: CallStep | AgentStep, before: string): string[] {
  const timeout = step.kind === "call" && step.timeoutMs !== undefined ? `timeoutMs: ${step.timeoutMs}` : "";
  const settings = [step.key === undefined ? "" : `key: "k${step.key}"`, timeout].filter((setting) => setting !== "");
  const options = settings.length === 0 ? "" : `, { ${settings.join(", ")} }`;
  const after = `, ${printSource(step.input)}${options});`;
  if (step.kind === "call") return [`${before}ctx.${step.verb}(t${step.tool}${after}`];
  const lines = printAgent(step.agent, `${before}ctx.${step.verb}(`);
  return [...lines.slice(0, -1), `})${after}`];
}

function printGroup(step: MapStep | ParallelStep, before: string): string[] {
  const { stream, errors, workers, timeoutMs } = step;
  const keyed = step.kind === "map" && step.keyed ? ", key: byItemAndIndex" : "";
  const options = `{ maxWorkers: ${workers}${errors === "fail_fast" ? ', errors: "fail_fast"' : ""}${timeoutMs === undefined ? "" : `, timeoutMs: ${timeoutMs}`}${keyed} }`;
  const make = step.kind === "map" ? printMap(step, options) : printParallel(step, options);
  if (stream === undefined) return withBefore(before, make);
  const each = ["last = `${last}|${outcome}`;", ...printBlock(stream.each), ...(stream.leaveAfter === undefined ? [] : [`if (count === ${stream.leaveAfter}) break;`])];
  const loop = [...withBefore("const group = ", make), ...printBlock(stream.before), "for await (const outcome of group.stream()) {", ...indent(each), "}", ...(stream.awaited ? ["last = await group;"] : [])];
  return before.startsWith("void") ? ["void (async () => {", ...indent(loop), "})();"] : loop;
}

function printMap({ name, items, work }: MapStep, options: string): string[] {
  const texts = items.map((item) => `"in${item}"`).join(", ");
  if (typeof work === "number") return [`ctx.map("${name}", [${texts}], t${work}, ${options});`];
  return [`ctx.map("${name}", [${texts}], async (last, ctx) => {`, ...indent(printBlock(work)), "  return last;", `}, ${options});`];
}

function printParallel({ name, tasks, named }: ParallelStep, options: string): string[] {
  const functions = tasks.flatMap((task, index) => [`${named ? `b${index}: ` : ""}async (ctx) => { let last = "b${index}";`, ...indent([...printBlock(task), "return last;"]), "},"]);
  return [`ctx.parallel("${name}", ${named ? "{" : "["}`, ...indent(functions), `${named ? "}" : "]"}, ${options});`];
}

function withBefore(before: string, [first = "", ...others]: readonly string[]): string[] {
  return [`${before}${first}`, ...others];
}

function printSource(source: Source): string {
  return source === "last" ? "last" : `"in${source}"`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
