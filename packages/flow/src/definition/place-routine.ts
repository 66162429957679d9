import { isThenable } from "@reprise/core/spi";
import type { OptionNames } from "@reprise/core/spi";
import { checkObject, checkOptions } from "../check-options.ts";
import type { ErrorHandler, ErrorHandlerOptions } from "../error-handler.ts";
import { errorHandler } from "../error-handler.ts";
import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";
import type { PlacedRoutine } from "../routine/activation-actor.ts";
import type { Routine } from "../routine/routine.ts";
import { plainJson } from "../json/plain-json.ts";

/** What `add` may be told of a routine. */
export interface PlacedOptions {
  readonly id?: string;
  readonly config?: unknown;
  readonly errorHandler?: ErrorHandlerOptions;
}

const optionNames: OptionNames<PlacedOptions> = { id: true, config: true, errorHandler: true };

/** A routine as a flow has it. Throws `INVALID_DEFINITION`. */
export function placeRoutine(routine: Routine, options: PlacedOptions, flowHandler: ErrorHandler): PlacedRoutine {
  if ((routine as Partial<Routine> | null)?.kind !== "routine") invalidDefinition("routines", `must be made by routine or agentRoutine, got ${shown(routine)}`);
  checkObject(`routines.${routine.name}`, options);
  const id = checkFlowName("routines.id", options.id === undefined ? routine.name : options.id);
  checkOptions(`routines.${id}`, options, optionNames);
  const handler = options.errorHandler === undefined ? (routine.errorHandler ?? flowHandler) : errorHandler(options.errorHandler, `routines.${id}.errorHandler`);
  const configGiven = options.config === undefined ? undefined : plainJson(options.config, `routines.${id}.config`);
  return Object.freeze({ id, routine, configGiven, config: configOf(routine, configGiven, `routines.${id}.config`), handler });
}

function configOf({ configSchema, name }: Routine, given: unknown, path: string): unknown {
  if (configSchema === undefined) {
    if (given !== undefined) invalidDefinition(path, `must be left out: routine "${name}" takes no configuration`);
    return undefined;
  }
  const result = configSchema["~standard"].validate(given);
  if (isThenable(result)) {
    // Refused as it is, whatever it would have come to.
    void Promise.resolve(result).catch(() => undefined);
    return invalidDefinition(path, "must have a synchronous schema");
  }
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const at = (issue?.path ?? []).map((part) => `.${String(typeof part === "object" ? part.key : part)}`).join("");
  return invalidDefinition(`${path}${at}`, `${issue?.message ?? "refused by the schema"}, got ${shown(given)}`);
}
