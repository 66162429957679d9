import { invalidOption } from "@reprise/core/spi";

/** Throws `INVALID_OPTION` unless these are options of `createReprise` without those that the checker gives itself, which would be as if they had not been given. */
export function checkReprise(reprise: unknown, own: readonly string[], owner: string): void {
  if (typeof reprise !== "object" || reprise === null) invalidOption("reprise", "options of createReprise", reprise, owner);
  for (const name of own) {
    const given = (reprise as Readonly<Record<string, unknown>>)[name];
    if (given !== undefined) invalidOption(`reprise.${name}`, `left out, for ${owner} gives its own`, given, owner);
  }
}
