/**
 * Would `await` wait for it? Query builders and the promises of other realms are no `Promise`, and are awaited all the same.
 *
 * @example
 * ```ts
 * import { isThenable } from "@reprise/core/spi";
 *
 * console.log(isThenable(Promise.resolve(1)), isThenable(1)); // true false
 * ```
 */
export function isThenable<Value>(value: Value): value is Value & PromiseLike<Awaited<Value>> {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && typeof (value as { readonly then?: unknown }).then === "function";
}
