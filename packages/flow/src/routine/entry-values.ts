import { RepriseError } from "@reprise/core";
import { shown } from "../invalid-definition.ts";
import { checkedValue } from "./checked-value.ts";
import type { Routine } from "./routine.ts";

/** What a job's input delivers to the slots of its entry, by slot. Throws `INVALID_OPTION` where it does not fit them. */
export function entryValues({ slots, name }: Routine, input: unknown): readonly (readonly [slot: string, value: unknown])[] {
  const names = [...slots.keys()];
  const [only] = names;
  if (only === undefined) {
    if (input !== undefined) invalid(`left out: "${name}", where jobs begin, has no slots`, input);
    return [];
  }
  if (names.length === 1) return [[only, input]];
  if (typeof input !== "object" || input === null) return invalid(`an object with the slots of "${name}" (${names.join(", ")})`, input);
  const unknown = Object.keys(input).find((key) => !slots.has(key));
  if (unknown !== undefined) invalid(`an object with the slots of "${name}" (${names.join(", ")}) and nothing else`, unknown);
  for (const [slot, { onIncomplete }] of slots) {
    if (!Object.hasOwn(input, slot) && onIncomplete === "fail") invalid(`an object with all slots of "${name}" (${names.join(", ")})`, input);
  }
  return Object.entries(input);
}

/** The same, asking the schemas of the slots, which may take time. That of a slot that merges is for what is made of several values. */
export async function checkEntry(routine: Routine, input: unknown): Promise<void> {
  for (const [name, value] of entryValues(routine, input)) {
    const slot = routine.slots.get(name);
    if (slot === undefined || slot.mode.kind === "merge") continue;
    try {
      await checkedValue(slot.schema, value, { address: `slot "${name}" of "${routine.name}"`, what: "input", path: "" });
    } catch (error) {
      throw new RepriseError("INVALID_OPTION", `input does not fit: ${messageOf(error)}`, { path: "input", cause: error });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function invalid(rule: string, received: unknown): never {
  throw new RepriseError("INVALID_OPTION", `input must be ${rule}, got ${shown(received)}`, { path: "input" });
}
