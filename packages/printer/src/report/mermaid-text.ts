import { sanitise } from "../text/sanitise.ts";

/** What diagrams depend on beside the run. */
export interface MermaidLayout {
  readonly title: string;
  /** Ms since the epoch. */
  readonly now: number;
  readonly maxChildren: number;
  readonly maxRows: number;
}

const longest = 80;

/** Text from outside as a label: whatever could mean something to Mermaid stands as a number (`#34;`). */
export function mermaidText(text: string): string {
  const safe = sanitise(text).trim();
  // Mermaid has no empty names.
  if (safe === "") return "?";
  const short = safe.length > longest ? `${safe.slice(0, longest)}...` : safe;
  return short.replace(/[^\p{L}\p{N} .,_/()+=!?✓✗↻↺⊘◌▸⊟›…-]/gu, (character) => `#${character.codePointAt(0) ?? 63};`);
}
