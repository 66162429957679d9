import type { OptionNames } from "@reprise/core/spi";
import { checkFunction, checkObject } from "../check-options.ts";
import type { EndsOf } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";
import { routine } from "../routine/define-routine.ts";
import type { Routine } from "../routine/routine.ts";
import { checkLibraryOptions, inputSlot, libraryNames, settingsOf, type LibraryOptions } from "./library-options.ts";

/** What `router` takes. */
export interface RouterOptions<Name extends string, Delivered, Given, Route extends string, Otherwise extends string> extends LibraryOptions<Name, Delivered, Given> {
  /** Outputs, and when a value goes there. They are asked in this order. */
  readonly routes: { readonly [Output in Route]: (value: Given) => boolean };
  /** The output of values that no route takes. Default: such a value fails the activation. */
  readonly otherwise?: Otherwise;
  /** Whether a value goes where the first route says, or everywhere it may. Default: `"first"`. */
  readonly take?: "first" | "all";
}

const names: OptionNames<RouterOptions<string, never, never, string, string>> = { ...libraryNames, routes: true, otherwise: true, take: true };

/**
 * Sends each value where a condition says: slot `input`, an output for each route. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { router } from "@reprise/flow";
 *
 * const bySize = router({ name: "by_size", routes: { small: (size: number) => size < 10, large: (size: number) => size > 99 }, otherwise: "medium" });
 * ```
 */
export function router<const Name extends string, Given, Route extends string, const Otherwise extends string = never, Delivered = Given>(
  options: RouterOptions<Name, Delivered, Given, Route, Otherwise>,
): Routine<Name, EndsOf<{ input: Slot<Delivered, Given> }, { [Name in Route | Otherwise]: Output<Given, Given> }>, undefined> {
  const path = checkLibraryOptions("router", options, names);
  const { otherwise, take = "first" } = options;
  checkObject(`${path}.routes`, options.routes);
  if (otherwise !== undefined) checkFlowName(`${path}.otherwise`, otherwise);
  if (take !== "first" && take !== "all") invalidDefinition(`${path}.take`, `must be "first" or "all", got ${shown(take)}`);
  const routes = Object.entries<(value: Given) => boolean>(options.routes);
  for (const [name, when] of routes) checkFunction(`${path}.routes.${name}`, when);
  const outputs = [...routes.map(([name]) => name), ...(otherwise === undefined ? [] : [otherwise as string])];
  const made = routine({
    ...settingsOf(options),
    slots: { input: inputSlot(options) },
    outputs: Object.fromEntries(outputs.map((name) => [name, output<Given>()])),
    run: ({ input }, { emit }) => {
      const taken = routes.filter(([, when]) => when(input)).map(([name]) => name);
      const chosen = taken.length === 0 && otherwise !== undefined ? [otherwise] : taken.slice(0, take === "first" ? 1 : undefined);
      if (chosen.length === 0) throw new RangeError(`no route of "${options.name}" takes the value (routes: ${outputs.join(", ")})`);
      for (const name of chosen) emit(name, input);
    },
  });
  return made as unknown as Routine<Name, EndsOf<{ input: Slot<Delivered, Given> }, { [Name in Route | Otherwise]: Output<Given, Given> }>, undefined>;
}
