import type { AgentSpec, Block, Program, Step } from "./program.ts";

/**
 * The program without what depends on who is faster: races, limits of time, children nobody waits for, storage that is read
 * while others write to it, failures side by side, and retries that begin afresh. What it gives is then a function of what its
 * tools give, and nothing that is recorded is hidden.
 */
export function steadyProgram(program: Program): Program {
  const calm = program.tools.every(({ failures }) => failures === 0);
  // What fails for good does so however often an agent around it is retried.
  const tools = program.tools.map((spec) => ({ ...spec, writes: spec.writes === "log" ? ("count" as const) : spec.writes, failures: spec.failures < spec.attempts ? spec.failures : Infinity }));
  const steady = (steps: Block, beside: boolean): Block => steps.flatMap((step) => steadySteps(step, beside));
  const steadyAgent = (spec: AgentSpec, beside: boolean): AgentSpec => ({ ...spec, timeoutMs: undefined, ownFailures: 0, retryChildren: "reuse", body: steady(spec.body, beside) });

  function steadySteps(step: Step, beside: boolean): readonly Step[] {
    switch (step.kind) {
      case "call":
        return [{ ...step, timeoutMs: undefined }];
      case "agent":
        return [{ ...step, agent: steadyAgent(step.agent, beside) }];
      case "list":
        return calm ? [step] : step.inputs.map((input) => ({ kind: "call", verb: "run", tool: step.tool, input, key: undefined, timeoutMs: undefined }));
      case "all":
      case "race":
      case "any":
        if (step.kind !== "all" || !calm) return step.arms.flatMap((arm) => steady(arm, beside));
        return [{ ...step, arms: step.arms.map((arm) => steady(arm, true)) }];
      case "loop":
        return [{ ...step, body: steady(step.body, beside) }];
      case "catch":
        return [{ ...step, body: steady(step.body, beside), rescue: steady(step.rescue, beside) }];
      case "when":
        return beside ? steady(step.odd, beside) : [{ ...step, odd: steady(step.odd, beside), even: steady(step.even, beside) }];
      case "map": {
        const { timeoutMs: _limit, stream: _stream, ...plain } = step;
        return [{ ...plain, errors: "fail_slow", work: typeof step.work === "number" ? step.work : steady(step.work, true) }];
      }
      case "parallel": {
        const { timeoutMs: _limit, stream: _stream, ...plain } = step;
        return [{ ...plain, errors: "fail_slow", tasks: step.tasks.map((task) => steady(task, true)) }];
      }
      case "spawn":
        return steadySteps(step.step, beside);
      case "log":
      case "read":
        return beside ? [] : [step];
      case "count":
      case "sleep":
        return [step];
      case "wait":
        return [];
    }
  }
  return { ...program, tools, root: steadyAgent(program.root, false) };
}
