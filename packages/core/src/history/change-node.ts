import type { CompletedRecord, RestartedRecord } from "../journal/journal-record.ts";
import { isLeaf, type CallNode } from "./call-node.ts";
import type { RunView } from "./fold.ts";

/** Another attempt of a call begins. */
export function restartNode(view: Pick<RunView, "lastIssued" | "mayRepeat" | "storage">, node: CallNode, record: RestartedRecord, seq: number): void {
  if (node.state === "open") {
    // An attempt is lost where a leaf begins another; open code and waits are begun again for a reason.
    if (isLeaf(node.type) && node.interrupted === undefined) node.lost += 1;
  } else {
    // A pending retry spends the budget it has; after a terminal end the budget starts anew, and the code that asked
    // again has issued a call.
    if (node.state !== "retrying") {
      node.failures = 0;
      node.budgetAt = record.at;
      (node.parent ?? view).lastIssued = seq;
    }
    node.lost = 0;
  }
  view.mayRepeat.delete(node.address);
  node.state = "open";
  node.attempt = record.n;
  node.attemptAt = record.at;
  node.endedAt = undefined;
  node.endSeq = 0;
  node.endedParent = false;
  node.expired = undefined;
  node.interrupted = undefined;
  node.value = undefined;
  node.writes = [];
  // S1: a call at the top that begins again has not written anything yet.
  const join = node.parent === undefined ? view.storage.findIndex(({ call }) => call === node) : -1;
  if (join >= 0) view.storage.splice(join, 1);
  if (record.i !== undefined || record.iu === 1) node.input = record.i;
  node.opening = seq;
  if (record.opening !== undefined) {
    node.openingKind = record.opening;
    if (record.reuse !== true) {
      node.visibleFrom = seq;
      node.chance = record.was;
    }
  }
}

/** An attempt of a call has ended. */
export function endNode(node: CallNode, state: CallNode["state"], at: number, seq: number): void {
  node.state = state;
  node.endSeq = seq;
  node.endedAt = at;
  setIfOther(node, "interrupted", undefined);
  setIfOther(node, "dueAt", undefined);
}

/** What is not set takes no place in a node. */
export function setIfOther<Field extends keyof CallNode>(node: CallNode, field: Field, value: CallNode[Field]): void {
  if (node[field] !== value) node[field] = value;
}

/** An outcome belongs to the version, or the code, that led to it, whichever began the call (rules P1, R8). */
export function attribute(node: CallNode, { ver, fp }: Pick<CompletedRecord, "ver" | "fp">): void {
  if (ver !== undefined) node.version = ver ?? undefined;
  if (fp !== undefined) node.fingerprint = fp;
}

/** The run goes on: code is entered again and pauses are kept, only leaves have to begin anew. */
export function goOn(view: Pick<RunView, "interrupted">): void {
  for (const node of view.interrupted) if (!isLeaf(node.type)) node.interrupted = undefined;
  view.interrupted.length = 0;
}
