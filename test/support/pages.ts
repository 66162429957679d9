import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { workspaceRoot } from "./workspace.ts";

/** A page that people read. */
export interface Page {
  /** With forward slashes, from the top of the workspace: `docs/rules.md`. */
  readonly path: string;
  readonly text: string;
}

const places = ["*.md", "docs/**/*.md", "examples/*.md", "packages/*/*.md", "apps/*/*.md"];

/** Every page of the workspace, sorted by path. */
export function readPages(): readonly Page[] {
  return globSync(places, { cwd: workspaceRoot, exclude: (name) => name === "node_modules" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => !path.endsWith("/CHANGELOG.md"))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(workspaceRoot, path), "utf8") }));
}
