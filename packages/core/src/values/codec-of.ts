import type { AgentContext } from "../actors/context.ts";
import { invalid } from "../errors/invalid.ts";
import type { ValueCodec } from "./codec.ts";

/** Where a context has the codec of its run: not among what users see of it. */
export const codecKey = Symbol.for("@reprise/core/codec");

/**
 * The codec of the run to whose code a context was given, with the extensions of its Reprise: for code that keeps values between its calls, and
 * must not share them with whoever may change them. Throws `INVALID_OPTION` for what is no context of an agent or a branch.
 *
 * @example
 * ```ts
 * import { agent } from "@reprise/core";
 * import { codecOf } from "@reprise/core/spi";
 *
 * const sorter = agent({ name: "sorter", run: (given: { list: number[] }, context) => {
 *   const kept = codecOf(context).encode(given, "given").encoded;
 *   given.list.sort();
 *   return kept.decode(); // as it was
 * } });
 * ```
 */
export function codecOf(context: AgentContext): ValueCodec {
  return (context as AgentContext & { readonly [codecKey]?: ValueCodec })[codecKey] ?? invalid("context", "what code of an agent or a branch is given", context);
}
