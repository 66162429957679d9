import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWorkspace, workspaceRoot } from "./support/workspace.ts";

/** A page of `docs/errors`, taken apart. */
interface Page {
  readonly code: string;
  readonly title: string | undefined;
  readonly meaning: string | undefined;
  readonly rows: ReadonlyMap<string, string>;
  readonly headings: readonly string[];
}

const folder = join(workspaceRoot, "docs/errors");
const pages = readdirSync(folder).filter((name) => name !== "README.md").map(readPage);
const pageOf = (code: string): Page | undefined => pages.find((page) => page.code === code);

const sources = new Map(readWorkspace().map(({ folder: name, files }) => [name, files.filter(({ kind }) => kind === "source").map(({ text }) => text).join("\n")]));
const found = (name: string, pattern: RegExp): readonly string[][] => [...(sources.get(name) ?? "").matchAll(pattern)].map((match) => match.slice(1));

const errorCodes = new Map(found("packages/core", /^ {2}([A-Z_]+): "(never|same|reacquire|later)",$/gmu).map(([code = "", advice = ""]) => [code, advice]));
const exported = new Set(["packages/core", "packages/retry"].flatMap((name) => found(name, /^export (?:declare )?class (\w+)/gmu).map(([each]) => each)));
const own = found("packages/retry", /readonly code = "([A-Z_]+)"/gu).map(([code = ""]) => code);
const refusals = found("packages/http", /^ {2}\| "([A-Z_]+)"/gmu).map(([code = ""]) => code);
const notices = [...found("packages/core", /\.log\("(\w+)", "([A-Z_]+)"/gu), ...found("packages/core", /level: "(\w+)", code: "([A-Z_]+)"/gu)];
const fields = new Set([...sources.values()].flatMap((text) => [...text.matchAll(/(?:readonly|get) (\w+)/gu)].map(([, name]) => name)).concat("cause"));

test("there are codes of every origin", () => {
  for (const codes of [[...errorCodes], own, refusals, notices]) expect(codes.length).toBeGreaterThan(1);
});

test("every code has a page, and every page a code", () => {
  const codes = new Set([...errorCodes.keys(), ...own, ...refusals, ...notices.map(([, code = ""]) => code)]);
  expect(pages.map(({ code }) => code).toSorted()).toEqual([...codes].toSorted());
});

test("every page has the parts of a page", () => {
  for (const { code, title, meaning, headings } of pages) {
    expect({ title, headings }).toEqual({ title: `# ${code}`, headings: ["When", "What to do"] });
    expect(meaning, code).toMatch(/^[A-Z].*\.$/u);
  }
});

test("a page names the retry class that the table has for its code", () => {
  for (const [code, advice] of errorCodes) expect([code, pageOf(code)?.rows.get("`retry`")]).toEqual([code, `\`${advice}\``]);
});

test("the classes and fields that a page names are there", () => {
  for (const code of [...errorCodes.keys(), ...own]) {
    const { rows } = pageOf(code) ?? readPage(`${code}.md`);
    expect(quoted(rows.get("thrown as")).filter((name) => !exported.has(name)), code).toEqual([]);
    expect(quoted(rows.get("fields")).filter((name) => !fields.has(name)), code).toEqual([]);
    expect(rows.get("by"), code).toBeDefined();
  }
});

test("a refusal of the HTTP handler has the status that its page names", () => {
  const told = found("packages/http", /new Refusal\((\d+), "([A-Z_]+)"/gu);
  for (const code of refusals) {
    const statuses = new Set(told.filter(([, each]) => each === code).map(([status]) => `\`${status}\``));
    expect([code, ...statuses]).toEqual([code, pageOf(code)?.rows.get("status")]);
  }
});

test("a notice has the level that its page names", () => {
  for (const [, code = ""] of notices.filter(([, each = ""]) => !errorCodes.has(each))) {
    const levels = new Set(notices.filter(([, each]) => each === code).map(([level = ""]) => level));
    expect([code, new Set(quoted(pageOf(code)?.rows.get("level")))]).toEqual([code, levels]);
  }
});

test("the list of the codes names every page once, with its first sentence", () => {
  const text = readFileSync(join(folder, "README.md"), "utf8");
  const listed = [...text.matchAll(/^\| \[(\w+)\]\((\w+)\.md\) \| (.*) \|$/gmu)].map(([, code = "", file, meaning]) => ({ code, file, meaning }));
  const wanted = pages.map(({ code, meaning }) => ({ code, file: code, meaning }));
  const byCode = (a: { readonly code: string }, b: { readonly code: string }): number => a.code.localeCompare(b.code);
  expect(listed.toSorted(byCode)).toEqual(wanted.toSorted(byCode));
});

function readPage(name: string): Page {
  const text = readFileSync(join(folder, name), "utf8");
  const [title, meaning] = text.split("\n\n");
  return {
    code: name.replace(/\.md$/u, ""),
    title,
    meaning,
    rows: new Map([...text.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gmu)].map(([, field = "", value = ""]) => [field, value])),
    headings: [...text.matchAll(/^## (.*)$/gmu)].map(([, heading = ""]) => heading),
  };
}

function quoted(value = ""): readonly string[] {
  return [...value.matchAll(/`(\w+)`/gu)].map(([, name = ""]) => name);
}
