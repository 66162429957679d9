import type { HeaderPatch, StateHeader } from "../ports/state-backend.ts";

/**
 * The header of a run that nobody has described yet.
 *
 * @example
 * ```ts
 * import { newHeader } from "@reprise/core/spi";
 *
 * console.log(newHeader(1_000).status); // running
 * ```
 */
export function newHeader(now: number): StateHeader {
  return { status: "running", createdAt: now, updatedAt: now, tags: [] };
}

/**
 * The header with the patch's fields; `null` removes one, `undefined` leaves it.
 *
 * @example
 * ```ts
 * import { newHeader, patchHeader } from "@reprise/core/spi";
 *
 * const due = patchHeader(newHeader(1_000), { status: "awaiting", wakeAt: 5_000 });
 * console.log(patchHeader(due, { status: "running", wakeAt: null }).wakeAt); // undefined
 * ```
 */
export function patchHeader(header: StateHeader, patch: HeaderPatch): StateHeader {
  const fields = new Map<string, unknown>(Object.entries(header));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) fields.delete(name);
    else if (value !== undefined) fields.set(name, structuredClone(value));
  }
  return Object.fromEntries(fields) as unknown as StateHeader;
}
