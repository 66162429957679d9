import { appendFileSync, readFileSync } from "node:fs";

/** Counts handler runs outside of Reprise, so that its promise can be checked by somebody else's book-keeping. */
export interface Tally {
  /** To be called first thing in every handler. */
  add(call: { readonly address: string; readonly attempt: number }): void;
}

/** One run of a handler, as the tally has it. */
export interface TallyLine {
  readonly processId: number;
  readonly attempt: number;
  readonly address: string;
}

/** A tally in a file: one line per handler run, handed to the operating system before the handler goes on. */
export function fileTally(path: string): Tally {
  return {
    // Appended in one synchronous write: a SIGKILL cannot take back a line, and lines of two processes do not mix.
    add: ({ address, attempt }) => appendFileSync(path, `${process.pid} ${attempt} ${address}\n`),
  };
}

/** A tally that counts nothing, for handlers used on their own. */
export const noTally: Tally = { add: () => undefined };

/** A process that was killed on purpose, as the tally has it. */
export interface KillLine {
  readonly processId: number;
  /** After which write to the journal. */
  readonly write: number;
}

/** Notes that this process dies now. */
export function noteKill(path: string, write: number): void {
  appendFileSync(path, `${process.pid} killed ${write}\n`);
}

/** The handler runs of a tally; none if nothing has run yet. */
export function readTally(path: string): TallyLine[] {
  return linesOf(path).flatMap(([processId, attempt, address]) => (attempt === "killed" ? [] : [{ processId: Number(processId), attempt: Number(attempt), address }]));
}

/** The kills of a tally. */
export function readKills(path: string): KillLine[] {
  return linesOf(path).flatMap(([processId, mark, write]) => (mark === "killed" ? [{ processId: Number(processId), write: Number(write) }] : []));
}

function linesOf(path: string): (readonly [string, string, string])[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    const [first, second, ...rest] = line.split(" ");
    return first === undefined || second === undefined || rest.length === 0 ? [] : [[first, second, rest.join(" ")]];
  });
}
