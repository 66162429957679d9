import { CancelledError } from "../errors/call-errors.ts";
import type { Engine } from "./engine.ts";

/** Why something was cancelled, as it is recorded: whatever was thrown, a text of bounded length. */
export function reasonText(engine: Engine, reason: unknown): string {
  // Its message names another call: the one that was cancelled before.
  if (reason instanceof CancelledError) return reason.reason;
  return engine.values.errorRecord(reason).message;
}
