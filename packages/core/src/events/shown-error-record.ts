import { unescapeKey } from "../values/tags.ts";
import { tagOf } from "../values/tree-tag.ts";
import { hidden, type Show } from "./show.ts";
import { shownStack } from "./shown-stack.ts";
import { shownEntry, shownValue } from "./shown-value.ts";

/** An error as it is recorded, with what is shown of it. What hangs on it is a tagged tree, where a field is not always a key. */
export function shownErrorRecord(path: string, record: unknown, show: Show, name?: string): unknown {
  const given = show(path, record, name);
  if (!Object.is(given, record) || !isObject(record)) return given;
  const shown = Object.fromEntries(Object.entries(record).map(([field, part]) => [field, shownField(`${path}.${field}`, part, show, field)]));
  return "stack" in shown ? { ...shown, stack: shownStack(record, shown) } : shown;
}

function shownField(path: string, part: unknown, show: Show, name: string): unknown {
  if (name === "cause") return shownErrorRecord(path, part, show, name);
  if (name === "data" || name === "thrown") return shownTree(path, part, show, name);
  if (name !== "errors" || !Array.isArray(part)) return shownValue(path, part, show, name);
  const given = show(path, part, name);
  return Object.is(given, part) ? part.map((error, index) => shownErrorRecord(`${path}[${index}]`, error, show)) : given;
}

function shownTree(path: string, tree: unknown, show: Show, name?: string): unknown {
  const given = show(path, tree, name);
  if (!Object.is(given, tree) || !isObject(tree)) return given;
  const inner: Show = (innerPath, part, field) => shownTree(innerPath, part, show, field);
  if (Array.isArray(tree)) return listOf(path, tree, inner);
  const tag = tagOf(tree);
  return tag === undefined ? fieldsOf(path, tree, inner) : { [tag]: shownContent(path, tag, tree[tag], show) };
}

function shownContent(path: string, tag: string, content: unknown, show: Show): unknown {
  const inner: Show = (innerPath, part, field) => shownTree(innerPath, part, show, field);
  switch (tag) {
    case "$m":
      return isPairs(content) ? content.map((entry, index) => shownEntry(path, index, entry, inner)) : hidden;
    case "$s":
      return Array.isArray(content) ? listOf(path, content, inner) : hidden;
    case "$e":
      return shownErrorRecord(path, content, show);
    case "$c":
      return Array.isArray(content) ? [content[0], inner(path, content[1])] : hidden;
    default:
      return content;
  }
}

function listOf(path: string, items: readonly unknown[], inner: Show): unknown[] {
  return items.map((item, index) => inner(`${path}[${index}]`, item));
}

function fieldsOf(path: string, tree: object, inner: Show): object {
  const entries = Object.entries(tree).map(([key, part]: [string, unknown]) => {
    const field = unescapeKey(key) ?? key;
    return [key, inner(`${path}.${field}`, part, field)] as const;
  });
  return Object.fromEntries(entries);
}

function isPairs(content: unknown): content is readonly (readonly [unknown, unknown])[] {
  return Array.isArray(content) && content.every((entry) => Array.isArray(entry) && entry.length === 2);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
