import { killersOf } from "./crashable-backend.ts";

/**
 * Kills the process that holds this run, as far as the run can tell: see {@link crashableBackend}, through which it must
 * have been opened. Same as `backend.crash(state.stateId)` where the backend is at hand.
 * Throws a TypeError if the run is open on no crashable backend, or on several.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { createReprise } from "@reprise/core";
 * import { addOne, crash, crashableBackend } from "@reprise/testing";
 *
 * const disk = crashableBackend(memoryBackend());
 * const state = await createReprise({ backend: disk }).create({ stateId: "run-1" });
 * await state.run(addOne, 1);
 * crash(state);
 * const again = await createReprise({ backend: disk }).load("run-1");
 * console.log(await again.run(addOne, 1)); // 2
 * ```
 */
export function crash(state: { readonly stateId: string }): void {
  const [kill, ...others] = killersOf(state.stateId);
  if (!kill) throw new TypeError(`crash: run ${state.stateId} is not open on a backend made by crashableBackend`);
  if (others.length > 0) {
    throw new TypeError(`crash: run ${state.stateId} is open on ${others.length + 1} crashable backends; use backend.crash(stateId)`);
  }
  kill();
}
