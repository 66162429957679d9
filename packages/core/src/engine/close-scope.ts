import { CancelledError } from "../errors/call-errors.ts";
import type { CancelledRecord } from "../journal/journal-record.ts";
import type { Call } from "./call.ts";
import type { Scope } from "./scope.ts";

/**
 * Ends a scope whose handler has ended (rule I1), by itself if no reason is given: its open calls are aborted and awaited
 * up to the grace; what is open then, however deep, is revoked and gets a cancelled record, which `done` appends together
 * with the outcome.
 */
export function closeScope(scope: Scope, reason: Error | undefined, done: (cancelled: readonly CancelledRecord[]) => void): void {
  const { engine } = scope;
  scope.closing = true;
  for (const call of scope.open) {
    call.quiet();
    call.abort(reason ?? new CancelledError(call.node.address, "its parent has ended"));
  }
  if (scope.open.size === 0) return done([]);
  // What is recorded to have ended by now will end: it takes the time that it takes (rule R5).
  if (engine.validation !== undefined && [...scope.open].every((call) => call.replayed)) {
    scope.onEmpty = () => {
      scope.onEmpty = undefined;
      done([]);
    };
    return;
  }
  const stopGrace = engine.after(engine.options.graceMs, () => {
    if (engine.interruption.signal !== undefined) return;
    scope.onEmpty = undefined;
    const left: Call[] = [];
    revoke(scope, left, engine.rules.deepRevocation);
    const cancelled = left.map((call): CancelledRecord => ({ k: "cancelled", at: engine.now(), c: call.node.id, why: `it did not end within the grace of ${engine.options.graceMs} ms` }));
    done(cancelled);
  });
  scope.onEmpty = () => {
    scope.onEmpty = undefined;
    stopGrace();
    done([]);
  };
}

function revoke(scope: Scope, left: Call[], deep: boolean): void {
  scope.closing = true;
  for (const call of scope.open) {
    if (deep && call.inner) {
      call.inner.onEmpty = undefined;
      revoke(call.inner, left, deep);
    }
    if (!call.outcomeRecorded) left.push(call);
    call.drop(new CancelledError(call.node.address, "the grace of its parent has ended"));
  }
}
