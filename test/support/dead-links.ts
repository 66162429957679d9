import { existsSync, statSync } from "node:fs";
import { posix } from "node:path";
import { join } from "node:path";
import { anchorsOf, linksOf } from "./markdown.ts";
import type { Page } from "./pages.ts";
import { workspaceRoot } from "./workspace.ts";

/** Links of pages that lead to no file, folder or heading of this repository. Those to other sites are not followed. */
export function deadLinks(pages: readonly Page[]): readonly string[] {
  const known = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
  return pages.flatMap(({ path, text }) =>
    linksOf(text)
      .filter(({ target }) => !/^[a-z][a-z+.-]*:/iu.test(target))
      .map(({ target, line }) => ({ line, target, problem: problemOf(path, target, known) }))
      .filter(({ problem }) => problem !== undefined)
      .map(({ line, target, problem }) => `${path}:${line} links to ${target}, ${problem}`),
  );
}

function problemOf(from: string, target: string, known: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(file)));
  if (path.startsWith("..")) return "which is outside the repository";
  const there = join(workspaceRoot, path);
  if (!known.has(path) && !existsSync(there)) return "which does not exist";
  if (anchor === undefined || anchor === "") return undefined;
  const anchors = known.get(path);
  if (anchors) return anchors.has(anchor) ? undefined : "a heading that is not there";
  return statSync(there).isFile() && /^L\d+/u.test(anchor) ? undefined : "where no headings are known";
}
