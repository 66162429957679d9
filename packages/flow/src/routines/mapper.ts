import type { OptionNames } from "@reprise/core/spi";
import { checkFunction } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `mapper` takes. */
export interface MapperOptions<Name extends string, Delivered, Given, Made> extends LibraryOptions<Name, Delivered, Given> {
  readonly with: (value: Given) => Made | Promise<Made>;
}

const names: OptionNames<MapperOptions<string, never, never, never>> = { ...libraryNames, with: true };

/**
 * Makes of each value another one: slot `input`, output `output`. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { mapper } from "@reprise/flow";
 *
 * const length = mapper({ name: "length", with: (text: string) => text.length });
 * ```
 */
export function mapper<const Name extends string, Given, Made, Delivered = Given>(
  options: MapperOptions<Name, Delivered, Given, Made>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given> }, { output: Output<Made, Made> }>, undefined> {
  checkFunction(`${checkLibraryOptions("mapper", options, names)}.with`, options.with);
  return routine({
    ...settingsOf(options),
    slots: { input: inputSlot(options) },
    outputs: { output: output<Made>() },
    run: async ({ input }, { emit }) => emit("output", await options.with(input)),
  });
}
