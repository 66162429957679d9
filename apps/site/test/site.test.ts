import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildSite, type SiteReport } from "../src/build-site.ts";
import { publishedEntries } from "../src/entries.ts";
import { system } from "../src/system.ts";

let out = "";
let report: SiteReport | undefined;
const pageOf = (path: string): string => readFileSync(join(out, path), "utf8");

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "reprise-site-"));
  report = await buildSite(system.root, out);
}, 180_000);
afterAll(() => rm(out, { recursive: true, force: true }));

test("everything on the site fits: links, anchors, and types that the reference names", () => {
  expect(report?.problems).toEqual([]);
});

test("every entry has a page, with the README of its package", () => {
  const entries = publishedEntries(system.root);
  expect(entries.length).toBeGreaterThan(10);
  for (const { name } of entries) expect([name, existsSync(join(out, "modules", `${name.replaceAll(/[@/]/gu, "_")}.html`))]).toEqual([name, true]);
  expect(pageOf("modules/_reprise_retry.html")).toContain('id="which-errors-are-retried"');
});

test("a function has a page with its doc comment, its types and its example", () => {
  const page = pageOf("functions/_reprise_core.createReprise.html");
  for (const word of ["RepriseOptions", "Example", "INVALID_OPTION"]) expect(page).toContain(word);
});

test("a page of docs has its title, and its links to other pages lead to pages, not to files", () => {
  const page = pageOf("documents/SCHEMA_REJECTED.html");
  expect(page).toContain('href="ANSWER_REJECTED.html"');
  expect(globSync("media/*.md", { cwd: out })).toEqual([]);
});

test("llms.txt says of what the repository's lists where it is on the site, and lists every entry of the reference", () => {
  const text = pageOf("llms.txt");
  const places = [...text.matchAll(/\]\((?<place>[^)]+)\)/gu)].map(({ groups }) => groups?.["place"] ?? "");
  expect(places.filter((place) => !place.endsWith(".html") || !existsSync(join(out, place)))).toEqual([]);
  for (const { name } of publishedEntries(system.root)) expect(text).toContain(`- [${name}](modules/`);
});
