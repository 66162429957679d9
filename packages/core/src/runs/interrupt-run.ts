import { encodeInterrupt } from "../engine/interrupt-message.ts";
import { isRepriseError, RepriseError } from "../errors/reprise-error.ts";
import type { InterruptSignal } from "../events/interrupt-signal.ts";
import type { StateHead } from "../ports/state-backend.ts";
import type { RunState } from "./run-state.ts";
import type { RepriseSettings } from "./settings.ts";

/** What interrupting a run needs of the Reprise that is asked to. */
export interface InterruptAccess {
  /** The handle of this process. */
  readonly holderOf: (stateId: string) => RunState | undefined;
  readonly load: (stateId: string) => Promise<RunState>;
}

const atRest: readonly StateHead["status"][] = ["completed", "failed", "interrupted", "paused"];

/** How often a run is looked at again that is taken and let go meanwhile. */
const mostLooks = 10;

/** Interrupts a run, or pauses it without a signal, wherever it is (rule I2): here, in the process that has its lease, or where nobody is at it. */
export async function interruptRun({ backend, system }: RepriseSettings, access: InterruptAccess, stateId: string, signal: InterruptSignal | undefined): Promise<boolean> {
  for (let look = 1; ; look += 1) {
    const holder = access.holderOf(stateId);
    const here = holder?.resting === true ? undefined : holder;
    if (here !== undefined && end(here, signal)) return true;
    // It is being ended already: the first one wins.
    if (here?.halted !== undefined) return false;
    // Its lease may still be on its way back; whoever has one then is somebody else.
    if (here === undefined) await holder?.rest();
    const head = await backend.head(stateId);
    if (head === undefined) throw new RepriseError("NOT_FOUND", `there is no run ${stateId} to ${signal === undefined ? "pause" : "interrupt"}`, { stateId });
    if (head.lease === "live" && here === undefined) {
      await backend.post(stateId, system.newId().toLowerCase(), encodeInterrupt({ epoch: head.epoch, signal }));
      return true;
    }
    if (atRest.includes(head.status)) return false;
    try {
      return await interruptAtRest(await access.load(stateId), signal);
    } catch (error) {
      if (!isRepriseError(error, "LEASE_HELD") || look === mostLooks) throw error;
    }
  }
}

function end(state: RunState, signal: InterruptSignal | undefined): boolean {
  return signal === undefined ? state.pause() : state.interrupt(signal);
}

/** Nobody is at it: the lease is taken for as long as it takes to record that. The header may have lagged behind. */
async function interruptAtRest(state: RunState, signal: InterruptSignal | undefined): Promise<boolean> {
  try {
    return !atRest.includes(state.status) && end(state, signal);
  } finally {
    await state.close();
  }
}
