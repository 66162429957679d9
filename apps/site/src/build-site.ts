import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Application, Logger, LogLevel, RendererEvent } from "typedoc";
import { addIndexes } from "./add-indexes.ts";
import { brokenLinks } from "./broken-links.ts";
import { checkExports } from "./check-exports.ts";
import { compilerOptions } from "./compiler-options.ts";
import { publishedEntries } from "./entries.ts";
import { llmsText } from "./llms-text.ts";
import { namePages, placeReadmes } from "./name-pages.ts";
import { markdownPages } from "./pages.ts";

/** What the build found wrong; the site is good if there is nothing. */
export interface SiteReport {
  readonly problems: readonly string[];
  /** How many pages of Markdown and entries there are. */
  readonly pages: number;
}

/** Builds the site of the repository at `root` into `out`, which is emptied first. */
export async function buildSite(root: string, out: string): Promise<SiteReport> {
  const entries = publishedEntries(root);
  const pages = markdownPages(root, entries);
  const readme = join(root, "README.md");
  const application = await Application.bootstrap({
    name: "Reprise",
    readme,
    entryPoints: entries.map(({ source }) => source),
    projectDocuments: pages.map(({ path }) => path),
    basePath: root,
    disableGit: true,
    disableSources: true,
    // `pnpm typecheck` has looked.
    skipErrorChecking: true,
    githubPages: false,
    hideGenerator: true,
    searchInComments: true,
    searchInDocuments: true,
    navigation: { includeGroups: true },
    highlightLanguages: ["ts", "js", "sh", "console", "diff", "json", "sql", "mermaid", "html"],
    ignoredHighlightLanguages: ["ebnf", "journal", "text"],
    // A page of the site links to other pages, and to files of the repository; a file is copied beside it.
    validation: { invalidPath: true, invalidLink: true, notExported: true, rewrittenLink: true },
  });
  const logger = new CollectingLogger();
  application.logger = logger;
  application.options.setCompilerOptions(entries.map(({ source }) => source), compilerOptions(root), undefined);
  namePages(application.converter, entries, pages);
  addIndexes(application.converter, pages);
  const project = await application.convert();
  if (project === undefined) throw new Error(["the site cannot be built:", ...logger.problems].join("\n"));
  placeReadmes(application.converter, project, entries, readme);
  application.validate(project);
  checkExports(application, project, entries);
  const text = await readFile(join(root, "llms.txt"), "utf8");
  let list = "";
  // Where pages are is known as long as they are written.
  application.renderer.on(RendererEvent.BEGIN, () => {
    list = llmsText(application.renderer.router, project, { root, text, entries });
  });
  await application.generateDocs(project, out);
  await writeFile(join(out, "llms.txt"), list);
  return { problems: [...logger.problems, ...brokenLinks(out)], pages: pages.length + entries.length };
}

class CollectingLogger extends Logger {
  readonly problems: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.problems.push(message);
  }
}
