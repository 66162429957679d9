import type { CheckpointRecord, JournalRecord } from "../journal/journal-record.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import type { Call } from "./call.ts";
import type { Engine } from "./engine.ts";

/** A checkpoint, and what the run is listed by from then on. */
interface EndOfRun {
  readonly record: CheckpointRecord;
  readonly header: HeaderPatch;
}

/** The checkpoint that ends a run, for the same append as the outcome of the call that `execute` began. */
export function endOfRun({ engine, node }: Call, outcome: JournalRecord): EndOfRun | undefined {
  if (outcome.k !== "completed" && outcome.k !== "failed") return undefined;
  return endedAs(engine, outcome.k, outcome.k === "failed" ? { through: [node.id] } : {});
}

/** What says of a run that it has ended, and as what. */
export function endedAs(engine: Engine, status: "completed" | "failed", through: Pick<CheckpointRecord, "through"> = {}): EndOfRun {
  const at = engine.now();
  return { record: { k: "checkpoint", at, status, ...through, ...engine.reuseSoFar() }, header: { status, updatedAt: at, wakeAt: null } };
}
