import { readFileSync } from "node:fs";
import { Converter, MinimalSourceFile, normalizePath, ReflectionKind, type Context, type DeclarationReflection, type DocumentReflection, type ProjectReflection } from "typedoc";
import type { Entry } from "./entries.ts";
import type { MarkdownPage } from "./pages.ts";

/** Gives pages their titles and groups, and entries their names, as they are made: addresses and navigation are made of these. */
export function namePages(converter: Converter, entries: readonly Entry[], pages: readonly MarkdownPage[]): void {
  const pageAt = new Map(pages.map((page) => [normalizePath(page.path), page]));
  const entryAt = new Map(entries.map((entry) => [normalizePath(entry.source), entry]));
  converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context: Context | undefined, document: DocumentReflection) => {
    const page = pageAt.get(document.project.files.getReflectionPath(document) ?? normalizePath(""));
    if (page === undefined) return;
    document.name = page.title;
    document.frontmatter["group"] = page.group;
  });
  converter.on(Converter.EVENT_CREATE_DECLARATION, (_context: Context, reflection: DeclarationReflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const entry = entryAt.get(reflection.project.files.getReflectionPath(reflection) ?? normalizePath(""));
    if (entry !== undefined) reflection.name = entry.name;
  });
}

/** Shows the README of a package on the page of its main entry; whoever links to the one gets to the other. */
export function placeReadmes(converter: Converter, project: ProjectReflection, entries: readonly Entry[], readme: string): void {
  project.files.registerReflectionPath(normalizePath(readme), project);
  for (const { name, readme: path } of entries) {
    const module = project.children?.find((child) => child.name === name);
    if (module === undefined) throw new Error(`the site has no page for ${name}`);
    if (path === undefined) continue;
    const file = new MinimalSourceFile(readFileSync(path, "utf8"), normalizePath(path));
    module.readme = converter.parseRawComment(file, project.files).content;
    project.files.registerReflectionPath(normalizePath(path), module);
  }
}
