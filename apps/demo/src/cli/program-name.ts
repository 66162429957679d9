import { relative } from "node:path";
import { environment } from "../system.ts";

/** What was typed to start this program, for commands that can be copied from its output. */
export function programName(): string {
  if (environment("npm_lifecycle_event") === "demo") return "pnpm demo";
  const script = process.argv[1] ?? "reprise-demo";
  const nearby = relative(process.cwd(), script);
  return `node ${shellWord(nearby.startsWith("..") ? script : nearby)}`;
}

/** Quotes a word for a POSIX shell where that is needed. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
