import type { OptionNames } from "@reprise/core/spi";
import { checkFunction } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `filter` takes. */
export interface FilterOptions<Name extends string, Delivered, Given> extends LibraryOptions<Name, Delivered, Given> {
  readonly when: (value: Given) => boolean | Promise<boolean>;
}

const names: OptionNames<FilterOptions<string, never, never>> = { ...libraryNames, when: true };

/**
 * Lets values through, or not: slot `input`, outputs `passed` and `rejected`. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { filter } from "@reprise/flow";
 *
 * const long = filter({ name: "long", when: (text: string) => text.length > 80 });
 * ```
 */
export function filter<const Name extends string, Given, Delivered = Given>(
  options: FilterOptions<Name, Delivered, Given>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given> }, { passed: Output<Given, Given>; rejected: Output<Given, Given> }>, undefined> {
  checkFunction(`${checkLibraryOptions("filter", options, names)}.when`, options.when);
  return routine({
    ...settingsOf(options),
    slots: { input: inputSlot(options) },
    outputs: { passed: output<Given>(), rejected: output<Given>() },
    run: async ({ input }, { emit }) => emit((await options.when(input)) ? "passed" : "rejected", input),
  });
}
