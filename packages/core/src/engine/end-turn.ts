import type { Engine } from "./engine.ts";

/**
 * Something was let through the gate. What goes on later by itself, after a timer or a request of its own, does so in a turn that belongs to
 * nobody: a branch that was the last to be let through has nothing to do with it (rule A4).
 */
export function endTurn(engine: Engine): void {
  engine.suspension.judgeSoon();
  const { turn, top, system } = engine;
  if (turn?.isBranchWithin(top) !== true) return;
  system.yield(() => {
    if (engine.turn === turn) engine.turn = undefined;
  });
}
