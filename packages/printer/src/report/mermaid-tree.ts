import { appearanceOf, attemptsText, glyphOf, kindNames, type Appearance } from "../layout/appearance.ts";
import { timingText } from "../layout/row-draft.ts";
import { treeRows, type CallRow, type MoreRow } from "../layout/tree-rows.ts";
import { glyphSets } from "../text/glyphs.ts";
import { topOfRun, type RunView } from "../view/run-view.ts";
import { runStatus } from "../view/run-status.ts";
import { mermaidText, type MermaidLayout } from "./mermaid-text.ts";

// Readable on a light and on a dark page: the fill says the status, the text on it is dark or white accordingly.
const classes: Readonly<Record<Appearance | "more", string>> = {
  running: "fill:#cfe8ff,stroke:#1f6feb,color:#0a2540",
  completed: "fill:#d7f5dd,stroke:#1a7f37,color:#0b2e13",
  failed: "fill:#ffd7d5,stroke:#cf222e,color:#4c0a0a",
  retrying: "fill:#fff1c2,stroke:#9a6700,color:#3d2a00",
  awaiting: "fill:#eadcff,stroke:#8250df,color:#2b1155",
  recovered: "fill:#eadcff,stroke:#8250df,color:#2b1155,stroke-dasharray:4 3",
  cancelled: "fill:#e7e9ec,stroke:#6e7781,color:#24292f",
  interrupted: "fill:#fff1c2,stroke:#9a6700,color:#3d2a00,stroke-dasharray:4 3",
  more: "fill:#f6f8fa,stroke:#8c959f,color:#24292f,stroke-dasharray:2 3",
};

/** The calls of a run as a flowchart, each below the one that made it. */
export function mermaidTree(view: RunView, layout: MermaidLayout): string {
  const all = treeRows(view, topOfRun, layout.maxChildren);
  const rows = all.slice(0, layout.maxRows);
  const lines = ["flowchart LR", `  run(["${mermaidText(`${layout.title} ${runStatus(view)}`)}"])`];
  const parents: string[] = ["run"];
  const used = new Set<Appearance | "more">();
  for (const [index, row] of rows.entries()) {
    const depth = row.levels.length;
    const id = `n${index}`;
    const look = "more" in row ? "more" : row.appearance;
    used.add(look);
    lines.push(`  ${parents[depth - 1] ?? "run"} --> ${id}["${label(row, layout.now)}"]:::${look}`);
    parents[depth] = id;
  }
  if (all.length > rows.length) lines.push(`  run --> rest["${mermaidText(`… ${all.length - rows.length} more`)}"]:::more`);
  if (all.length > rows.length) used.add("more");
  return `${[...lines, ...[...used].map((look) => `  classDef ${look} ${classes[look]}`)].join("\n")}\n`;
}

function label(row: CallRow | MoreRow, now: number): string {
  if ("more" in row) return mermaidText(`… ${row.more}`);
  const { call, key, label: name, progress } = row;
  const title = [glyphOf(appearanceOf(call), glyphSets.unicode), key, name, progress].filter((part) => part !== undefined).join(" ");
  const facts = [kindNames[call.type], call.replaced ? "replaced" : "", attemptsText(call), timingText(call, now)].filter((fact) => fact !== "").join(" ");
  return `${mermaidText(title)}<br/>${mermaidText(facts)}`;
}
