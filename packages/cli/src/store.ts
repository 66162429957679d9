import type { Actor, ListPage, Reprise, RunQuery } from "@reprise/core";

/** The runs a command works on, and what they run with. */
export interface Store {
  /** Where it came from, for messages. */
  readonly name: string;
  /** Empty where only a backend was named. */
  readonly actors: readonly Actor<never, unknown>[];
  list(query?: RunQuery): Promise<ListPage>;
  /** What reads and changes runs: most of what there is to load, so those who only list go without. */
  reprise(): Promise<Reprise>;
  close(): Promise<void>;
}

/** What a command needs of the store. */
export interface StoreNeeds {
  /** Something is put into it: it is made where it does not exist. Default: false. */
  readonly create?: boolean;
}
