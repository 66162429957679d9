import type { RecoveredNotice } from "../events/execution-event.ts";
import type { Call } from "./call.ts";
import { recordedWork } from "./recorded-time.ts";

/** Says that the outcome of a call came from the record (rule R1). */
export function recoveredNotice({ engine, node, inputChanged, versionChanged }: Call): RecoveredNotice {
  return {
    stateId: engine.stateId,
    address: node.address,
    type: node.type,
    name: node.segment.name,
    call: node.id,
    parent: node.parent?.id,
    status: node.state === "completed" ? "completed" : node.state === "failed" ? "failed" : "cancelled",
    attempts: node.attempt,
    savedMs: recordedWork(node),
    at: engine.now(),
    inputChanged,
    versionChanged,
  };
}
