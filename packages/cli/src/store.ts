import type { Actor, Reprise } from "@reprise/core";

/** The runs a command works on, and what they run with. */
export interface Store {
  readonly reprise: Reprise;
  /** Empty where only a backend was named. */
  readonly actors: readonly Actor<never, unknown>[];
  /** Where it came from, for messages. */
  readonly name: string;
}

/** What a command needs of the store. */
export interface StoreNeeds {
  /** Something is put into it: it is made where it does not exist. Default: false. */
  readonly create?: boolean;
}
