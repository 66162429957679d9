import { join } from "node:path";
import { normalizePath, type ProjectReflection, type Router } from "typedoc";
import type { Entry } from "./entries.ts";

/** The repository's `llms.txt`, whose links are files of it, with the places these have on the site; behind it the entries of the reference. */
export function llmsText(router: Router | undefined, project: ProjectReflection, { root, text, entries }: { readonly root: string; readonly text: string; readonly entries: readonly Entry[] }): string {
  if (router === undefined) throw new Error("the site is not being written: nothing has a place yet");
  const pages = new Map(project.documents?.map((document) => [project.files.getReflectionPath(document), router.getFullUrl(document)]));
  const modules = new Map(project.children?.map((module) => [module.name, router.getFullUrl(module)]));
  for (const { name, readme } of entries) if (readme !== undefined) pages.set(normalizePath(readme), modules.get(name) ?? "");
  const placed = text.replaceAll(/\]\((?<path>[^)\s]+)\)/gu, (link, path: string) => {
    const place = pages.get(normalizePath(join(root, path)));
    // What is no page is left as it is; the test of the site tells.
    return place === undefined ? link : `](${place})`;
  });
  return `${placed.trimEnd()}\n\n## API reference\n\n${[...modules].map(([name, place]) => `- [${name}](${place})\n`).join("")}`;
}
