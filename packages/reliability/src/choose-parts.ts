import type { Part } from "./part.ts";

/** What the command line asks for. */
export interface Choice {
  readonly nightly: boolean;
  readonly parts: readonly Part[];
}

/** Reads `[--nightly] [word…]`: the parts whose name contains every word. Throws an Error that says what is wrong. */
export function chooseParts(programme: readonly Part[], words: readonly string[]): Choice {
  const unknown = words.find((word) => word.startsWith("-") && word !== "--nightly" && word !== "--");
  if (unknown !== undefined) throw new Error(`reliability: unknown option ${unknown}; there is --nightly, and words that names of parts contain`);
  const wanted = words.filter((word) => !word.startsWith("-")).map((word) => word.toLowerCase());
  const parts = programme.filter(({ name }) => wanted.every((word) => name.toLowerCase().includes(word)));
  if (parts.length === 0) throw new Error(`reliability: no part's name contains ${wanted.join(" and ")}; there are:\n${programme.map(({ name }) => `  ${name}`).join("\n")}`);
  return { nightly: words.includes("--nightly"), parts };
}
