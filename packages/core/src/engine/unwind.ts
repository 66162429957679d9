import { dropAll } from "./drop-all.ts";
import type { Engine } from "./engine.ts";

/**
 * Ends what is open although its code has not ended: nothing more is recorded, code is told at once and given the grace to
 * unwind; calls at the top are told when it has and the lease is given back. Those are told of a storage error instead, if there was one.
 */
export async function unwind(engine: Engine, error: Error, atTop = error): Promise<void> {
  engine.seal(error, atTop);
  const calls = [...engine.top.open];
  for (const { inner } of calls) if (inner) dropAll(inner, error);
  for (const call of calls) call.abort(error);
  let told = atTop;
  try {
    await engine.handlers.ended(engine.system, engine.options.graceMs);
    await engine.journal.rest();
  } catch (failure) {
    told = failure as Error;
  }
  for (const call of calls) call.drop(told);
  engine.leases.tellIdle();
}
