import { isLeaf } from "../history/call-node.ts";
import type { InterruptedRecord } from "../journal/journal-record.ts";
import type { Call } from "./call.ts";
import type { Scope } from "./scope.ts";

/** The calls that this process has open below a scope, those below others first. */
export function openCalls(scope: Scope): Call[] {
  return [...scope.open].flatMap((call) => [...(call.inner ? openCalls(call.inner) : []), call]);
}

/** Has the attempt that its record shows not come to its handler in this process? */
function isIdle({ spec, node, handled }: Call): boolean {
  return isLeaf(spec.type) && node.state === "open" && handled !== node.opening;
}

/** Is it open only because an earlier process left it so? What became of that attempt is still not known. */
function isLost(call: Call): boolean {
  return isIdle(call) && call.node.opening <= call.engine.openedAt;
}

/** What is recorded of calls that are left open; `idleOnly` for leaves alone whose handler has not begun. */
export function interruptedRecords(scope: Scope, why: string, idleOnly: boolean): InterruptedRecord[] {
  const at = scope.engine.now();
  return openCalls(scope)
    .filter((call) => !call.outcomeRecorded && !isLost(call) && (!idleOnly || isIdle(call)))
    .map((call) => ({ k: "interrupted", at, c: call.node.id, why, ...(isIdle(call) && { idle: 1 }) }));
}
