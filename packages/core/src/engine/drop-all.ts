import type { Scope } from "./scope.ts";

/** Ends all that is open in a scope and below it: the run has stopped. */
export function dropAll(scope: Scope, error: Error): void {
  scope.closing = true;
  scope.onEmpty = undefined;
  for (const call of scope.open) {
    if (call.inner) dropAll(call.inner, error);
    call.drop(error);
  }
}
