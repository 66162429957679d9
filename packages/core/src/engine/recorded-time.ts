import { isLeaf, isPause, type CallNode } from "../history/call-node.ts";

/** How long the attempt that led to the outcome took, in ms. For code that was entered again this spans the time without a process. */
export function executionTime(node: CallNode): number {
  return Math.max(0, (node.endedAt ?? node.attemptAt) - node.attemptAt);
}

/**
 * The work that reusing a call saves, in ms: the execution time of the leaves below it. The span of an agent or group says
 * less: it holds the time without a process, and counts branches that ran side by side once. Waits and sleeps are no work.
 */
export function recordedWork(node: CallNode): number {
  if (isPause(node.type)) return 0;
  if (isLeaf(node.type) || node.children.length === 0) return executionTime(node);
  let work = 0;
  for (const child of node.children) work += recordedWork(child);
  return work;
}
