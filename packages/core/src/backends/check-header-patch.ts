import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import { isWellFormed } from "../values/well-formed.ts";

/**
 * Throws `INVALID_OPTION`, naming the field, unless every backend can keep the patch as it is: times are finite numbers, and no text holds
 * half a surrogate pair.
 *
 * @example
 * ```ts
 * import { checkHeaderPatch } from "@reprise/core/spi";
 *
 * checkHeaderPatch("run-1", { status: "awaiting", wakeAt: 5_000, tags: ["draft"] });
 * ```
 */
export function checkHeaderPatch(stateId: string, patch: HeaderPatch): void {
  const refuse = (name: keyof HeaderPatch, rule: string, value: unknown): never => {
    throw new RepriseError("INVALID_OPTION", `run ${stateId}: header.${name} must be ${rule}, got ${showValue(value)}`, { stateId, path: `header.${name}` });
  };
  for (const name of ["createdAt", "updatedAt", "wakeAt"] as const) {
    const time = patch[name] ?? 0;
    if (!Number.isFinite(time)) refuse(name, "a finite number of milliseconds", time);
  }
  for (const name of ["pipelineName", "parentStateId", "tags"] as const) {
    for (const text of [patch[name] ?? []].flat()) if (!isWellFormed(text)) refuse(name, "text without half of a surrogate pair", text);
  }
}
