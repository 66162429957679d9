import type { StandardSchemaV1 } from "@standard-schema/spec";
import { isSchema } from "./slot.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";

/** An output of a routine. `Emitted` is what the routine emits, `Delivered` what connections carry (they differ if a schema transforms). */
export interface Output<in Emitted, out Delivered> {
  readonly kind: "output";
  readonly schema: StandardSchemaV1 | undefined;
  /** Carries the types; never present. */
  readonly "~types"?: { readonly emitted: (value: Emitted) => void; readonly delivered: Delivered };
}

/**
 * An output of a routine: of a type, or of a Standard Schema that checks what is emitted. A schema alone does as well.
 *
 * @example
 * ```ts
 * import { output } from "@reprise/flow";
 *
 * const outputs = { page: output<{ url: string }>() };
 * ```
 */
export function output(): Output<unknown, unknown>;
export function output<Value>(): Output<Value, Value>;
export function output<Emitted, Delivered>(schema: StandardSchemaV1<Emitted, Delivered>): Output<Emitted, Delivered>;
export function output(schema?: StandardSchemaV1): Output<never, unknown> {
  if (schema !== undefined && !isSchema(schema)) invalidDefinition("output", `must be given a Standard Schema, such as one of zod, valibot or arktype, got ${shown(schema)}`);
  return Object.freeze({ kind: "output" as const, schema });
}
