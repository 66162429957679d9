import type { Ends } from "../ends/end-types.ts";

/** The routines of a flow and the types at their ends, by id. */
export interface RoutineTypes {
  readonly [id: string]: Ends;
}

type Text<Key> = Key & string;

/** `"fetch.page"`, for every output of a flow. */
export type OutputReference<Routines extends RoutineTypes> = { [Id in keyof Routines]: { [Name in keyof Routines[Id]["outputs"]]: `${Text<Id>}.${Text<Name>}` }[keyof Routines[Id]["outputs"]] }[keyof Routines];
/** `"parse.page"`, for every slot of a flow. */
export type SlotReference<Routines extends RoutineTypes> = { [Id in keyof Routines]: { [Name in keyof Routines[Id]["slots"]]: `${Text<Id>}.${Text<Name>}` }[keyof Routines[Id]["slots"]] }[keyof Routines];

/** What an output carries away. */
export type CarriedBy<Routines extends RoutineTypes, Reference> = Reference extends `${infer Id}.${infer Name}` ? (Id extends keyof Routines ? (Name extends keyof Routines[Id]["outputs"] ? Routines[Id]["outputs"][Name] : never) : never) : never;
/** What a slot takes. */
export type TakenBy<Routines extends RoutineTypes, Reference> = Reference extends `${infer Id}.${infer Name}` ? (Id extends keyof Routines ? (Name extends keyof Routines[Id]["slots"] ? Routines[Id]["slots"][Name] : never) : never) : never;

/** What `connect` may be told of a connection. */
export interface ConnectionOptions<From, To> {
  /** A pure function that makes of what leaves the output what the slot takes; by `named` if the flow is to be serialised. Default: the value as it is. */
  readonly map?: (value: From) => To;
  /**
   * How often a chain of deliveries may pass this connection; the job fails with `LIMIT` at the next. A cycle needs one.
   * Default: the flow's `maxIterations`.
   */
  readonly maxIterations?: number;
}

/** Ends that do not fit need a `map`: without one the arguments do not match. */
export type ConnectionArguments<From, To> = [From] extends [To] ? [options?: ConnectionOptions<From, To>] : [optionsWithMap: ConnectionOptions<From, To> & { readonly map: (value: From) => To }];

/** What starts a job: what the entry routine's slot takes; with several slots an object of them; nothing where it has none. */
export type EntryInput<Types extends Ends> = [keyof Types["slots"]] extends [never] ? void : string extends keyof Types["slots"] ? unknown : IsSingle<keyof Types["slots"]> extends true ? Types["slots"][keyof Types["slots"]] : Types["slots"];
type IsSingle<All, Each = All> = [All] extends [never] ? false : Each extends All ? ([All] extends [Each] ? true : false) : never;

/** What a completed job leaves: the values of each output that no connection leads away from. */
export type JobOutputs<Routines extends RoutineTypes> = { readonly [Reference in OutputReference<Routines>]?: readonly CarriedBy<Routines, Reference>[] };
