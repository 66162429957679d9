/** Where a sync is made: while the event loop stands still, or in the thread pool. */
export type SyncPlace = "loop" | "pool";

/** What is known when a sync is wanted. */
export interface SyncWish {
  /** Syncs of this backend that are wanted in the same turn of the event loop, or under way. */
  readonly others: number;
  /** Written to the file since its last sync. */
  readonly bytes: number;
  /** What a sync that was alone has lately taken, see {@link smoothedMs}; undefined: none was alone yet. */
  readonly usualMs: number | undefined;
}

// A turn of the event loop may be held for so long, by one sync.
const shortMs = 2;
/** More takes longer than those that tell what is usual. */
export const fewBytes = 2 ** 18;

/**
 * The thread pool makes a sync nearly twice as slow on a fast disk, and lets several at once share what the disk does. So one that is alone
 * and short is waited for, and all others are not.
 */
export function syncPlace({ others, bytes, usualMs }: SyncWish): SyncPlace {
  return others === 0 && bytes <= fewBytes && usualMs !== undefined && usualMs <= shortMs ? "loop" : "pool";
}

/** The exponential mean of durations, over some eight: one hiccup of the disk does not change the place, a few do. */
export function smoothedMs(usualMs: number | undefined, ms: number): number {
  return usualMs === undefined ? ms : usualMs + (ms - usualMs) / 8;
}
