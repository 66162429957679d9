import { parentOf, type CallView, type RunView } from "../view/run-view.ts";

/** Remembers which calls have been announced as going on from another process. */
export type Reentered = (view: RunView, call: number) => readonly CallView[];

/**
 * The calls around one, outermost first, that nothing has been said of yet: an agent that is re-entered after a restart
 * publishes nothing before it ends, and its children would hang in the air. Branches are named by their children.
 */
export function reenteredTracker(): Reentered {
  const announced = new Set<number>();
  return (view, number) => {
    const news: CallView[] = [];
    for (let ancestor = parentOf(view, view.calls.get(number)); ancestor !== undefined; ancestor = parentOf(view, ancestor)) {
      if (ancestor.source !== "implied" || ancestor.type === "branch" || announced.has(ancestor.call)) continue;
      announced.add(ancestor.call);
      news.unshift(ancestor);
    }
    return news;
  };
}
