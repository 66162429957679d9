import type { Slot } from "../ends/slot.ts";

/**
 * What an activation is asked with, as it is recorded. Of a routine with one slot that takes each delivery by itself: what the slot has come
 * to. Of any other: an object with that of every slot that was filled, and, where there was more than one delivery, their ids under
 * {@link consumed}. The first delivery, to the first slot by name, is the key of the call in any case (rule F3).
 */
export type ActivationInput = unknown;

/** Where an activation of several deliveries lists them; no slot can have this name. */
export const consumed = "<-";

/** What an activation gives, as it is recorded: what it emitted, in order; with several outputs each value behind the name of its output. */
export type ActivationResult = readonly unknown[];

/** The slot whose value is the whole input; undefined where the input is an object of slots. */
export function bareSlot(slots: ReadonlyMap<string, Slot<never, unknown>>): string | undefined {
  const [only, ...others] = slots;
  if (only === undefined || others.length > 0) return undefined;
  const [name, { mode }] = only;
  return mode.kind === "override" || mode.kind === "append" || mode.kind === "merge" ? name : undefined;
}
