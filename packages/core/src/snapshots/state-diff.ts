import type { ArtifactReference } from "../actors/artifacts.ts";
import type { StateStatus } from "../events/event-type.ts";
import type { ValueDifference } from "../values/value-difference.ts";
import type { CallSnapshot } from "./state-snapshot.ts";

/** A position of a run. */
export interface StatePosition {
  readonly stateId: string;
  readonly seq: number;
}

/** A call that both have, with another outcome, input or number of attempts. */
export interface CallDifference {
  readonly address: string;
  readonly before: CallSnapshot;
  readonly after: CallSnapshot;
  /** Where they differ: `status`, `attempts`, `version`, `reason`, `input.page`, `value.items[3].name`, `error.message`; at most 100 in each value. */
  readonly differences: readonly ValueDifference[];
}

/** A key whose value differs. `before` is absent if it was added, `after` if it was removed; both as they are recorded. */
export interface EntryDifference {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** Where the values differ: `value.items[3].name`; at most 100. */
  readonly differences: readonly ValueDifference[];
}

/** An artifact, and the content it had and has; `before` is absent if it is new, `after` if it was removed. */
export interface ArtifactDifference {
  readonly name: string;
  readonly before?: ArtifactReference;
  readonly after?: ArtifactReference;
}

/**
 * What the second of two snapshots has that the first has not, and the other way round. Plain data, deeply frozen, safe to
 * store as JSON. Calls are compared by address and, where an address was used again, in their order; times, seqs and the
 * stacks of errors do not count.
 */
export interface StateDiff {
  readonly a: StatePosition;
  readonly b: StatePosition;
  /** Nothing differs. */
  readonly equal: boolean;
  /** Only if it differs. */
  readonly status?: { readonly before: StateStatus; readonly after: StateStatus };
  /** In the order in which `b` made them. */
  readonly newCalls: readonly CallSnapshot[];
  /** In the order in which `a` made them. */
  readonly removedCalls: readonly CallSnapshot[];
  /** By address, as text is sorted. */
  readonly changedCalls: readonly CallDifference[];
  /** By key, as text is sorted. */
  readonly changedStorage: readonly EntryDifference[];
  /** These three by name, as text is sorted. */
  readonly newArtifacts: readonly ArtifactDifference[];
  readonly removedArtifacts: readonly ArtifactDifference[];
  /** Those with other content. */
  readonly changedArtifacts: readonly ArtifactDifference[];
  /** By key, as text is sorted. */
  readonly changedMetadata: readonly EntryDifference[];
}
