/** Would `await` wait for it? What others made, such as the promises of other realms, is no `Promise`, and is awaited all the same. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && typeof (value as { readonly then?: unknown }).then === "function";
}
