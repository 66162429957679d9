import type { OptionNames } from "@reprise/core/spi";
import { checkCount, checkMs } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `batcher` takes. */
export interface BatcherOptions<Name extends string, Delivered, Given> extends LibraryOptions<Name, Delivered, Given> {
  /** How many values make a batch; the last one may have fewer. */
  readonly size: number;
  /** A batch is complete, too, so long after its first value, in ms. Default: never. */
  readonly withinMs?: number;
}

const names: OptionNames<BatcherOptions<string, never, never>> = { ...libraryNames, size: true, withinMs: true };

/**
 * Collects values into lists: slot `input`, output `batch`. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { batcher } from "@reprise/flow";
 *
 * const tens = batcher<"tens", string>({ name: "tens", size: 10 });
 * ```
 */
export function batcher<const Name extends string, Given = unknown, Delivered = Given>(
  options: BatcherOptions<Name, Delivered, Given>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given[]> }, { batch: Output<Given[], Given[]> }>, undefined> {
  const path = checkLibraryOptions("batcher", options, names);
  const { size, withinMs } = options;
  checkCount(`${path}.size`, size);
  if (withinMs !== undefined) checkMs(`${path}.withinMs`, withinMs);
  // Of a list, what may be missing is its items: the type stays.
  const input: Slot<Delivered, Given[]> = inputSlot(options).count(size, withinMs === undefined ? {} : { withinMs }).whenIncomplete("run");
  return routine({
    ...settingsOf(options),
    slots: { input },
    outputs: { batch: output<Given[]>() },
    run: ({ input }, { emit }) => emit("batch", input),
  });
}
