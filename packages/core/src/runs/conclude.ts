import { endedAs } from "../engine/end-of-run.ts";
import type { Engine } from "../engine/engine.ts";
import { reportUnvisited } from "../engine/report-unvisited.ts";

/**
 * The call that `execute` began has ended: what it never asked for is told. One that gave its recorded value again has recorded nothing by
 * that; where a cut or a fork had left the run at rest, or a crash had left it listed as something else, it says from now on that it has completed
 * (rules R9, R10, S4).
 */
export function conclude(engine: Engine, completed: boolean): void {
  if (engine.stopped !== undefined) return;
  reportUnvisited(engine);
  const { journal, openedAt, options, policy, view } = engine;
  const misListed = options.misListed === true && journal.lastSeq === openedAt;
  if (!completed || policy.compare || (view.status === "completed" && !misListed)) return;
  const { record, header } = endedAs(engine, "completed");
  engine.append([record], "firm", () => undefined, header);
}
