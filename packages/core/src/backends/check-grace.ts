import { checkObject, invalid } from "../errors/invalid.ts";

/**
 * The grace of `collect`, in ms. Throws `INVALID_OPTION` unless it is a number from 0.
 *
 * @example
 * ```ts
 * import { checkGrace } from "@reprise/core/spi";
 *
 * console.log(checkGrace({ graceMs: 60_000 })); // 60000
 * ```
 */
export function checkGrace(options: unknown): number {
  checkObject("options", options);
  const { graceMs } = options as { readonly graceMs?: unknown };
  if (typeof graceMs === "number" && graceMs >= 0) return graceMs;
  return invalid("graceMs", "a number of milliseconds from 0", graceMs);
}
