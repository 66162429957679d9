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
  run.on("group", (notice) => {
    group = notice;
  });
  const terminal = stream.isTTY === true;
  const tell = (view: RunView): void => {
    if (group === undefined) return;
    const settled = group.completed + group.failed + group.cancelled;
    const quarter = Math.floor((settled / group.size) * milestones);
    const milestone = `${group.call}:${quarter}`;
    const news = settled > group.recovered || quarter === milestones;
    const passed = news && milestone !== told && quarter > 0 && (quarter === milestones || group.size >= worthMilestones);
    const due = terminal ? now() - drawnAt >= redrawMs || settled === group.size : passed;
    if (!due) return;
    told = milestone;
    drawnAt = now();
    const line = progressText(group, settled, statistics(view).calls.retryEvents);
    stream.write(terminal ? `\r${line}\u001B[K` : `${line}\n`);
  };
  return {
    update: tell,
    end: () => {
      if (terminal && drawnAt > 0) stream.write("\n");
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
