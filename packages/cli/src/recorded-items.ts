import type { CheckpointNotice, CheckpointSummary, InterruptNotice, Reprise, StateSnapshot } from "@reprise/core";
import type { RunItem } from "@reprise/printer";

/** Everything recorded of a run that a printer can draw: its events, the status it was left with, and what it was interrupted with. */
export async function recordedItems(reprise: Reprise, stateId: string): Promise<readonly RunItem[]> {
  const events = (await reprise.history(stateId)).events();
  const snapshot = await reprise.snapshot(stateId);
  const last = snapshot.checkpoints.at(-1);
  return [...events, ...(last === undefined ? [] : [checkpointItem(stateId, last)]), ...interruptItems(snapshot)];
}

function checkpointItem(stateId: string, { seq, at, status }: CheckpointSummary): RunItem {
  const notice: CheckpointNotice = { stateId, seq, at, status };
  return { topic: "checkpoint", ...notice };
}

function interruptItems({ stateId, at, interruption, calls, checkpoints }: StateSnapshot): readonly RunItem[] {
  if (interruption === undefined) return [];
  const saved = checkpoints.findLast(({ status }) => status === "interrupted");
  const notice: InterruptNotice = {
    stateId,
    at,
    signal: interruption,
    checkpoint: saved === undefined ? "not_asked_for" : "saved",
    ...(saved && { seq: saved.seq }),
    openCalls: calls.filter(({ endedAt }) => endedAt === undefined).length,
  };
  return [{ topic: "interrupt", ...notice }];
}
