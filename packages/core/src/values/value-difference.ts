import type { ErrorRecord } from "./error-record.ts";
import { withoutStacks, type EncodedValue } from "./encoded-value.ts";
import { formatPath, type PathKey } from "./value-path.ts";
import { unescapeKey } from "./tags.ts";
import { tagOf } from "./tree-tag.ts";

/** One place at which two recorded values differ. */
export interface ValueDifference {
  /** `value.items[3].name` */
  readonly path: string;
  /** `type`: what stands there is of another kind, e.g. a string where a number was. */
  readonly kind: "changed" | "type" | "added" | "removed";
  /** As it stands in a record: plain JSON, with tags for what JSON does not know. Absent if it was added. */
  readonly before?: unknown;
  /** Like `before`. Absent if it was removed. */
  readonly after?: unknown;
}

/** Options of {@link valueDifferences}. */
export interface ValueDifferenceOptions {
  /** What paths begin with. Default: `value`. */
  readonly root?: string;
  /** How many places are listed at most; more than that are not read. Default: 100. */
  readonly limit?: number;
}

/**
 * Where two recorded values differ, in the order of the first one's keys; none if they are equal as replay takes it: the
 * order of keys and the stacks of errors do not count, the order of a Map or Set does. `undefined` stands for the value undefined.
 */
export function valueDifferences(before: EncodedValue | undefined, after: EncodedValue | undefined, options: ValueDifferenceOptions = {}): ValueDifference[] {
  if (before?.canonical === after?.canonical) return [];
  return treeDifferences(before === undefined ? { $u: 0 } : before.tree, after === undefined ? { $u: 0 } : after.tree, options);
}

/** The same for tagged trees. */
export function treeDifferences(before: unknown, after: unknown, { root = "value", limit = 100 }: ValueDifferenceOptions = {}): ValueDifference[] {
  const found: ValueDifference[] = [];
  compare(plain(before), plain(after), { root, limit, path: [], found });
  return found;
}

/** The same for recorded errors, their stacks left out. */
export function errorDifferences(before: ErrorRecord, after: ErrorRecord, options: ValueDifferenceOptions = {}): ValueDifference[] {
  return treeDifferences({ $e: before }, { $e: after }, { root: "error", ...options });
}

// What is left of an error without its stack may hold fields that are undefined: they are not there.
function plain(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(withoutStacks(tree)));
}

/** What a tagged tree stands for: `string`, `array`, `Date`, … */
export function typeOfTree(tree: unknown): string {
  if (tree === null) return "null";
  if (Array.isArray(tree)) return "array";
  if (typeof tree !== "object") return typeof tree;
  const tag = tagOf(tree);
  if (tag === undefined) return "object";
  const content = tree[tag as keyof typeof tree] as unknown;
  if ((tag === "$t" || tag === "$c") && Array.isArray(content)) return String(content[0]);
  return tagTypes[tag] ?? "object";
}

const tagTypes: Readonly<Record<string, string>> = {
  $d: "Date",
  $i: "bigint",
  $n: "number",
  $u: "undefined",
  $b: "Uint8Array",
  $m: "Map",
  $s: "Set",
  $ab: "ArrayBuffer",
  $r: "RegExp",
  $url: "URL",
  $e: "Error",
};

interface Walk {
  readonly root: string;
  readonly limit: number;
  readonly path: (PathKey | undefined)[];
  readonly found: ValueDifference[];
}

function compare(before: unknown, after: unknown, walk: Walk): void {
  if (before === after || walk.found.length >= walk.limit) return;
  const type = typeOfTree(before);
  if (type !== typeOfTree(after)) return report(walk, { kind: "type", before, after });
  if (type === "array") return compareEntries(entriesOfList(before), entriesOfList(after), walk);
  if (typeof before !== "object" || before === null) return report(walk, { kind: "changed", before, after });
  const tag = tagOf(before);
  if (tag === undefined) return compareEntries(entriesOfObject(before), entriesOfObject(after), walk);
  const [a, b] = [contentOf(before, tag), contentOf(after, tag)];
  if (tag === "$m") return compareEntries(entriesOfMap(a), entriesOfMap(b), walk, () => report(walk, { kind: "changed", before, after }));
  if (tag === "$s") return compareEntries(entriesOfSet(a), entriesOfSet(b), walk);
  if (tag === "$e") return compareEntries(entriesOfRecord(a), entriesOfRecord(b), walk);
  if (tag === "$c") return compareEntries(entriesOfInstance(a), entriesOfInstance(b), walk);
  if (JSON.stringify(a) !== JSON.stringify(b)) report(walk, { kind: "changed", before, after });
}

/** The parts of a container by what tells them apart. */
type Entries = Map<string, { readonly key: PathKey; readonly tree: unknown }>;

function compareEntries(before: Entries, after: Entries, walk: Walk, orderChanged?: () => void): void {
  const found = walk.found.length;
  for (const [id, { key, tree }] of before) {
    const other = after.get(id);
    walk.path.push(key);
    if (other === undefined) report(walk, { kind: "removed", before: tree });
    else compare(tree, other.tree, walk);
    walk.path.pop();
  }
  for (const [id, { key, tree }] of after) {
    if (before.has(id)) continue;
    walk.path.push(key);
    report(walk, { kind: "added", after: tree });
    walk.path.pop();
  }
  if (orderChanged && walk.found.length === found && [...before.keys()].join() !== [...after.keys()].join()) orderChanged();
}

function report({ found, limit, root, path }: Walk, difference: Omit<ValueDifference, "path">): void {
  if (found.length < limit) found.push({ path: formatPath(root, path), ...difference });
}

function entriesOfList(list: unknown): Entries {
  return new Map((list as unknown[]).map((tree, index) => [String(index), { key: index, tree }]));
}

function entriesOfObject(tree: unknown): Entries {
  return new Map(Object.entries(tree as object).map(([key, value]: [string, unknown]) => [key, { key: unescapeKey(key) ?? key, tree: value }]));
}

// An error's fields are its own: nothing is escaped.
function entriesOfRecord(record: unknown): Entries {
  return new Map(Object.entries(record as object).map(([key, value]: [string, unknown]) => [key, { key, tree: value }]));
}

function entriesOfMap(content: unknown): Entries {
  return new Map(
    (content as [unknown, unknown][]).map(([key, tree], index) => [JSON.stringify(key), { key: { kind: "entry", part: "value", index, key }, tree }]),
  );
}

function entriesOfSet(content: unknown): Entries {
  return new Map((content as unknown[]).map((tree, index) => [String(index), { key: { kind: "item", index }, tree }]));
}

function entriesOfInstance(content: unknown): Entries {
  const [name, tree] = content as readonly [string, unknown];
  return new Map([["", { key: { kind: "extension", name }, tree }]]);
}

function contentOf(tree: unknown, tag: string): unknown {
  return (tree as Record<string, unknown>)[tag];
}
