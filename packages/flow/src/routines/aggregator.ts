import type { OptionNames } from "@reprise/core/spi";
import { checkCount, checkFunction } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import { checkOnIncomplete, type OnIncomplete, type Slot } from "../ends/slot.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `aggregator` takes. */
export interface AggregatorOptions<Name extends string, Delivered, Given, Made> extends LibraryOptions<Name, Delivered, Given> {
  readonly with: (values: Given[]) => Made | Promise<Made>;
  /** How many values make one. Default: all there are. */
  readonly count?: number;
  /** What becomes of fewer values than `count` when nothing more can come. Default: `"fail"`. */
  readonly onIncomplete?: OnIncomplete;
}

const names: OptionNames<AggregatorOptions<string, never, never, never>> = { ...libraryNames, with: true, count: true, onIncomplete: true };

/**
 * Makes one value of many: slot `input`, output `output`. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { aggregator } from "@reprise/flow";
 *
 * const total = aggregator({ name: "total", with: (prices: number[]) => prices.reduce((sum, price) => sum + price, 0) });
 * ```
 */
export function aggregator<const Name extends string, Given, Made, Delivered = Given>(
  options: AggregatorOptions<Name, Delivered, Given, Made>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given[]> }, { output: Output<Made, Made> }>, undefined> {
  const path = checkLibraryOptions("aggregator", options, names);
  const { count, onIncomplete = "fail" } = options;
  checkFunction(`${path}.with`, options.with);
  if (count !== undefined) checkCount(`${path}.count`, count);
  checkOnIncomplete(`${path}.onIncomplete`, onIncomplete);
  const plain = inputSlot(options);
  // Of a list, what may be missing is its items: the type stays.
  const input: Slot<Delivered, Given[]> = (count === undefined ? plain.all() : plain.count(count)).whenIncomplete(onIncomplete);
  return routine({
    ...settingsOf(options),
    slots: { input },
    outputs: { output: output<Made>() },
    run: async ({ input }, { emit }) => emit("output", await options.with(input)),
  });
}
