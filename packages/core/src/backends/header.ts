import type { HeaderPatch, StateHeader } from "../ports/state-backend.ts";

/** The header of a run that nobody has described yet. */
export function newHeader(now: number): StateHeader {
  return { status: "running", createdAt: now, updatedAt: now, tags: [] };
}

/** The header with the patch's fields; `null` removes one, `undefined` leaves it. */
export function patchHeader(header: StateHeader, patch: HeaderPatch): StateHeader {
  const fields = new Map<string, unknown>(Object.entries(header));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) fields.delete(name);
    else if (value !== undefined) fields.set(name, structuredClone(value));
  }
  return Object.fromEntries(fields) as unknown as StateHeader;
}
