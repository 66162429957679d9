import { parseAddress } from "../address/address.ts";
import type { JournalRecord, StartedRecord } from "../journal/journal-record.ts";
import { isPause, isLeaf, type CallNode } from "./call-node.ts";
import type { RunView } from "./fold.ts";

/**
 * What no run can have recorded next: what a record says against those before it. Folding does not ask, for what is read is
 * what was folded when it was written; somebody who doubts the journal asks. Calls that are not there are found by folding.
 */
export function contradictions(view: RunView, record: JournalRecord, seq: number, before: JournalRecord | undefined): string[] {
  if ((before?.k === "sealed") !== (record.k === "received")) return [record.k === "received" ? "a run was received that was not sealed" : "a sealed run was extended"];
  if (record.k === "started") return inStarted(view, record);
  if (record.k === "cut") return record.why.position < seq ? [] : [`it cuts the run back to record ${record.why.position}, which is not before it`];
  if (!("c" in record)) return [];
  const node = view.calls.get(record.c);
  if (node === undefined) return [];
  const { address, state } = node;
  switch (record.k) {
    case "restarted":
      // R7: a look at what is below is no attempt.
      return record.n === node.attempt + 1 || (record.opening === "changed" && record.n === node.attempt) ? [] : [`attempt ${record.n} of ${address} follows attempt ${node.attempt}`];
    case "completed":
      return [...mustBe(["open"], node, "completed"), ...foreign(node, record.vb, "value")];
    case "failed":
      return [...mustBe(["open", "retrying"], node, "failed"), ...foreign(node, (record.b ?? []).filter((id) => id !== null), "branches")];
    case "cancelled":
      return mustBe(["open", "retrying"], node, "cancelled");
    case "interrupted":
      return mustBe(["open", "retrying"], node, "interrupted");
    case "retrying":
      return before?.k === "failed" && before.c === record.c ? [] : [`a retry of ${address} was planned without a failure right before it`];
    case "awaiting":
      return isPause(node.type) && state === "open" ? [] : [`${address} awaits something, and is ${isPause(node.type) ? state : "no wait or sleep"}`];
    case "rejected":
      return node.type === "wait_call" && state === "open" ? [] : [`an answer to ${address} was refused, which is ${node.type === "wait_call" ? state : "no wait"}`];
    case "expired":
      return mustBe(["open", "retrying"], node, "out of time");
  }
}

function inStarted(view: RunView, { a: address, p, c }: StartedRecord): string[] {
  const parent = p === undefined ? undefined : view.calls.get(p);
  const again = c === undefined ? undefined : view.calls.get(c);
  const found = again === undefined || again.state === "unstarted" ? [] : [`${address} begins anew, and no cut has made it unstarted (${again.state})`];
  if (parent === undefined) return found;
  if (isLeaf(parent.type) || isPause(parent.type)) found.push(`${address} was called by ${parent.address}, which calls nothing`);
  else if (parent.state !== "open") found.push(`${address} was called by ${parent.address} after that had ended (${parent.state})`);
  const { path } = parseAddress(address);
  if (!path.startsWith(`${parent.path}::`) && !path.startsWith(`${parent.path}{`)) found.push(`${address} does not lie below ${parent.address}, which called it`);
  return found;
}

function mustBe(states: readonly CallNode["state"][], { address, state }: CallNode, what: string): string[] {
  return states.includes(state) ? [] : [`${address} is ${what} after it had ended (${state})`];
}

/** R4, P1: what a group lists are branches of its own. */
function foreign({ address, children }: CallNode, ids: readonly number[] | undefined, what: string): string[] {
  const own = new Set(children.map(({ id }) => id));
  return (ids ?? []).filter((id) => !own.has(id)).map((id) => `the ${what} of ${address} name call ${id}, which is no branch of it`);
}
