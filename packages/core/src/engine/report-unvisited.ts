import type { Engine } from "./engine.ts";

/** A5: says which recorded calls a finished run never asked for. */
export function reportUnvisited(engine: Engine): void {
  // A validation says so in its report.
  if (engine.policy.compare) return;
  for (const scope of engine.reporting.values()) {
    for (const node of scope.matcher.unvisited()) engine.log("warn", "UNVISITED", "it is recorded, and the run ended without asking for it", { address: node.address });
  }
}
