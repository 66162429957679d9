import { isLeaf, type CallNode } from "../history/call-node.ts";

/**
 * What becomes of a call whose record was found, when the code asks for it again:
 * - `reuse`: its value is given, nothing runs;
 * - `replay`: its recorded failure or cancellation is given, nothing runs;
 * - `continue`: a retry is pending;
 * - `lost`: a leaf that started and left no outcome;
 * - `reenter`: open code is run again within its attempt, an open wait or sleep goes on;
 * - `execute`: another attempt begins;
 * - `begin`: it never started, and only keeps its place.
 */
export type Verdict = "begin" | "reuse" | "replay" | "continue" | "lost" | "reenter" | "execute";

/**
 * Rules R1, R3, R4 and T7 in one place. `opening` is the seq of the record that opened the present attempt of the code
 * that asks: an end before it belongs to an attempt that has failed.
 */
export function verdict(node: Pick<CallNode, "state" | "type" | "endSeq" | "endedParent">, opening: number): Verdict {
  switch (node.state) {
    case "unstarted":
      return "begin";
    case "completed":
      return "reuse";
    case "retrying":
      return "continue";
    case "open":
      return isLeaf(node.type) ? "lost" : "reenter";
    case "cancelled":
      return node.endSeq < opening ? "execute" : "replay";
    case "failed":
      return node.endSeq < opening && node.endedParent ? "execute" : "replay";
  }
}
