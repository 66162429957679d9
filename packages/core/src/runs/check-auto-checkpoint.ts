import { checkObject, invalid } from "../errors/invalid.ts";
import { EventType } from "../events/event-type.ts";
import type { AutoCheckpointOptions } from "../engine/auto-checkpoint.ts";

/** Throws `INVALID_OPTION`, naming the option. */
export function checkAutoCheckpoint(options: AutoCheckpointOptions | false | undefined): void {
  if (options === undefined || options === false) return;
  checkObject("autoCheckpoint", options);
  const { after, everyEvents, everyMs, keep } = options;
  if (after === undefined && everyEvents === undefined && everyMs === undefined) invalid("autoCheckpoint", "given after, everyEvents or everyMs, or else it never writes one", options);
  const types: readonly unknown[] = Object.values(EventType);
  if (after !== undefined && !(Array.isArray(after) && after.length > 0 && after.every((type) => types.includes(type)))) {
    invalid("autoCheckpoint.after", `a list of kinds of call (${types.join(", ")})`, after);
  }
  for (const [option, count] of Object.entries({ everyEvents, keep })) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1)) invalid(`autoCheckpoint.${option}`, "a whole number from 1", count);
  }
  if (everyMs !== undefined && !(Number.isFinite(everyMs) && everyMs > 0)) invalid("autoCheckpoint.everyMs", "a positive number of milliseconds", everyMs);
}
