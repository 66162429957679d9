import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { createInterface } from "node:readline";

/** Says a line to whoever started this process; it has left the process when this returns. */
export function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** What this process is told, a line each, split into words. Says first that it is ready. */
export async function* words(): AsyncGenerator<readonly string[]> {
  // Whoever is killed does not leave behind what it has compiled.
  flushCompileCache();
  say("ready");
  for await (const line of createInterface({ input: process.stdin })) yield line.split(" ");
}

/** The code of an error of Reprise, or what else was thrown. */
export function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : String(error);
}

/** Nanoseconds of the clock that all processes of a machine share. */
export function now(): bigint {
  return process.hrtime.bigint();
}
