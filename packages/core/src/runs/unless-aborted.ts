import { ExecutionInterruptedError } from "../errors/interrupt-errors.ts";
import { abortedSignal } from "./check-interrupt.ts";
import type { OpenRequest } from "./open-run.ts";

/** Opens a run; throws `ExecutionInterruptedError` if its signal was aborted before that, or while the run was waited for (rule I2). */
export async function unlessAborted<Opened>(request: OpenRequest, open: (request: OpenRequest) => Promise<Opened>): Promise<Opened> {
  const { signal } = request.options;
  const aborted = (cause: unknown): ExecutionInterruptedError | undefined => (signal?.aborted === true ? new ExecutionInterruptedError(request.stateId, abortedSignal(signal), cause) : undefined);
  const before = aborted(signal?.reason);
  if (before !== undefined) throw before;
  try {
    return await open(request);
  } catch (error) {
    throw aborted(error) ?? error;
  }
}
