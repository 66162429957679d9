import { agent, tool, type Actor, type AgentContext, type CallOptions, type GroupOptions, type Storage, type StreamedOutcome, type TryResult, type Verbs } from "@reprise/core";
import type { FailureRecord, RetryDecision, RetryPolicy } from "@reprise/core/spi";
import { answerTo, scopeOf } from "./answers.ts";
import { describeError } from "./describe-error.ts";
import { digest, fraction, hash } from "./hash.ts";
import type { AgentSpec, AgentStep, ArmsStep, Block, CallStep, CatchStep, MapStep, ParallelStep, Program, Source, Step, ToolSpec, WaitStep } from "./program.ts";
import type { Pipeline } from "./life.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** What the root of a program gives: the text at hand at its end, and what the storage held then. */
export interface RootValue {
  readonly last: string;
  readonly storage: Record<string, unknown>;
}

/** A call of a program, and what it was given. */
export interface WitnessedCall {
  readonly callee: string;
  readonly input: string;
  readonly version: string | undefined;
  /** Undefined for what comes through a group. */
  readonly result: TryResult<string> | undefined;
  readonly value: string | undefined;
}

/** Options of {@link programPipeline}. */
export interface PipelineOptions extends Pick<WorldOptions, "latency" | "resumesWork" | "byAttempt" | "alter"> {
  /**
   * Every agent and branch begins with a call of a tool of its own, so that nothing takes no time: what happens at the same
   * moment as something else has no order that a crash must keep, unless it is recorded.
   */
  readonly ticks: boolean;
  /** The root is no agent, its code drives the run by hand. Default: false. */
  readonly byHand?: boolean;
  /** Is told what each call was given. Code then has a text of its own, so that edited code differs from what it was. Default: nobody. */
  readonly witness?: (call: WitnessedCall) => void;
}

/** The program as a pipeline of real actors. */
export function programPipeline(program: Program, options: PipelineOptions): Pipeline {
  return (system, past, expired) => {
    const world = createWorld({ ...options, system, past, expired });
    const tools = program.tools.map((spec) => toolActor(spec, world));
    const kit: Kit = { program, tools, world, tick: options.ticks ? toolActor(tickSpec, world) : undefined, stored: true, witness: options.witness };
    const pipeline = options.byHand === true ? rootByHand(program.root, kit) : rootActor(program.root, kit);
    return { pipeline, handled: world.handled, mispaired: world.mispaired };
  };
}

/** What all code of a program shares. */
interface Kit {
  readonly program: Program;
  readonly tools: readonly Actor<string, string>[];
  readonly world: World;
  readonly tick: Actor<string, string> | undefined;
  /** Whether the code itself uses the storage, beside the tools. */
  readonly stored: boolean;
  readonly witness: PipelineOptions["witness"];
}

const tickSpec: ToolSpec = { name: "tick", failures: 0, attempts: 1, delayed: false, ignoresAbort: false, writes: "nothing", once: false };

function rootActor(root: AgentSpec, kit: Kit): Actor<string, RootValue> {
  return agent({
    name: root.name,
    run: withText(kit, root, async (input: string, context: AgentContext) => ({ last: await new Interpreter(kit, context).scope(root.body, input), storage: contentOf(context.storage) })),
  });
}

/** All agents are one function here; real ones that differ have texts that differ. */
function withText<Run extends object>(kit: Kit, spec: AgentSpec, run: Run): Run {
  return kit.witness === undefined ? run : Object.assign(run, { toString: () => codeText(spec) });
}

/** The text of an agent's own code: agents it calls are defined elsewhere. */
export function codeText(spec: AgentSpec): string {
  return JSON.stringify(spec.body, (_key, value: unknown) => (isAgentStep(value) ? { ...value, agent: value.agent.name } : value));
}

function isAgentStep(value: unknown): value is AgentStep {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "agent" && "agent" in value && typeof value.agent === "object";
}

// What is written outside any actor is immediate (S1), and a loaded run shows at once all that was ever written: code that
// runs again would count twice and read what is yet to come. By hand it keeps off the storage.
function rootByHand(root: AgentSpec, kit: Kit): (state: Verbs) => Promise<RootValue> {
  return async (state) => ({ last: await new Interpreter({ ...kit, stored: false }, state).scope(root.body, "in0"), storage: contentOf(state.storage) });
}

function contentOf(storage: Storage): Record<string, unknown> {
  return Object.fromEntries(storage.keys().toSorted().map((key) => [key, storage.get(key)]));
}

function toolActor(spec: ToolSpec, world: World): Actor<string, string> {
  return tool({
    name: spec.name,
    repeatable: !spec.once,
    ...(spec.version !== undefined && { version: spec.version }),
    retry: retryPolicy(spec.attempts, spec.delayed),
    run: async (input: string, context) => {
      const output = await world.work(spec, input, context);
      if (spec.writes === "count") context.storage.add("count", 1);
      if (spec.writes === "log") context.storage.set("log", longer(context.storage.get<string>("log"), output));
      return output;
    },
  });
}

// Delays end in a fraction of the error's, so that no two timers of a program are due at the same time.
function retryPolicy(attempts: number, delayed: boolean): RetryPolicy {
  return {
    config: { attempts, delayed },
    maxAttempts: attempts,
    decide({ failures, error }: FailureRecord): RetryDecision {
      if (failures >= attempts) return { retry: false, reason: "exhausted" };
      return { retry: true, delayMs: delayed ? 2 * failures + fraction("delay", describeError(error), failures) : 0 };
    },
  };
}

function longer(log: string | undefined, text: string): string {
  return digest(`${log ?? ""},${text}`);
}

class Interpreter {
  readonly #kit: Kit;
  readonly #context: Verbs;
  /** Address of the code; at the top there is none. */
  readonly #place: string;
  #limits = 0;

  constructor(kit: Kit, context: Verbs & { readonly address?: string }) {
    this.#kit = kit;
    this.#context = context;
    this.#place = context.address ?? "";
  }

  /** The code of an agent or a branch. */
  async scope(steps: Block, start: string): Promise<string> {
    if (this.#kit.tick) await this.#context.run(this.#kit.tick, start);
    return this.block(steps, start);
  }

  async block(steps: Block, start: string): Promise<string> {
    let last = start;
    for (const step of steps) last = digest(await this.#step(step, last));
    return last;
  }

  async #step(step: Step, last: string): Promise<string> {
    const { storage } = this.#context;
    switch (step.kind) {
      case "call":
      case "agent":
        return this.#call(step, last);
      case "list": {
        const { keyed, inputs } = step;
        const calls = inputs.map(async (source, index) => {
          const input = textOf(source, last);
          return this.#run(step.tool, this.#tool(step.tool), input, keyed ? { key: `k${index}` } : {});
        });
        return (await Promise.all(calls)).join("+");
      }
      case "all":
      case "race":
      case "any":
        return this.#arms(step, last);
      case "loop": {
        let text = last;
        for (let round = 0; round < step.rounds; round += 1) if (hash(text, round) % 2 === 0) text = await this.block(step.body, text);
        return text;
      }
      case "catch":
        return this.#catch(step, last);
      case "log":
        if (this.#kit.stored) storage.set("log", longer(storage.get<string>("log"), last));
        return last;
      case "count":
        if (this.#kit.stored) storage.add("count", step.amount);
        return last;
      case "read":
        if (!this.#kit.stored) return last;
        return `${last}(${storage.get<string>("log") ?? "-"},${storage.get<number>("count") ?? "-"})`;
      case "when":
        return this.block(this.#kit.stored && (storage.get<number>("count") ?? 0) % 2 === 1 ? step.odd : step.even, last);
      case "sleep": {
        const ms = this.#unlike(step.ms);
        // Dates have no fractions: two of them would be due at the same moment, where that has no order that a crash must keep.
        await this.#context.sleep(step.until && this.#kit.tick === undefined ? new Date(Math.ceil(this.#context.now() + ms)) : ms);
        return last;
      }
      case "wait":
        return this.#wait(step);
      case "map":
      case "parallel":
        return this.#group(step, last);
      case "spawn":
        this.#step(step.step, last).catch(() => undefined);
        return last;
    }
  }

  #tool(index: number): Actor<string, string> {
    return this.#kit.tools[index] as Actor<string, string>;
  }

  async #call(step: CallStep | AgentStep, last: string): Promise<string> {
    const actor = step.kind === "call" ? this.#tool(step.tool) : this.#agent(step.agent);
    const callee = step.kind === "call" ? step.tool : step.agent.name;
    const input = textOf(step.input, last);
    const limit = step.kind === "call" ? step.timeoutMs : undefined;
    const options = { ...(step.key !== undefined && { key: `k${step.key}` }), ...(limit !== undefined && { timeoutMs: this.#unlike(limit) }) };
    if (step.verb === "run") return this.#run(callee, actor, input, options);
    const result = await this.#context.try(actor, input, options);
    this.#kit.witness?.(this.#witnessed(callee, input, result));
    return result.ok ? this.#checked(callee, input, result.value) : `?${describeError(result.error)}`;
  }

  /** An answer names the wait that it is for: another wait's would show. */
  async #wait({ name, key, timeoutMs, fallback }: WaitStep): Promise<string> {
    const limit = timeoutMs === undefined ? {} : { timeoutMs: this.#unlike(timeoutMs), ...(fallback && { default: "d" }) };
    const answer = await this.#context.waitFor<string>(`q${name}`, { ...(key !== undefined && { key: `k${key}` }), ...limit });
    const own = answerTo(`${scopeOf(this.#place)}q${name}${key === undefined ? "" : `[k${key}]`}`);
    if (answer !== "d" && !answer.startsWith(own)) this.#kit.world.mispaired.push(`${own} got ${answer}`);
    return answer;
  }

  // No two limits pass at the same moment, even if all that is recorded before is given back at once.
  #unlike(limitMs: number): number {
    this.#limits += 1;
    return limitMs + fraction("limit", this.#place, this.#limits);
  }

  async #run(callee: number | string, actor: Actor<string, string>, input: string, options: CallOptions): Promise<string> {
    if (this.#kit.witness === undefined) return this.#checked(callee, input, await this.#context.run(actor, input, options));
    // Says under which address the call went.
    const result = await this.#context.try(actor, input, options);
    this.#kit.witness(this.#witnessed(callee, input, result));
    if (result.ok) return result.value;
    throw result.error;
  }

  #witnessed(callee: number | string, input: string, result: TryResult<string> | undefined, value = result?.ok === true ? result.value : undefined): WitnessedCall {
    const spec = typeof callee === "number" ? this.#kit.program.tools[callee] : undefined;
    return { callee: spec?.name ?? String(callee), input, version: spec?.version, result, value };
  }

  /** What actors give names them and their input: another call's value would show. */
  #checked(callee: number | string, input: string, value: string): string {
    const name = typeof callee === "number" ? this.#tool(callee).name : callee;
    if (!value.startsWith(`${name}.`) || !value.includes(`<${input}>`)) this.#kit.world.mispaired.push(`${name}(${input}) got ${value}`);
    return value;
  }

  #agent(spec: AgentSpec): Actor<string, string> {
    const kit = { ...this.#kit, stored: true };
    return agent({
      name: spec.name,
      retry: retryPolicy(spec.attempts, spec.delayed),
      retryChildren: spec.retryChildren,
      ...(spec.timeoutMs !== undefined && { timeoutMs: this.#unlike(spec.timeoutMs) }),
      run: withText(kit, spec, async (input: string, context: AgentContext) => {
        const last = await new Interpreter(kit, context).scope(spec.body, input);
        if (context.attempt <= spec.ownFailures) throw new Error(`${context.address} fails by itself after ${last}`);
        return `${spec.name}.<${input}>${last}`;
      }),
    });
  }

  async #arms({ kind, arms }: ArmsStep, last: string): Promise<string> {
    const running = arms.map((arm) => this.block(arm, last));
    if (kind === "all") return (await Promise.all(running)).join("+");
    return kind === "race" ? Promise.race(running) : Promise.any(running);
  }

  async #catch(step: CatchStep, last: string): Promise<string> {
    try {
      return await this.block(step.body, last);
    } catch (error) {
      const rescued = await this.block(step.rescue, digest(`!${describeError(error)}`));
      if (step.then === "rethrow") throw error;
      if (step.then === "wrap") throw new Error(`wrapped at ${rescued}`, { cause: error });
      // oxlint-disable-next-line preserve-caught-error -- agents that hide what failed are what T7's second clause is for
      if (step.then === "bare") throw new Error(`given up at ${rescued}`);
      return rescued;
    }
  }

  async #group(step: MapStep | ParallelStep, last: string): Promise<string> {
    const options = { maxWorkers: step.workers, errors: step.errors, ...(step.timeoutMs !== undefined && { timeoutMs: this.#unlike(step.timeoutMs) }) };
    const group = step.kind === "map" ? this.#map(step, options) : this.#parallel(step, options);
    if (step.stream === undefined) return (await group.results()).map(group.checked).join("+");
    const { before, each, leaveAfter, awaited } = step.stream;
    // What comes before the stream may throw.
    group.results().catch(() => undefined);
    let text = await this.block(before, last);
    let count = 0;
    for await (const outcome of group.stream()) {
      const { index, key } = outcome;
      text = digest(`${text}|${index}${key ?? ""}=${outcome.ok ? group.checked(outcome.value, index) : `?${describeError(outcome.error)}`}`);
      text = await this.block(each, text);
      count += 1;
      if (count === leaveAfter) break;
    }
    return awaited ? `${text}&${(await group.results()).map(group.checked).join("+")}` : text;
  }

  #map({ name, items, keyed, work }: MapStep, options: GroupOptions): GroupInUse {
    const settings = { ...options, ...(keyed && { key: (item: string, index: number) => `${item}.${index}` }) };
    const texts = items.map((item) => `in${item}`);
    const group = typeof work === "number" ? this.#context.map(name, texts, this.#tool(work), settings) : this.#context.map(name, texts, (item: string, context) => this.#branch(context, work, item), settings);
    const checked = (output: string, index: number): string => {
      if (typeof work !== "number") return output;
      const text = texts[index] ?? "";
      this.#kit.witness?.(this.#witnessed(work, text, undefined, output));
      return this.#checked(work, text, output);
    };
    return { results: () => group, stream: () => group.stream(), checked };
  }

  /** What tasks give says which they are. */
  #parallel({ name, tasks, named }: ParallelStep, options: GroupOptions): GroupInUse {
    const functions = tasks.map((task, index) => {
      const run = async (context: AgentContext): Promise<string> => `b${index}.${await this.#branch(context, task, `b${index}`)}`;
      return this.#kit.witness === undefined ? run : Object.assign(run, { toString: () => JSON.stringify(task) });
    });
    const checked = (value: string, index: number): string => {
      if (!value.startsWith(`b${index}.`)) this.#kit.world.mispaired.push(`b${index} of ${this.#place}::${name} got ${value}`);
      return value;
    };
    if (!named) {
      const group = this.#context.parallel(name, functions, options);
      return { results: () => group, stream: () => group.stream(), checked };
    }
    const group = this.#context.parallel(name, Object.fromEntries(functions.map((run, index) => [`b${index}`, run])), options);
    const results = async (): Promise<string[]> => Object.values(await group);
    return { results, stream: () => group.stream(), checked };
  }

  #branch(context: AgentContext, steps: Block, start: string): Promise<string> {
    return new Interpreter({ ...this.#kit, stored: true }, context).scope(steps, start);
  }
}

/** A group whose results are a list, and what is asked of each of them. */
interface GroupInUse {
  results(): Promise<string[]>;
  stream(): AsyncIterable<StreamedOutcome<string>>;
  checked(this: void, value: string, index: number): string;
}

function textOf(source: Source, last: string): string {
  return source === "last" ? last : `in${source}`;
}
