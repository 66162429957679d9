import { ExecutionInterruptedError } from "../errors/interrupt-errors.ts";
import { abortedSignal } from "./check-interrupt.ts";
import { checkMetadata } from "./metadata.ts";
import { checkOpenOptions } from "./open-options.ts";
import type { OpenRequest } from "./open-run.ts";
import type { RepriseOptions } from "./reprise.ts";
import type { RunState } from "./run-state.ts";

type Open = (request: OpenRequest) => Promise<RunState>;

/**
 * Opens runs that can be interrupted as their options say. Throws `ExecutionInterruptedError` if the signal is aborted before
 * a run is open, while it is waited for included (rule I2), and `INVALID_OPTION`.
 */
export function uninterrupted(open: Open, defaults: Pick<RepriseOptions, "interruptChecker">): Open {
  return async (request) => {
    checkOpenOptions(request.options);
    checkMetadata(request.metadata);
    const { signal, interruptChecker = defaults.interruptChecker } = request.options;
    const aborted = (cause: unknown): ExecutionInterruptedError | undefined => (signal?.aborted === true ? new ExecutionInterruptedError(request.stateId, abortedSignal(signal), cause) : undefined);
    const before = aborted(signal?.reason);
    if (before !== undefined) throw before;
    try {
      const state = await open(request);
      state.arm({ ...request.options, ...(interruptChecker && { interruptChecker }) });
      return state;
    } catch (error) {
      throw aborted(error) ?? error;
    }
  };
}
