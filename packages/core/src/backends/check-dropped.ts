import { invalid } from "../errors/invalid.ts";

/**
 * A copy of the ranges of `compact`. Throws `INVALID_OPTION` unless they rise from 1 to the last seq.
 *
 * @example
 * ```ts
 * import { checkDropped } from "@reprise/core/spi";
 *
 * console.log(checkDropped([[2, 4], [7, 7]], 10).length); // 2
 * ```
 */
export function checkDropped(ranges: readonly (readonly [from: number, to: number])[], lastSeq: number): readonly (readonly [from: number, to: number])[] {
  let last = 0;
  return ranges.map(([from, to]) => {
    const fits = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > last && to >= from && to <= lastSeq;
    if (!fits) invalid("ranges", `ranges of seqs that rise from 1 to ${lastSeq}`, ranges);
    last = to;
    return [from, to];
  });
}
