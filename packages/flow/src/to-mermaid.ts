import type { FlowPlan } from "./definition/flow-plan.ts";
import { functionName } from "./json/named.ts";
import type { JobState, RoutineState } from "./job/job-state.ts";

const colours: { readonly [Status in RoutineState["status"]]: string } = {
  pending: "fill:#f6f8fa,stroke:#8c959f,color:#57606a",
  running: "fill:#ddf4ff,stroke:#0969da,color:#0a3069",
  completed: "fill:#dafbe1,stroke:#1a7f37,color:#116329",
  failed: "fill:#ffebe9,stroke:#cf222e,color:#82071e",
  error_continued: "fill:#fff8c5,stroke:#9a6700,color:#7d4e00",
  skipped: "fill:#fff8c5,stroke:#9a6700,color:#7d4e00",
  cancelled: "fill:#eaeef2,stroke:#6e7781,color:#424a53",
};

/** The graph of a flow as Mermaid text; with the state of a job, its routines are coloured by it and show their counts. */
export function toMermaid({ routines, connections, entry }: FlowPlan, job?: Pick<JobState, "routines">): string {
  const ids = [...routines.keys()];
  const node = (id: string): string => `r${ids.indexOf(id)}`;
  const lines = ids.map((id) => {
    const state = job?.routines[id];
    const counts = state === undefined ? "" : `<br/>${state.status}${state.activations > 1 ? ` ×${state.activations}` : ""}${state.retries > 0 ? `, ${state.retries} ${state.retries === 1 ? "retry" : "retries"}` : ""}`;
    const [open, close] = id === entry ? ["([", "])"] : ["[", "]"];
    return `  ${node(id)}${open}"${label(id)}${counts}"${close}`;
  });
  for (const { from, to, map, maxIterations } of connections) {
    const name = functionName(map);
    const through = map === undefined ? "" : ` through ${name ?? "a function"}`;
    lines.push(`  ${node(from.routine)} -- "${label(`${from.name} to ${to.name}${through}${maxIterations === undefined ? "" : `, at most ${maxIterations}×`}`)}" --> ${node(to.routine)}`);
  }
  if (job !== undefined) {
    for (const [status, colour] of Object.entries(colours)) {
      const those = ids.filter((id) => job.routines[id]?.status === status).map(node);
      if (those.length > 0) lines.push(`  classDef ${status} ${colour}`, `  class ${those.join(",")} ${status}`);
    }
  }
  return `flowchart LR\n${lines.join("\n")}\n`;
}

/** Names are letters, digits, `_` and `-`; what else a text may hold is written so that Mermaid takes it as text. */
function label(text: string): string {
  return text.replaceAll(/[^\w\s,×.-]/gu, (character) => `#${character.codePointAt(0)};`);
}
