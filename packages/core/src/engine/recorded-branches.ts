import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { Matcher } from "./matcher.ts";

/** Which records stand for the items of a group, by position, where its code does not run to ask for them. */
export function recordedBranches(group: CallNode, items: readonly EncodedValue[], keys: readonly string[] | undefined): (CallNode | undefined)[] {
  const matcher = new Matcher(group.children.filter(({ id }) => id >= group.visibleFrom), { strict: true, knownCode: false });
  const common = { type: "branch", name: group.segment.name, version: undefined, onInputChange: undefined, rerunVersions: false, once: false, address: () => group.address } as const;
  return items.map((input, position) => matcher.takeBranch({ ...common, key: keys?.[position] ?? String(position), input }, keys !== undefined).node);
}
