import { agent, type AgentContext } from "@reprise/core";
import type { ExecutionEvent, System } from "@reprise/core/spi";
import { attempt } from "./exact.ts";
import { cutDisk, emptyDisk, live, type Life, type LifeOptions, type Pipeline } from "./life.ts";
import { outcomeText } from "./observe.ts";

/** What a hand-made schedule is made of: the code of its root, given tools that work on the clock of the life. */
export type Script = (context: AgentContext, clock: Clock) => Promise<unknown>;

/** Time in a schedule. */
export interface Clock {
  /** Resolves after this many ms of the life, whatever is aborted meanwhile. */
  wait(ms: number): Promise<void>;
  /** Notes that something happened, outside of what is recorded. */
  note(text: string): void;
}

/** A script as a pipeline; what it notes shows as `handled`. */
export function scriptPipeline(script: Script): Pipeline {
  return (system: System) => {
    const handled: string[] = [];
    const clock: Clock = {
      wait: (ms) => new Promise((resolve) => void system.setTimer(ms, resolve)),
      note: (text) => void handled.push(text),
    };
    return { pipeline: agent({ name: "root", run: (_input: string, context) => script(context, clock) }), handled, mispaired: [] };
  };
}

/** Runs a script uninterrupted. */
export function runScript(script: Script, options: Partial<LifeOptions> = {}): Promise<Life> {
  return live({ graceMs: 5, ...options, pipeline: scriptPipeline(script), disk: options.disk ?? emptyDisk });
}

/** How a resumed run ended. */
export interface Resumed {
  /** Number of records that were left. */
  readonly point: number;
  readonly end: string;
  readonly life: Life | undefined;
}

/** Resumes a script from what was on disk after each append of an earlier life. */
export async function resumeEverywhere(script: Script, earlier: Life, options: Partial<LifeOptions> = {}): Promise<Resumed[]> {
  const resumed: Resumed[] = [];
  for (const point of earlier.disk.boundaries.slice(0, -1)) {
    const life = await attempt(() => runScript(script, { ...options, disk: cutDisk(earlier.disk, point) }));
    resumed.push(typeof life === "string" ? { point, end: life, life: undefined } : { point, end: outcomeText(life.outcome), life });
  }
  return resumed;
}

/** Outcomes by address, in order: `completed root::t1::tool_call`. */
export function story(events: readonly ExecutionEvent[]): string[] {
  return events.filter(({ status }) => status !== "started" && status !== "retrying").map(({ status, address }) => `${status} ${address}`);
}

