import { checkObject, ownerText } from "./invalid.ts";
import { RepriseError } from "./reprise-error.ts";

/** The names of all options of a type; one that is missing here is a type error. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Throws `INVALID_OPTION` for an option that there is not: misspelt, it would be as if it had not been given. `owner` says whose options they are.
 *
 * @example
 * ```ts
 * import { checkKnown, type OptionNames } from "@reprise/core/spi";
 *
 * const names: OptionNames<{ dir: string }> = { dir: true };
 * checkKnown({ dir: ".reprise" }, names, "myBackend"); // { dri: … } would be: myBackend: dri is not an option (options: dir)
 * ```
 */
export function checkKnown(given: unknown, names: Readonly<Record<string, true>>, owner?: string): asserts given is object {
  checkObject("options", given, owner);
  for (const path of Object.keys(given)) {
    if (!Object.hasOwn(names, path)) throw new RepriseError("INVALID_OPTION", `${ownerText(owner)}${path} is not an option (options: ${Object.keys(names).join(", ")})`, { path });
  }
}
