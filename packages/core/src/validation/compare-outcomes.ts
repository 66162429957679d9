import type { CallNode, RecordedValue } from "../history/call-node.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import { errorDifferences, treeDifferences, typeOfTree, type ValueDifference } from "../values/value-difference.ts";

/** How a call ended, as it is recorded: a tagged tree, or an error. */
export type Outcome = { readonly value: unknown } | { readonly error: ErrorRecord };

/** What a comparison says of a call. */
export interface Comparison {
  readonly status: "same" | "value" | "type" | "error";
  readonly differences: readonly ValueDifference[];
}

export const same: Comparison = { status: "same", differences: [] };

/** Compares deeply: a value of another type, another value, another error, or an error where a value was. */
export function compareOutcomes(recorded: Outcome, current: Outcome): Comparison {
  if ("value" in recorded && "value" in current) {
    const differences = treeDifferences(recorded.value, current.value, { root: "value" });
    if (differences.length === 0) return same;
    return { status: typeOfTree(recorded.value) === typeOfTree(current.value) ? "value" : "type", differences };
  }
  if ("error" in recorded && "error" in current) {
    const differences = errorDifferences(recorded.error, current.error);
    return differences.length === 0 ? same : { status: "error", differences };
  }
  const [before, after] = [sideOf(recorded), sideOf(current)];
  return { status: "error", differences: [{ path: before.path, kind: "removed", before: before.tree }, { path: after.path, kind: "added", after: after.tree }] };
}

function sideOf(outcome: Outcome): { readonly path: string; readonly tree: unknown } {
  return "value" in outcome ? { path: "value", tree: outcome.value } : { path: "error", tree: { $e: outcome.error } };
}

/** Where the writes of two attempts differ. */
export function compareWrites(recorded: readonly StorageWrite[], current: readonly StorageWrite[]): ValueDifference[] {
  return [
    ...treeDifferences(treeOfWrites(recorded), treeOfWrites(current), { root: "storage" }),
    ...treeDifferences(treeOfReferences(recorded), treeOfReferences(current), { root: "artifacts" }),
  ];
}

function treeOfReferences(writes: readonly StorageWrite[]): unknown {
  return inOrder(writes.flatMap((write): [string, unknown][] => (write[1] === "r" ? [[write[0], write[2]]] : [])));
}

// A map, whose keys are the user's; sorted, because the order in which keys were written changes nothing.
function treeOfWrites(writes: readonly StorageWrite[]): unknown {
  return inOrder(
    writes.flatMap((write): [string, unknown][] => {
      if (write[1] === "r") return [];
      if (write[1] === "s") return [[write[0], typeof write[2] === "object" ? write[2].tree : write[2]]];
      return [[write[0], write[1] === "a" ? { add: write[2] } : { deleted: true }]];
    }),
  );
}

function inOrder(entries: readonly (readonly [string, unknown])[]): unknown {
  return { $m: entries.toSorted(([one], [other]) => (one < other ? -1 : 1)) };
}

/** The tagged tree of a recorded value; `ofCall` gives that of a call it refers to. */
export function treeOf(value: RecordedValue | undefined, ofCall: (node: CallNode) => unknown = recordedTree): unknown {
  switch (value?.kind) {
    case "of":
      return ofCall(value.node);
    case "list":
      return value.nodes.map(ofCall);
    default:
      return value?.value === undefined ? { $u: 0 } : value.value.tree;
  }
}

function recordedTree(node: CallNode): unknown {
  return treeOf(node.value);
}
