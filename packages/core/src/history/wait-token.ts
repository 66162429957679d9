const shape = /^wt_[0-9a-f]{32}$/u;

/** A token for a wait, from a fresh id. */
export function tokenFrom(id: string): string {
  return `wt_${id.replaceAll("-", "")}`;
}

/**
 * Is this the token of some wait, and not a name?
 *
 * @example
 * ```ts
 * import { isWaitToken } from "@reprise/core/spi";
 *
 * console.log(isWaitToken("approval")); // false
 * ```
 */
export function isToken(to: string): boolean {
  return shape.test(to);
}
