import type { CheckpointRecord, JournalRecord } from "../journal/journal-record.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import type { Call } from "./call.ts";

/** The checkpoint that ends a run, for the same append as the outcome of the call that `execute` began. */
export function endOfRun({ engine, node }: Call, outcome: JournalRecord): { readonly record: CheckpointRecord; readonly header: HeaderPatch } | undefined {
  if (outcome.k !== "completed" && outcome.k !== "failed") return undefined;
  const at = engine.now();
  const through = outcome.k === "failed" ? { through: [node.id] } : {};
  return { record: { k: "checkpoint", at, status: outcome.k, ...through, ...engine.reuseSoFar() }, header: { status: outcome.k, updatedAt: at, wakeAt: null } };
}
