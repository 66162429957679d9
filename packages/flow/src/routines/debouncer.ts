import type { OptionNames } from "@reprise/core/spi";
import { checkMs } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `debouncer` takes. */
export interface DebouncerOptions<Name extends string, Delivered, Given> extends LibraryOptions<Name, Delivered, Given> {
  /** A value goes on when no other has come for so long, in ms. */
  readonly waitMs: number;
}

const names: OptionNames<DebouncerOptions<string, never, never>> = { ...libraryNames, waitMs: true };

/**
 * Lets the last value of a burst through, once it is over or nothing more can come: slot `input`, output `output`. The wait is a sleep of the
 * job, so a restart waits the rest. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { debouncer } from "@reprise/flow";
 *
 * const settled = debouncer<"settled", string>({ name: "settled", waitMs: 500 });
 * ```
 */
export function debouncer<const Name extends string, Given = unknown, Delivered = Given>(
  options: DebouncerOptions<Name, Delivered, Given>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given[]> }, { output: Output<Given, Given> }>, undefined> {
  checkMs(`${checkLibraryOptions("debouncer", options, names)}.waitMs`, options.waitMs);
  return routine({
    ...settingsOf(options),
    slots: { input: inputSlot(options).quiet(options.waitMs) },
    outputs: { output: output<Given>() },
    run: ({ input }, { emit }) => emit("output", input.at(-1) as Given),
  });
}
