import type { StartedRecord } from "../journal/journal-record.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { Call } from "./call.ts";
import { complete } from "./outcome.ts";
import { StorageView } from "./storage-view.ts";

/** A call that a fork has given a value: it is recorded to have begun and to have ended with it, and no handler runs (rule R10). */
export function beginPinned(call: Call, record: StartedRecord, pin: EncodedValue): void {
  const { engine } = call;
  engine.bind(call, engine.ride([record]));
  endPinned(call, pin);
}

/** The same for one that had begun when the process died, or whose value did not fit. */
export function repeatPinned(call: Call, pin: EncodedValue): void {
  const { engine, node } = call;
  if (node.state !== "open") engine.ride([{ k: "restarted", at: engine.now(), c: node.id, n: node.attempt + 1 }]);
  endPinned(call, pin);
}

function endPinned(call: Call, pin: EncodedValue): void {
  call.pinned = true;
  void complete(call, pin.decode(), { storage: new StorageView(call.scope.storage) });
}
