/** A step that is not a property. One object serves all entries of a container, so that a walk allocates none per entry. */
export type PathMark =
  | { readonly kind: "entry"; part: "key" | "value"; index: number; key: unknown }
  | { readonly kind: "item"; index: number }
  | { readonly kind: "error"; readonly index: number }
  | { readonly kind: "extension"; readonly name: string };

/** One step from a value into it: a property, a position or a mark. */
export type PathKey = string | number | PathMark;

const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const longestKey = 64;

/** `result.items[3].socket`, with `.get("x")`, `.keys()[n]` and `.values()[n]` for maps and sets and `<Name>` for extensions. */
export function formatPath(root: string, keys: readonly (PathKey | undefined)[]): string {
  let path = root;
  for (const key of keys) {
    if (typeof key === "string") path += formatProperty(key);
    else if (typeof key === "number") path += `[${key}]`;
    else if (key !== undefined) path += formatMark(key);
  }
  return path;
}

function formatProperty(key: string): string {
  if (key.length <= longestKey && identifier.test(key)) return `.${key}`;
  return `[${quote(key)}]`;
}

function formatMark(mark: PathMark): string {
  if (mark.kind === "extension") return `<${mark.name}>`;
  if (mark.kind === "error") return `.errors[${mark.index}]`;
  if (mark.kind === "item") return `.values()[${mark.index}]`;
  if (mark.part === "key") return `.keys()[${mark.index}]`;
  if (typeof mark.key === "string") return `.get(${quote(mark.key)})`;
  if (typeof mark.key === "number") return `.get(${mark.key})`;
  return `.values()[${mark.index}]`;
}

function quote(key: string): string {
  return JSON.stringify(key.length <= longestKey ? key : `${key.slice(0, longestKey)}…`);
}
