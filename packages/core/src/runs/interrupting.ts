import { checkStateId } from "../backends/check-state-id.ts";
import type { InterruptOptions } from "../events/interrupt-signal.ts";
import { interruptSignal } from "./check-interrupt.ts";
import { interruptRun, type InterruptAccess } from "./interrupt-run.ts";
import type { RunState } from "./run-state.ts";
import type { RepriseSettings } from "./settings.ts";

/** Interrupting runs; from any process, whoever holds the run. */
export interface Interrupting {
  /**
   * Interrupts a run (rule I2), whichever process is at it: that process is told within a second, and does what `state.interrupt` does. A
   * run that nobody is at (it waits for an answer or a time, or its process died) is recorded as interrupted here and now, so that
   * `wake` leaves it alone until somebody resumes it. An interrupt never waits for a later resume: one that its process did not live to
   * see is dropped by whoever goes on. True if the run is interrupted or was told to be; false if it has ended, or rests as paused
   * or interrupted. Throws `NOT_FOUND`, `SEALED`, `INVALID_OPTION` and what `post` of the backend throws.
   *
   * @example
   * ```ts
   * import { agent, createReprise } from "@reprise/core";
   * import { memoryBackend } from "@reprise/backend-memory";
   *
   * const ask = agent({ name: "ask", run: (_input: void, context) => context.waitFor("approval") });
   * const reprise = createReprise({ backend: memoryBackend() });
   * await reprise.execute(ask, undefined, { stateId: "run-1" });
   * await reprise.interrupt("run-1", { reason: "priority_override", message: "not this week", triggeredBy: "ops" });
   * console.log((await reprise.head("run-1"))?.status); // "interrupted"
   * ```
   */
  interrupt(stateId: string, options?: InterruptOptions): Promise<boolean>;
  /**
   * Pauses a run, whichever process is at it, as `state.pause` does: what is at work may end. Otherwise like `interrupt`: a run that nobody is
   * at is recorded as paused.
   */
  pause(stateId: string): Promise<boolean>;
  /** Interrupts every run that this Reprise has open; resolves with how many there were once they are stored and their leases given back. */
  interruptAll(options?: InterruptOptions): Promise<number>;
}

/** The verbs of a Reprise for whoever interrupts. `handles` are all that are open. */
export function interruptingOf(settings: RepriseSettings, { handles, ...access }: InterruptAccess & { readonly handles: ReadonlySet<RunState> }): Interrupting {
  return {
    async interrupt(stateId, options) {
      const signal = interruptSignal(options);
      return interruptRun(settings, access, checkStateId(stateId), signal);
    },
    pause: async (stateId) => interruptRun(settings, access, checkStateId(stateId), undefined),
    async interruptAll(options) {
      const signal = interruptSignal(options);
      const interrupted = [...handles].filter((state) => state.interrupt(signal));
      await Promise.all(interrupted.map(async (state) => state.halted));
      return interrupted.length;
    },
  };
}
