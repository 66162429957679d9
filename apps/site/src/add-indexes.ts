import { basename, dirname, join } from "node:path";
import { Converter, DocumentReflection, MinimalSourceFile, normalizePath, type Context } from "typedoc";
import type { MarkdownPage } from "./pages.ts";

/** A list of the pages of each folder that has no README: that is where links to the folder lead. */
export function addIndexes(converter: Converter, pages: readonly MarkdownPage[]): void {
  converter.on(Converter.EVENT_BEGIN, ({ project }: Context) => {
    for (const folder of foldersWithoutReadme(pages)) {
      const inside = pages.filter(({ path }) => dirname(path) === folder);
      const title = inside[0]?.group ?? basename(folder);
      const text = [`# ${title}`, "", ...inside.map((page) => `- [${page.title}](${basename(page.path)})`), ""].join("\n");
      const { content } = converter.parseRawComment(new MinimalSourceFile(text, normalizePath(join(folder, "README.md"))), project.files);
      const document = new DocumentReflection(title, project, content, { group: title });
      project.addChild(document);
      project.registerReflection(document, undefined, normalizePath(folder));
    }
  });
}

function foldersWithoutReadme(pages: readonly MarkdownPage[]): readonly string[] {
  const paths = new Set(pages.map(({ path }) => path));
  return [...new Set(pages.map(({ path }) => dirname(path)))].filter((folder) => !paths.has(join(folder, "README.md")) && basename(dirname(folder)) === "docs");
}
