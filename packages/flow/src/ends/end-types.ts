import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Output } from "./output.ts";
import type { Slot } from "./slot.ts";

/** Nothing by name: a routine without slots or outputs, a flow without routines. */
export type None = Record<never, never>; // oxlint-disable-line typescript/no-generated-empty-object-type -- an object without keys is what is meant

/** What a routine may declare as a slot: a `slot(…)`, or a schema alone. */
export type SlotDeclaration = Slot<never, unknown> | StandardSchemaV1;
/** What a routine may declare as an output: an `output(…)`, or a schema alone. */
export type OutputDeclaration = Output<never, unknown> | StandardSchemaV1;

/** The slots of a routine, by name. */
export interface SlotDeclarations {
  readonly [name: string]: SlotDeclaration;
}
/** The outputs of a routine, by name. */
export interface OutputDeclarations {
  readonly [name: string]: OutputDeclaration;
}

/** What connections bring to a slot. */
export type DeliveredTo<Declared> = Declared extends { readonly kind: "slot"; readonly "~types"?: { readonly delivered: (value: infer Type) => void } } ? Type : Declared extends StandardSchemaV1<infer Type, unknown> ? Type : never;
/** What a routine gets of a slot. */
export type GivenBy<Declared> = Declared extends { readonly kind: "slot"; readonly "~types"?: { readonly given: infer Type } } ? Type : Declared extends StandardSchemaV1<unknown, infer Type> ? Type : never;
/** What a routine emits. */
export type EmittedTo<Declared> = Declared extends { readonly kind: "output"; readonly "~types"?: { readonly emitted: (value: infer Type) => void } } ? Type : Declared extends StandardSchemaV1<infer Type, unknown> ? Type : never;
/** What connections carry away. */
export type DeliveredBy<Declared> = Declared extends { readonly kind: "output"; readonly "~types"?: { readonly delivered: infer Type } } ? Type : Declared extends StandardSchemaV1<unknown, infer Type> ? Type : never;

/** What a routine is given: one property per slot. */
export type Given<Slots extends SlotDeclarations> = { readonly [Name in keyof Slots]: GivenBy<Slots[Name]> };

/** The types at the ends of a routine, as connections see them. */
export interface Ends {
  readonly slots: { readonly [name: string]: unknown };
  readonly outputs: { readonly [name: string]: unknown };
}

/** The ends of a routine with these declarations. */
export interface EndsOf<Slots extends SlotDeclarations, Outputs extends OutputDeclarations> {
  readonly slots: { readonly [Name in keyof Slots]: DeliveredTo<Slots[Name]> };
  readonly outputs: { readonly [Name in keyof Outputs]: DeliveredBy<Outputs[Name]> };
}
