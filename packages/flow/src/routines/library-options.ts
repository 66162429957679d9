import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ErrorHandlerOptions } from "../error-handler.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";
import { slot, type PlainSlot } from "../ends/slot.ts";

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

/** The slot of such a routine. */
export function inputSlot<Delivered, Given>({ input }: { readonly input?: StandardSchemaV1<Delivered, Given> }): PlainSlot<Delivered, Given> {
  return input === undefined ? (slot() as PlainSlot<unknown, never>) : slot(input);
}

/** What such a routine says of itself. */
export function settingsOf<Name extends string>({ name, version, errorHandler }: Pick<LibraryOptions<Name, never, never>, "name" | "version" | "errorHandler">): { readonly name: Name; readonly version?: string; readonly errorHandler?: ErrorHandlerOptions } {
  return { name, ...(version !== undefined && { version }), ...(errorHandler && { errorHandler }) };
}

/** Throws `INVALID_DEFINITION` unless the value is a function. */
export function checkFunction(path: string, value: unknown): void {
  if (typeof value !== "function") invalidDefinition(path, `must be a function, got ${shown(value)}`);
}
