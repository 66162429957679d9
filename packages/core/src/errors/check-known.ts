import { checkObject } from "./invalid.ts";
import { RepriseError } from "./reprise-error.ts";

/** The names of all options of a type; one that is missing here is a type error. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/** Throws `INVALID_OPTION` for an option that there is not: misspelt, it would be as if it had not been given. `owner` says whose options they are. */
export function checkKnown(given: unknown, names: Readonly<Record<string, true>>, owner?: string): asserts given is object {
  checkObject("options", given);
  const path = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (path !== undefined) throw new RepriseError("INVALID_OPTION", `${owner === undefined ? "" : `${owner}: `}${path} is not an option (options: ${Object.keys(names).join(", ")})`, { path });
}
