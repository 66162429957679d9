import type { Contestant } from "./contestant.ts";

/** What a process measures: figures by name. Times are in microseconds or, where the name says `ms`, milliseconds; memory and sizes in bytes. */
export type Figures = Readonly<Record<string, number>>;

/** One cell of a table before it is measured. */
export interface Case {
  readonly scenario: string;
  readonly contestant: string;
  /** Calls, events or bytes: whatever the scenario varies. 0 where it varies nothing. */
  readonly size: number;
}

/** What a process that measures is given. */
export interface Measurement {
  readonly contestant: Contestant;
  readonly size: number;
  /** A directory of its own; holds what `prepare` left, if the scenario prepares. */
  readonly directory: string;
}

/** One kind of work. */
export interface Scenario {
  readonly name: string;
  readonly sizes: readonly number[];
  /** How often a case is measured in a run of ordinary length; a peer's less often. Default: 3. */
  repetitions?(size: number): number;
  /** What Node is started with, for processes of this scenario. Default: nothing. */
  readonly nodeOptions?: readonly string[];
  /** Who takes part. */
  includes(contestant: Contestant): boolean;
  /**
   * Done once per case, in a process of its own, before anything is measured; each measurement gets a copy of the directory. Calls `prepared`
   * when all is there, and is killed.
   */
  prepare?(measurement: Measurement, prepared: () => void): Promise<void>;
  /** Done in a fresh process. Throws where a handler was called more or less often than it must be. */
  measure(measurement: Measurement): Promise<Figures>;
}
