/**
 * A random source that gives the same numbers for the same seed: uniform in [0, 1), 32 bits each.
 * The generator is mulberry32 (Tommy Ettinger, public domain): a Weyl sequence through a mixing function. Good enough to
 * spread test cases, useless for secrets.
 *
 * @example
 * ```ts
 * import { seededRandom } from "@reprise/testing";
 *
 * const random = seededRandom(7);
 * const dice = 1 + Math.floor(random() * 6); // the same in every process
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
