/** A fenced block of a page. */
export interface CodeBlock {
  /** The first word behind the fence: `ts`. */
  readonly language: string;
  /** The other words: `continues` of ```` ```ts continues ````. */
  readonly info: string;
  readonly code: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
}

/** A link as it is written. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** A table or paragraph below the comment `<!-- options: module Type -->`. */
export interface OptionsTable {
  /** `@reprise/retry` */
  readonly module: string;
  /** `RetryConfig`, or any type made of those of the module: `Omit<FsBackendOptions, "io">`. */
  readonly type: string;
  /** What stands as code in the first column of the table, or anywhere in the paragraph, but for what is in parentheses. */
  readonly names: readonly string[];
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^(?<fence>`{3,})(?<language>[\w-]*)(?<info>[^\n`]*)\n(?<code>.*?)^\k<fence>$/gmsu)].map(({ groups = {}, index }) => ({
    language: groups["language"] ?? "",
    info: (groups["info"] ?? "").trim(),
    code: groups["code"] ?? "",
    line: lineAt(markdown, index) + 1,
  }));
}

/** The links and pictures of a page, those in code left out. */
export function linksOf(markdown: string): readonly Link[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\((?<target>[^()\s]+(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)/gu)];
  const defined = [...text.matchAll(/^\[[^\]]+\]:\s*(?<target>\S+)/gmu)];
  return [...inline, ...defined].map(({ groups, index }) => ({ target: groups?.["target"] ?? "", line: lineAt(text, index) }));
}

/** What a link can name behind `#`: the headings as GitHub writes them, and anchors set by hand. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, text = ""] of withoutFences(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gmu)) {
    const slug = headingSlug(text);
    let name = slug;
    for (let count = 1; anchors.has(name); count += 1) name = `${slug}-${count}`;
    anchors.add(name);
  }
  for (const [, name = ""] of withoutFences(markdown).matchAll(/<a\s+(?:id|name)="([^"]+)"/gu)) anchors.add(name);
  return anchors;
}

/** The tables that say which type they document. */
export function optionsTables(markdown: string): readonly OptionsTable[] {
  return [...markdown.matchAll(/^<!-- options: (?<module>\S+) (?<type>[^\n]+?) -->\n(?<table>(?:[^\n]+(?:\n|$))+)/gmu)].map(({ groups = {}, index }) => ({
    module: groups["module"] ?? "",
    type: groups["type"] ?? "",
    names: namesListed(groups["table"] ?? ""),
    line: lineAt(markdown, index),
  }));
}

function namesListed(text: string): readonly string[] {
  const rows = text.trimEnd().split("\n");
  const places = text.startsWith("|") ? rows.slice(2).map((row) => row.split("|")[1] ?? "") : rows;
  return places.flatMap((place) => [...place.replaceAll(/\([^)]*\)/gu, "").matchAll(/`(?<name>\w+)`/gu)].map(({ groups }) => groups?.["name"] ?? ""));
}

function headingSlug(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1").replaceAll(/[`*]/gu, "");
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "").replaceAll(/\s/gu, "-");
}

/** Fenced blocks blanked, lines kept. */
function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^ *(`{3,})[^\n]*\n.*?^ *\1$/gmsu, (block) => block.replaceAll(/[^\n]/gu, ""));
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replaceAll(/(`+)[^`\n]+?\1/gu, (code) => " ".repeat(code.length));
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}
