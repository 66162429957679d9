import { readdir, readFile } from "node:fs/promises";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage-error.ts";

/** What there is to say of one code. */
export interface ErrorPage {
  readonly code: string;
  /** The first sentence. */
  readonly meaning: string;
  /** All of it, as Markdown. */
  readonly text: string;
}

// Packed beside this module; in the repository they are written in docs/.
const places = [new URL("errors/", import.meta.url), new URL("../../../docs/errors/", import.meta.url)];

/** The page of a code, in upper or lower case. Throws `UsageError` for a code that there is not. */
export async function errorPage(given: string): Promise<ErrorPage> {
  const { place, codes } = await contents();
  const code = given.toUpperCase();
  if (codes.includes(code)) return readPage(place, code);
  const near = nearest(code, codes);
  throw new UsageError(`there is no code ${JSON.stringify(given)}${near === undefined ? "; explain without a code lists all" : `, did you mean ${near}?`}`);
}

/** Every page, by code. */
export async function errorPages(): Promise<readonly ErrorPage[]> {
  const { place, codes } = await contents();
  return Promise.all(codes.map((code) => readPage(place, code)));
}

async function contents(): Promise<{ readonly place: URL; readonly codes: readonly string[] }> {
  for (const place of places) {
    const names = await namesIn(place);
    if (names !== undefined) return { place, codes: names.flatMap((name) => /^(?<code>[A-Z_]+)\.md$/u.exec(name)?.groups?.["code"] ?? []).filter((code) => code !== "README").toSorted() };
  }
  throw new Error(`the pages of the error codes are missing: there is no ${places.map(({ pathname }) => pathname).join(" and no ")}`);
}

async function namesIn(place: URL): Promise<readonly string[] | undefined> {
  try {
    return await readdir(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readPage(place: URL, code: string): Promise<ErrorPage> {
  const text = await readFile(new URL(`${code}.md`, place), "utf8");
  return { code, meaning: text.split("\n\n")[1] ?? "", text };
}
