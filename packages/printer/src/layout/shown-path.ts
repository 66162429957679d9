import type { Glyphs } from "../text/glyphs.ts";
import { ancestorsOf, topOfRun, type CallView, type RunView } from "../view/run-view.ts";
import { labelOf } from "../view/scope.ts";

/** A call's name with the branch it is in: `pages{3} › fetch`. */
export function shownName(view: RunView, call: CallView, { separator }: Glyphs): string {
  const parent = call.parent === undefined ? undefined : view.calls.get(call.parent);
  const own = labelOf(call.scope);
  return parent?.type === "branch" ? `${labelOf(parent.scope)}${separator}${own}` : own;
}

/** The names on the way to a call, without the one call at the top of all and without groups, which their branches name. */
export function shownPath(view: RunView, call: CallView, { separator }: Glyphs): string {
  const ancestors = ancestorsOf(view, call);
  const top = view.children.get(topOfRun)?.length === 1 ? ancestors.at(-1) : undefined;
  const named = ancestors.filter((ancestor) => ancestor !== top && ancestor.type !== "group");
  return [...named.toReversed(), call].map(({ scope }) => labelOf(scope)).join(separator);
}

/** How many rows are around a call's row; a branch has none of its own. */
export function depthOf(view: RunView, call: CallView): number {
  return ancestorsOf(view, call).filter(({ type }) => type !== "branch").length;
}
