import type { Work } from "./work.ts";

/** What an acknowledged outcome survives: nothing, the death of the process, a power cut. */
export type Survival = "nothing" | "process" | "power";

/** Where a session works, and on what. */
export interface Place {
  /** A directory of its own, which exists. */
  readonly directory: string;
  readonly work: Work;
}

/**
 * One contestant at work. Each run calls the handler for 0, 1, 2, …; each outcome is recorded, as far as the contestant records, before the next
 * call. All give the sum of the `i` of the results that the calling code got.
 */
export interface Session {
  /** One run of so many calls, one after the other. */
  sequence(id: string, calls: number): Promise<number>;
  /** One run of so many calls at once. */
  fanOut?(id: string, calls: number): Promise<number>;
  /** The same with the group that the contestant has for it, where that is something else. */
  map?(id: string, calls: number): Promise<number>;
  /** Many runs at once, each of so many calls one after the other. Default: as many calls of `sequence`. */
  manyRuns?(runs: number, calls: number): Promise<number>;
  /** Continues a run that a process was killed in, with the outcomes it left behind. */
  resume?(id: string, calls: number): Promise<number>;
  /** Reads all that is recorded of a run; what it gives lists the events and counts them. */
  load?(id: string): Promise<() => number>;
  /** Bytes stored so far, where that is not what lies in the directory. */
  storedBytes?(): Promise<number>;
  close(): Promise<void>;
}

/** Makes a session; what has to be imported is there already. */
export type Opener = (place: Place) => Promise<Session>;

/** One row of the tables. */
export interface Contestant {
  readonly name: string;
  /** `baseline`: written by hand, records and nothing else. `peer`: another library. */
  readonly kind: "baseline" | "peer" | "reprise";
  readonly survives: Survival;
  /** What it does at this setting, for the reader of the tables. */
  readonly how: string;
  /** Imports what it is made of. Throws a `SkippedError` where it cannot run here. */
  load(): Promise<Opener>;
}

/** A contestant cannot take part on this machine, for this reason. */
export class SkippedError extends Error {
  override readonly name = "SkippedError";
}
