import { ExecutionAwaitingError, SuspendedError } from "../errors/wait-errors.ts";
import { pendingWait, type PendingWait } from "../history/pending-wait.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import type { Engine } from "./engine.ts";
import { isQuiescent, wakeTime } from "./quiescence.ts";
import { unwind } from "./unwind.ts";

/** What a suspended run waits for. */
export interface Awaited {
  readonly pending: readonly PendingWait[];
  /** When it is to be resumed without an answer, in ms since the epoch. */
  readonly wakeAt: number | undefined;
}

/** Finds out when the run can only wait, and ends it then (rule I3). */
export class Suspension {
  readonly #engine: Engine;
  #scheduled = false;
  /** The inbox was looked at since anything last moved. */
  #looked = false;
  /** Set once the run is suspended. */
  awaited: Awaited | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Something has changed: judges in a macrotask of its own, when the code has made of it what it makes. Costs nothing unless something pauses. */
  judgeSoon(): void {
    const { pauses, stopped, system } = this.#engine;
    if (this.#scheduled || pauses.size === 0 || stopped !== undefined) return;
    this.#scheduled = true;
    system.yield(() => {
      this.#scheduled = false;
      this.#judge();
    });
  }

  #judge(): void {
    const engine = this.#engine;
    if (engine.stopped !== undefined || engine.pauses.size === 0) return;
    // Branches that wait have given their slots back: others may begin.
    for (const group of engine.groups) group.pump();
    if (!isQuiescent(engine)) {
      this.#looked = false;
    } else if (!this.#looked && engine.inbox.needed) {
      this.#looked = true;
      void engine.inbox.look();
    } else {
      this.#suspend();
    }
  }

  #suspend(): void {
    const engine = this.#engine;
    const waiting = [...engine.pauses].filter(({ spec }) => spec.type === "wait_call").map(({ node }) => node);
    const wakeAt = wakeTime(engine.top);
    this.awaited = { pending: waiting.toSorted((a, b) => a.id - b.id).map(pendingWait), wakeAt };
    // Who only looks, however often, leaves no record.
    if (!isAsFound(engine, wakeAt)) {
      const at = engine.now();
      const due = wakeAt === undefined ? {} : { wake: wakeAt };
      engine.append([{ k: "checkpoint", at, status: "awaiting", ...engine.reuseSoFar(), ...due }], "firm", () => undefined, { status: "awaiting", updatedAt: at, wakeAt: wakeAt ?? null });
    }
    void unwind(engine, new SuspendedError(engine.stateId), new ExecutionAwaitingError(engine.stateId, this.awaited.pending, wakeAt));
  }
}

/** Was the run found as it is now and listed so, waiting until then, by somebody of whom there is nothing to say? */
function isAsFound({ view, session, options }: Engine, wakeAt: number | undefined): boolean {
  const isFound = view.status === "awaiting" && view.wakeAt === wakeAt && options.misListed !== true;
  return isFound && session?.mode === ReplayMode.NORMAL && session.retry === undefined;
}
