import { unknownAliases } from "../engine/aliases.ts";
import type { Engine } from "../engine/engine.ts";

/** A5: an alias for a name that nothing is recorded under is probably a slip, or no longer needed. */
export function reportAliases(engine: Engine): void {
  for (const old of unknownAliases(engine.options.aliases, engine.view)) engine.log("warn", "ALIAS_UNKNOWN", `aliases: no call of the name ${JSON.stringify(old)} is recorded`);
}
