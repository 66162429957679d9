import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";

const nameOf = Symbol.for("@reprise/flow/name");

/**
 * A function with a name, so that a flow which uses it can be serialised, and loaded where a registry has it under that name.
 * Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { named } from "@reprise/flow";
 *
 * const toText = named("toText", (page: { text: string }) => page.text);
 * ```
 */
export function named<Arguments extends readonly unknown[], Result>(name: string, work: (...given: Arguments) => Result): (...given: Arguments) => Result {
  checkFlowName("named", name);
  if (typeof work !== "function") invalidDefinition(`named ${name}`, `must be given a function, got ${shown(work)}`);
  return Object.defineProperty((...given: Arguments): Result => work(...given), nameOf, { value: name });
}

/** The name that `named` gave; undefined for any other function. */
export function functionName(work: unknown): string | undefined {
  return typeof work === "function" ? (work as { readonly [nameOf]?: string })[nameOf] : undefined;
}
