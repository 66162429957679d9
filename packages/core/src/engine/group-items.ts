import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { canonical } from "./matcher.ts";

/** Do the branches that made a group's recorded value stand for these items, position by position? */
export function sameItems(group: CallNode, items: EncodedValue | undefined): boolean {
  if (group.value?.kind !== "list") return false;
  const { nodes } = group.value;
  const asked = items?.items() ?? [];
  return nodes.length === asked.length && nodes.every((node, position) => canonical(node.input) === canonical(asked[position]));
}
