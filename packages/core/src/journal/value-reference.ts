/** Stands in a record in the place of a value that is kept elsewhere (rule H7). */
export interface ValueReference {
  /** Sha256 of the value as MessagePack: the id of its content. */
  readonly id: string;
  /** Of the content, in bytes. */
  readonly size: number;
  /** Sha256 of the value's canonical text: equal values have equal ones, whatever the order of their keys. */
  readonly canonical: string;
}

// No value is written like this: a user's key that starts with "$" is escaped, and the tags of values are others.
const tag = "$a";
const sha256 = /^[0-9a-f]{64}$/;

/** What is written in the place of a tree: `{"$a": [id, size, canonical]}`. */
export function referenceTree({ id, size, canonical }: ValueReference): { readonly $a: readonly [string, number, string] } {
  return { [tag]: [id, size, canonical] };
}

/** The reference in the place of a tree; undefined if the tree is there itself, or if this is no reference that is ever written. */
export function referenceIn(tree: unknown): ValueReference | undefined {
  if (typeof tree !== "object" || tree === null || !Object.hasOwn(tree, tag)) return undefined;
  const content = (tree as { readonly [tag]: unknown })[tag];
  if (!Array.isArray(content) || content.length !== 3) return undefined;
  const [id, size, canonical] = content as unknown[];
  const holds = isSha256(id) && isSha256(canonical) && Number.isSafeInteger(size);
  return holds ? { id, canonical, size: size as number } : undefined;
}

function isSha256(value: unknown): value is string {
  return typeof value === "string" && sha256.test(value);
}
