import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import type { Entry } from "./entries.ts";

/** A page of Markdown. */
export interface MarkdownPage {
  /** Absolute. */
  readonly path: string;
  /** Its first heading. */
  readonly title: string;
  readonly group: string;
}

/** Where pages are, and what they are listed under; the first that fits. */
const places: readonly { readonly pattern: string; readonly group: string }[] = [
  { pattern: "docs/README.md", group: "Guides" },
  { pattern: "docs/guides/**/*.md", group: "Guides" },
  { pattern: "docs/errors/README.md", group: "Errors" },
  { pattern: "docs/errors/*.md", group: "Errors" },
  { pattern: "docs/decisions/*.md", group: "Decisions" },
  { pattern: "docs/formats/*.md", group: "Formats" },
  { pattern: "docs/**/*.md", group: "About Reprise" },
  { pattern: "examples/README.md", group: "Guides" },
  { pattern: "{ARCHITECTURE,AGENTS}.md", group: "About Reprise" },
  { pattern: "{apps,packages}/*/README.md", group: "About Reprise" },
  { pattern: "bench/README.md", group: "About Reprise" },
];

/** Every page of the site but those of entries, which have the READMEs of their packages on them. */
export function markdownPages(root: string, entries: readonly Entry[]): readonly MarkdownPage[] {
  const placed = new Set(entries.map(({ readme }) => readme));
  const pages = new Map<string, MarkdownPage>();
  for (const { pattern, group } of places) {
    for (const name of globSync(pattern, { cwd: root }).map((path) => path.split(sep).join("/")).toSorted()) {
      const path = join(root, name);
      if (pages.has(path) || placed.has(path)) continue;
      const text = readFileSync(path, "utf8");
      pages.set(path, { path, title: titleOf(text) ?? name, group });
    }
  }
  return [...pages.values()];
}

function titleOf(text: string): string | undefined {
  return /^# (?<title>.+)$/mu.exec(text)?.groups?.["title"]?.replaceAll("`", "");
}
