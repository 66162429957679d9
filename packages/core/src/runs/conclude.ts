import type { Engine } from "../engine/engine.ts";
import { reportUnvisited } from "../engine/report-unvisited.ts";

/**
 * The call that `execute` began has ended: what it never asked for is told. One that gave its recorded value again has recorded nothing by
 * that; where a cut or a fork had left the run at rest, it says from now on that it has completed (rules R9, R10).
 */
export function conclude(engine: Engine, completed: boolean): void {
  if (engine.stopped !== undefined) return;
  reportUnvisited(engine);
  if (!completed || engine.policy.compare || engine.view.status === "completed") return;
  const at = engine.now();
  engine.append([{ k: "checkpoint", at, status: "completed", ...engine.reuseSoFar() }], "firm", () => undefined, { status: "completed", updatedAt: at, wakeAt: null });
}
