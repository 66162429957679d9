import { unescapeKey } from "./tags.ts";

/** The tag of an object of a tagged tree; undefined for a plain object. A user's own key never reads like one. */
export function tagOf(tree: object): string | undefined {
  const keys = Object.keys(tree);
  const [key] = keys;
  return keys.length === 1 && key !== undefined && key.startsWith("$") && unescapeKey(key) === undefined ? key : undefined;
}
