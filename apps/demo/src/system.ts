import { randomBytes } from "node:crypto";

// The only file of the demo that reads the clock, the environment or draws a random number.

/** Milliseconds since the epoch. */
export function now(): number {
  return Date.now();
}

/** Six hex digits: enough to tell the runs of one state directory apart, short enough to type. */
export function shortId(): string {
  return randomBytes(3).toString("hex");
}

/** `NO_COLOR`, then `FORCE_COLOR`, then whether the stream is a terminal. */
export function coloursWanted(stream: { readonly isTTY?: boolean | undefined }): boolean {
  if (environment("NO_COLOR") !== undefined) return false;
  const forced = environment("FORCE_COLOR");
  return forced === undefined ? stream.isTTY === true && environment("TERM") !== "dumb" : forced !== "0" && forced !== "false";
}

/** Whoever reads the output may stop reading (`pnpm demo | head`): that is no reason to leave a run half done. */
export function surviveBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

/** A variable of the environment; an empty one counts as not set. */
export function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}
