import type { CallNode } from "../history/call-node.ts";
import type { Engine } from "./engine.ts";
import type { Scope } from "./scope.ts";

/** A5: says which recorded calls a finished run never asked for; a validation says so in its report. */
export function reportUnvisited(engine: Engine): void {
  if (engine.policy.compare) return;
  for (const scope of engine.reporting.values()) {
    for (const { address } of unvisitedIn(scope)) engine.log("warn", "UNVISITED", "it is recorded, and the run ended without asking for it", { address });
  }
}

/**
 * Records that the code of a scope could have asked for and did not (rule A5). Code that was opened because something had
 * changed is not held to what other passes over it had left (rule R7).
 */
function unvisitedIn({ matcher, node, call, engine, opening }: Scope): CallNode[] {
  if (engine.pass === undefined && node?.openingKind !== "changed") return matcher.unvisited();
  const reopened = node?.openingKind === "changed" && opening <= engine.openedAt;
  const from = reopened ? opening : (call?.askedFrom ?? 0);
  return matcher.abandoned().filter((record) => Math.max(record.opening, record.endSeq) > from);
}
