import type { Engine } from "./engine.ts";

/** Why something was cancelled, as it is recorded: whatever was thrown, a text of bounded length. */
export function reasonText(engine: Engine, reason: unknown): string {
  return engine.values.errorRecord(reason).message;
}
