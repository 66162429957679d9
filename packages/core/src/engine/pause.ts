import type { AwaitingRecord, JournalRecord, StartedRecord } from "../journal/journal-record.ts";
import type { Call } from "./call.ts";
import { cancel, complete } from "./outcome.ts";
import { StorageView } from "./storage-view.ts";

/** Records a new sleep and what ends it, and begins it (rule I5). */
export function beginPause(call: Call, record: StartedRecord): void {
  recordPause(call, record);
}

/** Begins one again that had ended, in code that was opened again. */
export function restartPause(call: Call): void {
  const { engine, node } = call;
  recordPause(call, { k: "restarted", at: engine.now(), c: node.id, n: node.attempt + 1 });
}

/** Goes on with one that is open: only the rest is waited. */
export function enterPause(call: Call): void {
  const stopTimer = callWhenDue(call, () => {
    call.onAbort = undefined;
    complete(call, undefined, { storage: new StorageView(call.scope.storage) });
  });
  call.onDrop = stopTimer;
  call.onAbort = (reason) => {
    stopTimer();
    cancel(call, reason);
  };
}

function recordPause(call: Call, first: JournalRecord): void {
  const { engine, node } = call;
  const seq = engine.ride([first]);
  if (node === undefined) engine.bind(call, seq);
  engine.append([awaitingRecord(call)], "start", () => undefined);
  enterPause(call);
}

function awaitingRecord({ engine, node, spec }: Call): AwaitingRecord {
  const at = engine.now();
  const { delayMs, until } = spec.pause ?? {};
  return { k: "awaiting", at, c: node.id, ...(until !== undefined && { due: until }), ...(delayMs !== undefined && { due: at + delayMs, delay: delayMs }) };
}

/**
 * A clock that went back cannot make a delay longer than it was recorded to be. A date is a matter of the clock alone: it is
 * looked at again when the timer has fired, for the clock may have been put back, or run slower than the timer, meanwhile.
 */
function callWhenDue(call: Call, callback: () => void): () => void {
  const { engine, node } = call;
  const { dueAt = 0, delayMs } = node;
  let stopTimer = (): void => undefined;
  const arm = (): void => {
    const leftMs = Math.max(0, Math.min(dueAt - engine.now(), delayMs ?? Infinity));
    stopTimer = engine.after(leftMs, () => {
      if (delayMs === undefined && engine.now() < dueAt) arm();
      else callback();
    });
  };
  arm();
  return () => stopTimer();
}
