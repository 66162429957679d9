import type { Command } from "commander";
import type { Session } from "./session.ts";

/** A command as `reprise --help` shows it. What it takes and does is loaded when it is used: a command has to be there at once. */
export interface Entry {
  readonly name: string;
  readonly alias?: string;
  readonly description: string;
  readonly load: () => Promise<{ readonly define: (command: Command, session: Session) => void }>;
}

export const catalogue: readonly Entry[] = [
  { name: "list", alias: "ls", description: "runs, newest first; reads no journal", load: () => import("./commands/list.ts") },
  { name: "show", description: "what a run did, as a tree; also while it runs", load: () => import("./commands/show.ts") },
  { name: "tail", description: "follows a run while another process executes it, until it rests", load: () => import("./commands/tail.ts") },
  { name: "events", description: "what happened in a run, a line for each event; with --json, a line of JSON for each", load: () => import("./commands/events.ts") },
  { name: "stats", description: "what a run came to: calls by status, retries, time saved, errors", load: () => import("./commands/stats.ts") },
  { name: "checkpoints", description: "the checkpoints of a run; rewind, fork and diff take their SEQ", load: () => import("./commands/checkpoints.ts") },
  { name: "diff", description: "what differs between two runs, or two positions of one; exits with 1 if anything does", load: () => import("./commands/diff.ts") },
  { name: "pending", description: "what a run waits for, or what any run waits for", load: () => import("./commands/pending.ts") },
  { name: "answer", description: "answers what a run waits for; before, during or after it is asked", load: () => import("./commands/answer.ts") },
  { name: "interrupt", description: "stops a run, whichever process executes it; it goes on when it is resumed; exits with 1 if it had ended or rests", load: () => import("./commands/interrupt.ts") },
  { name: "wake", description: "resumes every run that can go on (due, or left in the middle), or those that are named, with the actors of the configuration; exits with 1 if one failed", load: () => import("./commands/wake.ts") },
  { name: "rewind", description: "goes back to a point: what comes after it is hidden and runs again when the run is resumed; shows the plan and asks first", load: () => import("./commands/rewind.ts") },
  { name: "fork", description: "copies a run up to a point into a new one; the original is untouched; shows the plan and asks first", load: () => import("./commands/fork.ts") },
  { name: "export", description: "a run as one file, byte for byte, with what it names; on stdout, or with -o in a file", load: () => import("./commands/export.ts") },
  { name: "import", description: "makes a run of an exported file: a hand-off goes on here, anything else becomes a fork", load: () => import("./commands/import.ts") },
  { name: "verify", description: "reads everything that is stored of runs, or of all, and lists what is damaged; changes nothing; exits with 1 if anything is", load: () => import("./commands/verify.ts") },
  { name: "doctor", description: "what is in a store directory, and what is wrong with it; changes nothing; exits with 1 if anything is", load: () => import("./commands/doctor.ts") },
  { name: "salvage", description: "saves what can be read of a damaged run into a new one, which is paused; never in place", load: () => import("./commands/salvage.ts") },
  { name: "compact", description: "removes for good what a run no longer shows; everything else stays where it was; asks first", load: () => import("./commands/compact.ts") },
  { name: "gc", description: "removes the artifacts that no run in the store names; asks first", load: () => import("./commands/gc.ts") },
  { name: "delete", description: "removes a run for good; asks first", load: () => import("./commands/delete.ts") },
  { name: "explain", description: "what a code of an error means and what to do about it; without a code, all of them", load: () => import("./commands/explain.ts") },
  { name: "completion", description: "what a shell needs to complete commands and options, e.g. eval \"$(reprise completion bash)\"", load: () => import("./commands/completion.ts") },
];
