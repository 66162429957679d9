import type { AwaitingRecord, JournalRecord, StartedRecord } from "../journal/journal-record.ts";
import { TimeoutError } from "../errors/call-errors.ts";
import { tokenFrom } from "../history/wait-token.ts";
import type { Call } from "./call.ts";
import { cancel, complete, failForGood, recordEnd } from "./outcome.ts";
import { StorageView } from "./storage-view.ts";

/** Records a new wait or sleep and what ends it, and begins it (rules I3, I5). */
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
  const { engine, node, spec } = call;
  // A batch that is too large for one append may have lost what ends it: it would never be over, and nobody could answer it.
  if (node.dueAt === undefined && node.token === undefined) recordEndOf(call);
  const stopTimer = callWhenDue(call, () => (spec.type === "sleep_call" ? wakeUp(call) : void timeOut(call)));
  const end = (): void => {
    stopTimer();
    leave(call);
  };
  call.onDrop = end;
  call.onAbort = (reason) => {
    end();
    cancel(call, reason);
  };
  engine.pauses.add(call);
  if (spec.type === "wait_call") void engine.inbox.look();
  engine.suspension.judgeSoon();
}

function leave(call: Call): void {
  call.engine.pauses.delete(call);
}

function recordPause(call: Call, first: JournalRecord): void {
  const { engine, node } = call;
  const seq = engine.ride([first]);
  if (node === undefined) engine.bind(call, seq);
  recordEndOf(call);
  enterPause(call);
}

function recordEndOf(call: Call): void {
  // A token must not be given to people and then be lost.
  call.engine.append([awaitingRecord(call)], call.spec.type === "wait_call" ? "outcome" : "start", () => undefined);
}

function awaitingRecord({ engine, node, spec }: Call): AwaitingRecord {
  const at = engine.now();
  const { delayMs, until, prompt } = spec.pause ?? {};
  return {
    k: "awaiting",
    at,
    c: node.id,
    ...(until !== undefined && { due: until }),
    ...(delayMs !== undefined && { due: at + delayMs, delay: delayMs }),
    ...(spec.type === "wait_call" && { token: tokenFrom(engine.system.newId()) }),
    ...(prompt && { prompt }),
  };
}

function wakeUp(call: Call): void {
  leave(call);
  call.onAbort = undefined;
  void complete(call, undefined, { storage: new StorageView(call.scope.storage) });
}

/** I4: an answer that is there when the time is up still counts. */
async function timeOut(call: Call): Promise<void> {
  const { engine, node, spec } = call;
  await engine.inbox.look();
  if (engine.stopped !== undefined || call.state !== "open" || call.outcomeRecorded || call.abortReason !== undefined) return;
  leave(call);
  call.onAbort = undefined;
  const fallback = spec.pause?.fallback;
  if (fallback === undefined) return failForGood(call, new TimeoutError(node.address, "timeoutMs", node.delayMs ?? 0));
  call.live = { value: fallback.live };
  recordEnd(call, [{ k: "completed", at: engine.now(), c: node.id, ...(fallback.encoded && { v: fallback.encoded }) }]);
}

/** What a clock with fractions may be off by after adding a delay to it, generously. */
const roundingMs = 0.001;

/**
 * A clock that went back cannot make a delay longer than it was recorded to be. A date is a matter of the clock alone: it is
 * looked at again when the timer has fired, for the clock may have been put back, or run slower than the timer, meanwhile.
 */
function callWhenDue(call: Call, callback: () => void): () => void {
  const { engine, node } = call;
  const { dueAt, delayMs } = node;
  if (dueAt === undefined) return () => undefined;
  let stopTimer = (): void => undefined;
  const arm = (): void => {
    const leftMs = Math.max(0, Math.min(dueAt - engine.now(), delayMs ?? Infinity));
    stopTimer = engine.after(leftMs, () => {
      if (delayMs === undefined && dueAt - engine.now() > roundingMs) arm();
      else callback();
    });
  };
  arm();
  return () => stopTimer();
}
