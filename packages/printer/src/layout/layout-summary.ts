import { formatCount, formatDuration, formatShare } from "../text/format.ts";
import type { Glyphs } from "../text/glyphs.ts";
import { fitLine, lineWidth, span, type Line, type Span } from "../text/line.ts";
import { textWidth } from "../text/measure.ts";
import type { RunView } from "../view/run-view.ts";
import { statistics, type RunStatistics, type RunTally } from "../view/statistics.ts";
import { runStatus } from "../view/run-status.ts";
import { toneOfRun } from "./appearance.ts";
import { checkpointText, reasonText } from "./interrupt-lines.ts";
import { shownPath } from "./shown-path.ts";

/** What a summary depends on beside the view. */
export interface SummaryLayout {
  readonly width: number;
  readonly glyphs: Glyphs;
}

type Item = readonly Span[];

const nameColumn = 10;
const gap = "   ";
const errorsShown = 8;

/** The statistics of a run as lines: a name, then items that wrap at the width. */
export function layoutSummary(view: RunView, layout: SummaryLayout): readonly Line[] {
  const facts = statistics(view);
  const rows: readonly (readonly [string, readonly Item[]])[] = [
    ["Result", resultItems(facts)],
    ["Stopped", interruptItems(view)],
    ["Calls", callItems(facts)],
    ["Agents", agentItems(facts.agents)],
    ["Retries", retryItems(facts)],
    ["Saved", savedItems(facts)],
    ["Errors", errorItems(facts)],
    ["Slowest", slowestItems(view, facts, layout)],
    ["Logs", logItems(facts)],
  ];
  return rows.filter(([, items]) => items.length > 0).flatMap(([name, items]) => wrapped(name, items, layout));
}

function resultItems({ status, elapsedMs, workMs, parallelism, calls }: RunStatistics): readonly Item[] {
  const result = [span(status, toneOfRun(status)), span(elapsedMs === undefined ? "" : ` in ${formatDuration(elapsedMs)}`)];
  if (calls.ran === 0) return [result];
  const ratio = parallelism === undefined ? "n/a" : `${parallelism.toFixed(1)}x`;
  return [result, item(`work ${formatDuration(workMs)}`), item(`parallelism ${ratio}`)];
}

/** Why a run that is interrupted is, and what is true of its checkpoint. */
function interruptItems(view: RunView): readonly Item[] {
  const { interrupt } = view;
  if (interrupt === undefined || runStatus(view) !== "interrupted") return [];
  const { signal, checkpoint } = interrupt;
  const why = [span(`INTERRUPTED ${reasonText(signal)}`, "interrupted"), span(signal.message === undefined ? "" : `: ${signal.message}`)];
  return [why, ...(signal.triggeredBy === undefined ? [] : [item(`by ${signal.triggeredBy}`)]), [span(`checkpoint ${checkpointText(interrupt)}`, checkpoint === "failed" ? "failed" : "plain")]];
}

function callItems({ calls, replaced }: RunStatistics): readonly Item[] {
  return [
    item(`${calls.total} total`),
    item(`${calls.ran} ran`),
    ...counted(calls.recovered, "recovered", "recovered"),
    ...counted(calls.completed, "completed", "completed"),
    ...counted(calls.failed, "failed", "failed"),
    ...counted(calls.cancelled, "cancelled", "cancelled"),
    ...counted(calls.interrupted, "interrupted", "interrupted"),
    ...counted(calls.running, "running", "running"),
    ...counted(calls.retrying, "waiting to retry", "retrying"),
    ...counted(replaced, "replaced", "faint"),
    item(`success rate ${formatShare(calls.completed, calls.completed + calls.failed)}`),
  ];
}

/** Only where they say more than the result does. */
function agentItems(agents: RunTally): readonly Item[] {
  if (agents.total < 2 && agents.retryEvents === 0) return [];
  return [
    item(`${agents.total} total`),
    ...counted(agents.completed, "completed", "completed"),
    ...counted(agents.failed, "failed", "failed"),
    ...counted(agents.cancelled, "cancelled", "cancelled"),
    ...counted(agents.interrupted, "interrupted", "interrupted"),
    ...counted(agents.running + agents.retrying, "running", "running"),
    ...counted(agents.retriedCalls, "retried", "retrying"),
  ];
}

function retryItems({ calls, backoffMs }: RunStatistics): readonly Item[] {
  if (calls.ran === 0) return [];
  const rate = item(`retry rate ${formatShare(calls.retriedCalls, calls.ran)}`);
  if (calls.retryEvents === 0) return [item("none"), rate];
  return [
    item(formatCount(calls.retryEvents, "retry event")),
    item(`${formatCount(calls.retriedCalls, "call")} retried`),
    item(formatCount(calls.retryAttempts, "retry attempt")),
    rate,
    item(`backoff ${formatDuration(backoffMs)}`),
    ...counted(calls.recoveredAfterRetry, "then completed", "completed"),
  ];
}

function savedItems({ savedMs, reuses }: RunStatistics): readonly Item[] {
  if (reuses === 0) return [];
  return [[span(formatDuration(savedMs), "recovered"), span(` of recorded work, ${formatCount(reuses, "call")} reused`)]];
}

function errorItems({ errors }: RunStatistics): readonly Item[] {
  const shown = errors.slice(0, errorsShown).map(({ code, count }) => [span(code, "failed"), span(` x${count}`)]);
  const hidden = errors.length - errorsShown;
  return hidden > 0 ? [...shown, item(`${hidden} more`)] : shown;
}

function slowestItems(view: RunView, { slowest, calls }: RunStatistics, { glyphs }: SummaryLayout): readonly Item[] {
  if (calls.ran < 2) return [];
  return slowest.map((call) => [span(shownPath(view, call, glyphs)), span(` ${formatDuration(call.spentMs)}`, "faint")]);
}

function logItems({ logs }: RunStatistics): readonly Item[] {
  return [...(logs.warn > 0 ? [item(formatCount(logs.warn, "warning"))] : []), ...(logs.error > 0 ? [item(formatCount(logs.error, "error"))] : [])];
}

function item(text: string): Item {
  return [span(text)];
}

function counted(count: number, word: string, tone: Span["tone"]): readonly Item[] {
  return count === 0 ? [] : [[span(`${count} `), span(word, tone)]];
}

function wrapped(name: string, items: readonly Item[], { width, glyphs }: SummaryLayout): readonly Line[] {
  const lines: Span[][] = [[span(name.padEnd(nameColumn), "strong")]];
  let used = nameColumn;
  let first = true;
  for (const parts of items) {
    const takes = lineWidth(parts) + (first ? 0 : textWidth(gap));
    if (!first && used + takes > width) {
      lines.push([span(" ".repeat(nameColumn)), ...parts]);
      used = nameColumn + lineWidth(parts);
    } else {
      lines.at(-1)?.push(...(first ? [] : [span(gap)]), ...parts);
      used += takes;
    }
    first = false;
  }
  return lines.map((line) => fitLine(line, width, glyphs.ellipsis));
}
