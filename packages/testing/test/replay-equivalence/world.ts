import type { LeafContext } from "@reprise/core";
import type { ExecutionEvent, System } from "@reprise/core/spi";
import type { AnswerAfter } from "./answers.ts";
import { fraction } from "./hash.ts";
import type { ToolSpec } from "./program.ts";

/** What lies outside of the program: how tools behave, and what is known of it afterwards. Made anew for each life. */
export interface World {
  /** Does a tool's work: gives its output, or throws, after a while. */
  work(spec: ToolSpec, input: string, context: LeafContext): Promise<string>;
  /** Addresses of the leaves whose handler ran in this life, in order. */
  readonly handled: readonly string[];
  /** What of it was not as asked, to be filled by who asks. */
  readonly mispaired: string[];
}

/** How long an attempt takes, in ms. */
export type Latency = (attempt: { readonly address: string; readonly failures: number; readonly run: number }) => number;

/** Options of {@link createWorld}. */
export interface WorldOptions {
  readonly system: System;
  /** All events of the lives before. */
  readonly past: readonly ExecutionEvent[];
  /** Calls whose attempt had run out of time: what was open below them is cancelled, not continued. */
  readonly expired: ReadonlySet<number>;
  readonly latency: Latency;
  /** An attempt that the crash cut off ends when it would have ended without: a crash then costs no time. */
  readonly resumesWork: boolean;
  /** How often a call has failed is told by the number of its attempt, not by what is known of the past. Default: false. */
  readonly byAttempt?: boolean;
  /** What a call gives instead of its output. Default: nothing else. */
  readonly alter?: (call: { readonly address: string; readonly tool: string; readonly output: string }) => string;
}

/** What a latency of the exact oracle is: the same in every life, and no two alike. */
export function exactLatency(seed: number): Latency {
  return ({ address, failures }) => 1 + 19 * fraction("latency", seed, address, failures);
}

/** When waits are answered, for the exact oracle. One with a limit may never be. */
export function exactAnswers(seed: number): AnswerAfter {
  return ({ address, attempt, limited }) => (limited && fraction("forgotten", seed, address) < 0.3 ? undefined : 1 + 70 * fraction("answer", seed, address, attempt));
}

/** The same where it differs in every life, and is often at once. */
export function wildAnswers(seed: number): AnswerAfter {
  return ({ address, attempt, limited }) => (limited && fraction("forgotten", seed, address) < 0.3 ? undefined : Math.max(0, Math.floor(60 * fraction("answer", seed, address, attempt)) - 15));
}

/** A latency that differs in every life, if the seed does; many are equal, or 0. */
export function wildLatency(seed: number): Latency {
  return ({ address, run }) => Math.max(0, Math.floor(9 * fraction("latency", seed, address, run)) - 2);
}

/** See {@link World}. */
export function createWorld({ system, past, expired, latency, resumesWork, byAttempt = false, alter }: WorldOptions): World {
  const { failed, lost } = leavesOf(past, expired);
  const handled: string[] = [];
  return {
    handled,
    mispaired: [],
    async work(spec, input, { address, attempt, signal }) {
      handled.push(address);
      const failures = byAttempt ? attempt - 1 : (failed.get(address) ?? 0);
      const cutOff = lost.get(address);
      // Once: after it, or where the attempts begin anew, this is another call.
      lost.delete(address);
      const startedAt = resumesWork && cutOff?.attempt === attempt - 1 ? cutOff.since : system.now();
      const endsAt = startedAt + latency({ address, failures, run: handled.length });
      await wait(system, endsAt - system.now(), spec.ignoresAbort ? undefined : signal);
      if (failures >= spec.failures) {
        const output = `${spec.name}.${spec.version ?? ""}${failures}<${input}>`;
        return alter === undefined ? output : alter({ address, tool: spec.name, output });
      }
      // What comes after an abort is a cancellation, not a failure.
      if (!signal.aborted) failed.set(address, failures + 1);
      throw new Error(`${spec.name} failed ${failures}<${input}>`);
    },
  };
}

/** Of each leaf, by address: how often it has failed, and the attempt of which nothing is known but its start. */
function leavesOf(events: readonly ExecutionEvent[], expired: ReadonlySet<number>): {
  readonly failed: Map<string, number>;
  readonly lost: Map<string, { readonly since: number; readonly attempt: number }>;
} {
  const failed = new Map<string, number>();
  const lost = new Map<string, { readonly since: number; readonly attempt: number }>();
  const parents = new Map(events.map((event) => [event.call, event.parent]));
  const doomed = (call: number | undefined): boolean => call !== undefined && (expired.has(call) || doomed(parents.get(call)));
  for (const { address, type, status, at, attempt, error, parent } of events) {
    if (type !== "tool_call") continue;
    if (status === "started" && !doomed(parent)) {
      lost.set(address, { since: lost.get(address)?.since ?? at, attempt });
      continue;
    }
    // What an interruption cut off goes on when it is resumed, like what a crash did.
    if (status === "interrupted") continue;
    lost.delete(address);
    // A timeout aborted the attempt: it is no failure of the tool's.
    if (status === "failed" && error?.code !== "TIMEOUT") failed.set(address, (failed.get(address) ?? 0) + 1);
  }
  return { failed, lost };
}

function wait(system: System, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (delayMs <= 0 && signal?.aborted !== true) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancelTimer();
      reject(signal?.reason);
    };
    const cancelTimer = system.setTimer(delayMs, resolve);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
