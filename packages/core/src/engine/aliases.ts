import { checkName } from "../address/address.ts";
import { checkObject, invalid } from "../errors/invalid.ts";
import type { RunView } from "../history/fold.ts";

/** Steps that were renamed: the new name of each old one (rule A5). */
export type Aliases = ReadonlyMap<string, string>;

/** Throws `INVALID_OPTION` for what is no name, and where the new name of a step is the old one of another. */
export function aliasesOf(aliases: Readonly<Record<string, string>> | undefined): Aliases {
  if (aliases === undefined) return new Map();
  checkObject("aliases", aliases);
  const names = new Map<string, string>(Object.entries(aliases));
  for (const [old, name] of names) {
    checkNames(old, name);
    if (names.has(name)) invalid(`aliases[${JSON.stringify(old)}]`, "the present name of a step, not itself renamed", name);
  }
  return names;
}

function checkNames(old: string, name: unknown): void {
  for (const each of [old, name]) {
    try {
      checkName("step", each);
    } catch (cause) {
      invalid(`aliases[${JSON.stringify(old)}]`, `two names of steps (${(cause as Error).message})`, name);
    }
  }
}

/** Old names that no recorded call has. */
export function unknownAliases(aliases: Aliases, view: RunView): string[] {
  const recorded = new Set<string>();
  if (aliases.size > 0) for (const { segment } of view.calls.values()) recorded.add(segment.name);
  return [...aliases.keys()].filter((old) => !recorded.has(old));
}
