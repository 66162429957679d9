import type { OptionNames } from "@reprise/core/spi";
import { checkFunction } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `splitter` takes. */
export interface SplitterOptions<Name extends string, Delivered, Given, Item> extends LibraryOptions<Name, Delivered, Given> {
  /** The items of a value, in order. */
  readonly into: (value: Given) => Iterable<Item> | Promise<Iterable<Item>>;
}

const names: OptionNames<SplitterOptions<string, never, never, never>> = { ...libraryNames, into: true };

/**
 * Emits the items of each value one by one: slot `input`, output `item`. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { splitter } from "@reprise/flow";
 *
 * const lines = splitter({ name: "lines", into: (text: string) => text.split("\n") });
 * ```
 */
export function splitter<const Name extends string, Given, Item, Delivered = Given>(
  options: SplitterOptions<Name, Delivered, Given, Item>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given> }, { item: Output<Item, Item> }>, undefined> {
  checkFunction(`${checkLibraryOptions("splitter", options, names)}.into`, options.into);
  return routine({
    ...settingsOf(options),
    slots: { input: inputSlot(options) },
    outputs: { item: output<Item>() },
    run: async ({ input }, { emit }) => {
      for (const item of await options.into(input)) emit("item", item);
    },
  });
}
