import type { GroupNotice, RunFeed } from "@reprise/core/spi";
import { statistics, type PrintStream, type RunView } from "@reprise/printer";
import { now } from "./system.ts";

/** Progress of one run, for people. */
export interface Progress {
  /** Something has changed. */
  update(view: RunView): void;
  end(): void;
}

const redrawMs = 80;
const milestones = 4;
// Shorter groups are over before anybody has read how far they are.
const worthMilestones = 20;

/**
 * How far the groups of a run are: on a terminal one line that is rewritten, elsewhere a line per quarter, because a log
 * is read later and nobody wants hundreds of lines of it.
 */
export function progressLines(run: RunFeed, stream: PrintStream): Progress {
  let group: GroupNotice | undefined;
  let told = "";
  let drawnAt = 0;
  let open = false;
  run.on("group", (notice) => {
    group = notice;
  });
  const terminal = stream.isTTY === true;
  const tell = (view: RunView): void => {
    if (group === undefined || group.size === 0) return;
    const settled = group.completed + group.failed + group.cancelled;
    const quarter = Math.floor((settled / group.size) * milestones);
    const milestone = `${group.call}:${quarter}`;
    // The end of a group is said once, at once; on a terminal its line then stays.
    const ends = settled === group.size;
    const news = ends || (settled > group.recovered && quarter > 0 && group.size >= worthMilestones);
    const due = terminal && !ends ? now() - drawnAt >= redrawMs : news && milestone !== told;
    if (!due) return;
    told = milestone;
    drawnAt = now();
    open = terminal && !ends;
    const line = progressText(group, settled, statistics(view).calls.retryEvents);
    stream.write(`${terminal ? "\r" : ""}${line}${terminal ? "\u001B[K" : ""}${open ? "" : "\n"}`);
  };
  return {
    update: tell,
    end: () => {
      if (open) stream.write("\n");
    },
  };
}

function progressText({ address, size, recovered }: GroupNotice, settled: number, retries: number): string {
  const name = address.replace(/^audit::/u, "").replace(/::group$/u, "");
  const parts = [`${name} ${settled}/${size}`];
  if (recovered > 0) parts.push(`${recovered} of them from the journal`);
  if (retries > 0) parts.push(`${retries} ${retries === 1 ? "retry" : "retries"}`);
  return `   ${parts.join(", ")}`;
}
