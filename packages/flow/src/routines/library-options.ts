import type { OptionNames } from "@reprise/core/spi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkObject, checkOptions } from "../check-options.ts";
import { isSchema, slot, type PlainSlot } from "../ends/slot.ts";
import type { ErrorHandlerOptions } from "../error-handler.ts";
import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";

/** What every routine of the library takes. */
export interface LibraryOptions<Name extends string, Delivered, Given> {
  /** Its name, and its id in flows unless `add` gives another. */
  readonly name: Name;
  /** Checks what is delivered. Default: anything of the function's type. */
  readonly input?: StandardSchemaV1<Delivered, Given>;
  /** Change it when what the function does changes: it is part of the definition's hash. Default: none. */
  readonly version?: string;
  /** How its failures are handled. Default: as the flow says. */
  readonly errorHandler?: ErrorHandlerOptions;
}

/** Of all of them. */
export const libraryNames: OptionNames<LibraryOptions<string, never, never>> = { name: true, input: true, version: true, errorHandler: true };

/** Throws `INVALID_DEFINITION` for options that are none, and for what all take; gives where they stand: `mapper length`. */
export function checkLibraryOptions(kind: string, options: { readonly name: unknown; readonly input?: unknown }, names: Readonly<Record<string, true>>): string {
  checkObject(kind, options);
  const path = `${kind} ${checkFlowName(`${kind}.name`, options.name)}`;
  checkOptions(path, options, names);
  if (options.input !== undefined && !isSchema(options.input)) invalidDefinition(`${path}.input`, `must be a Standard Schema, such as one of zod, valibot or arktype, got ${shown(options.input)}`);
  return path;
}

/** The slot of such a routine. */
export function inputSlot<Delivered, Given>({ input }: { readonly input?: StandardSchemaV1<Delivered, Given> }): PlainSlot<Delivered, Given> {
  return input === undefined ? (slot() as PlainSlot<unknown, never>) : slot(input);
}

/** What such a routine says of itself. */
export function settingsOf<Name extends string>({ name, version, errorHandler }: Pick<LibraryOptions<Name, never, never>, "name" | "version" | "errorHandler">): { readonly name: Name; readonly version?: string; readonly errorHandler?: ErrorHandlerOptions } {
  return { name, ...(version !== undefined && { version }), ...(errorHandler !== undefined && { errorHandler }) };
}
