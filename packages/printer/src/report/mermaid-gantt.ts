import type { ReadHistory } from "../history-source.ts";
import { glyphSets, type Glyphs } from "../text/glyphs.ts";
import { ancestorsOf, isLeaf, type CallView, type RunView } from "../view/run-view.ts";
import { labelOf } from "../view/scope.ts";
import { segmentsByCall, type CallSegment } from "./call-segments.ts";
import { mermaidText, type MermaidLayout } from "./mermaid-text.ts";

const { unicode } = glyphSets;
const outer = 1;

/** The attempts, delays and waits of a run over time. A section is a call at the top, or one made by the only one there. */
export function mermaidGantt({ view, messages }: ReadHistory, { title, now, maxRows }: MermaidLayout): string {
  const segments = segmentsByCall(messages);
  const calls = [...view.calls.values()].filter((call) => (segments.get(call.call) ?? []).length > 0).toSorted((a, b) => a.call - b.call);
  const bars = calls.flatMap((call) => (segments.get(call.call) ?? []).map((segment, index) => ({ call, segment, id: `c${call.call}x${index}` })));
  // Code that only calls says least: it is left out first.
  const shown = bars.length <= maxRows ? bars : bars.filter(({ call }) => isLeaf(call)).slice(0, maxRows);
  const sections = new Map<string, string[]>();
  for (const { call, segment, id } of shown) {
    const section = sectionOf(view, call);
    sections.set(section, [...(sections.get(section) ?? []), bar(call, segment, id, now)]);
  }
  const lines = [...sections].flatMap(([section, tasks]) => [`  section ${mermaidText(section)}`, ...tasks]);
  const rest = bars.length - shown.length;
  return `${["gantt", `  title ${mermaidText(title)}`, "  dateFormat x", "  axisFormat %H:%M:%S", ...lines, ...(rest > 0 ? [`  %% ${rest} more are not drawn`] : [])].join("\n")}\n`;
}

function sectionOf(view: RunView, call: CallView): string {
  const path = [call, ...ancestorsOf(view, call)].toReversed();
  const own = path[Math.min(outer, path.length - 1)] ?? call;
  return labelOf(own.scope);
}

function bar(call: CallView, segment: CallSegment, id: string, now: number): string {
  const { from } = segment;
  const to = Math.max(segment.to ?? now, from + 1);
  const tag = tags[lookOf(segment)];
  const attempt = segment.kind === "attempt" && (segment.attempt > 1 || call.retryEvents > 0) ? ` attempt ${segment.attempt}` : "";
  const name = `${signs(segment, unicode)} ${labelOf(call.scope)}${attempt}${words[segment.kind]}`;
  return `    ${mermaidText(name)} :${tag === "" ? "" : `${tag}, `}${id}, ${from}, ${to}`;
}

const words: Readonly<Record<CallSegment["kind"], string>> = { attempt: "", backoff: " delay", wait: " waits", reuse: " reused" };

type Look = "open" | "good" | "bad" | "calm";
const tags: Readonly<Record<Look, string>> = { open: "active", good: "done", bad: "crit", calm: "" };

function lookOf({ kind, outcome, to }: CallSegment): Look {
  if (outcome === "failed") return "bad";
  if (kind === "backoff" || outcome === "cancelled" || outcome === "interrupted" || outcome === "lost") return "calm";
  return to === undefined ? "open" : "good";
}

function signs({ kind, outcome }: CallSegment, glyphs: Glyphs): string {
  if (kind === "reuse") return glyphs.recovered;
  if (kind === "backoff") return glyphs.retrying;
  if (outcome === undefined) return kind === "wait" ? glyphs.awaiting : glyphs.running;
  return outcome === "completed" || outcome === "failed" || outcome === "cancelled" || outcome === "interrupted" ? glyphs[outcome] : glyphs.cancelled;
}
