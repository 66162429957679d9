import { invalid } from "./invalid.ts";
import { RepriseError } from "./reprise-error.ts";

/** The names of all options of a type; one that is missing here is a type error. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/** Throws `INVALID_OPTION` for an option that there is not: misspelt, it would be as if it had not been given. */
export function checkKnown(owner: string, names: Readonly<Record<string, true>>, given: unknown): asserts given is object {
  if (typeof given !== "object" || given === null) invalid(owner, "an object", given);
  const path = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (path !== undefined) throw new RepriseError("INVALID_OPTION", `${owner}: ${path} is not an option (options: ${Object.keys(names).join(", ")})`, { path });
}
