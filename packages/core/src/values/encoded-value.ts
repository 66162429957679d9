import stringifyStably from "fast-json-stable-stringify";
import { defaultSettings } from "./codec-settings.ts";
import { DecodeWalk } from "./decode-walk.ts";
import { secretNamesIn } from "./secret-names.ts";
import { NotDecodableError } from "./not-decodable-error.ts";
import { NotEncodableError } from "./not-encodable-error.ts";

/** What makes values of tagged trees: a codec, with its limits and extensions. */
export interface ValueDecoder {
  /** A fresh value, made of nothing but data. Throws {@link NotDecodableError}. */
  decode(tree: unknown): unknown;
}

const defaultDecoder: ValueDecoder = { decode: (tree) => new DecodeWalk(defaultSettings, "value").node(tree) };
const absent = Symbol("absent");

/**
 * A recorded value: immutable, detached from the original. Holds its tagged tree or the JSON text of that and makes the
 * other when it is asked for.
 */
export class EncodedValue {
  readonly #decoder: ValueDecoder;
  #tree: unknown;
  #text: string | undefined;
  #canonical: string | undefined;
  #secretNames: readonly string[] | undefined;

  private constructor(tree: unknown, text: string | undefined, decoder: ValueDecoder, secretNames?: readonly string[]) {
    this.#tree = tree;
    this.#text = text;
    this.#decoder = decoder;
    this.#secretNames = secretNames;
  }

  /** The value of a tree, as parsed from a record. Not copied, and checked only when it is decoded. Default codec: no extensions, default limits. */
  static fromTree(tree: unknown, codec: ValueDecoder = defaultDecoder, secretNames?: readonly string[]): EncodedValue {
    return new EncodedValue(tree, undefined, codec, secretNames);
  }

  /** The value of a tree's JSON text. Parsed only when the tree is needed. */
  static fromText(text: string, codec: ValueDecoder = defaultDecoder): EncodedValue {
    return new EncodedValue(absent, text, codec);
  }

  /** The tagged tree: plain JSON. Must not be changed and not be handed to users. Throws {@link NotDecodableError} if the text is not JSON. */
  get tree(): unknown {
    if (this.#tree === absent) this.#tree = parse(this.#text ?? "");
    return this.#tree;
  }

  /** The tree as JSON. Throws {@link NotEncodableError} if it is too long for one string. */
  get text(): string {
    return (this.#text ??= write(this.tree, JSON.stringify));
  }

  /** The same, but a text that is made for this is not kept as long as the value lives. */
  write(): string {
    return this.#text ?? write(this.tree, JSON.stringify);
  }

  /**
   * The same for equal values: keys sorted, and without the stacks of errors, which differ between the first run and a
   * resumed one. Says nothing about the order of keys; that of a Map or Set counts.
   */
  get canonical(): string {
    return (this.#canonical ??= canonicalText(this.tree));
  }

  /** The names of the secrets it refers to. */
  get secretNames(): readonly string[] {
    return (this.#secretNames ??= secretNamesIn(this.tree));
  }

  /** How many items it has; undefined if it is no array. */
  get length(): number | undefined {
    return Array.isArray(this.tree) ? this.tree.length : undefined;
  }

  /** The item at a position; undefined if it is no array or has no such position. */
  item(index: number): EncodedValue | undefined {
    const items: unknown = this.tree;
    return Array.isArray(items) && Object.hasOwn(items, index) ? EncodedValue.fromTree(items[index], this.#decoder, this.#namesOfPart) : undefined;
  }

  /** Its items; none if it is no array. */
  items(): EncodedValue[] {
    const items: unknown = this.tree;
    return Array.isArray(items) ? items.map((item) => EncodedValue.fromTree(item, this.#decoder, this.#namesOfPart)) : [];
  }

  /** Where the whole is known to have none, its parts have none. */
  get #namesOfPart(): readonly string[] | undefined {
    return this.#secretNames?.length === 0 ? this.#secretNames : undefined;
  }

  /** A fresh copy each time. Throws {@link NotDecodableError} with the path for anything the codec does not write. */
  decode(): unknown {
    return this.#decoder.decode(this.tree);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotDecodableError("value", "its text is not JSON", { cause: error });
  }
}

function write(tree: unknown, stringify: (tree: unknown) => string): string {
  try {
    return stringify(tree);
  } catch (error) {
    throw new NotEncodableError("value", `it is too large for one JSON text (${String(error)}); store it elsewhere and record a reference`, { cause: error });
  }
}

/** What {@link EncodedValue.canonical} is, of a tree; `text` is its JSON, where somebody has it. */
export function canonicalText(tree: unknown, text?: string): string {
  // Has neither keys nor stacks.
  if (typeof tree !== "object" || tree === null) return text ?? write(tree, JSON.stringify);
  // Of a large value the second text takes as long as the first.
  const sorted = text !== undefined && isSorted(tree) ? text : write(tree, stringifyStably);
  // Neither a user's key (escaped: "$$e") nor the inside of a string (\"$e\") reads like this.
  return sorted.includes('"$e":{') ? write(withoutStacks(tree), stringifyStably) : sorted;
}

/** Are the keys of all its objects in order? */
function isSorted(tree: unknown): boolean {
  if (typeof tree !== "object" || tree === null) return true;
  if (Array.isArray(tree)) return tree.every(isSorted);
  let before: string | undefined;
  for (const [key, value] of Object.entries(tree)) {
    if ((before !== undefined && key < before) || !isSorted(value)) return false;
    before = key;
  }
  return true;
}

/** A tagged tree without the stacks of its errors, which differ between the first run and a resumed one. */
export function withoutStacks(tree: unknown): unknown {
  if (typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map(withoutStacks);
  const entries = Object.entries(tree);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === "$e") return { $e: errorWithoutStacks(first[1]) };
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutStacks(value)]));
}

function errorWithoutStacks(record: unknown): unknown {
  if (typeof record !== "object" || record === null) return record;
  const { stack: _, cause, errors, data, thrown, ...rest } = record as Readonly<Record<string, unknown>>;
  return {
    ...rest,
    cause: errorWithoutStacks(cause),
    errors: Array.isArray(errors) ? errors.map(errorWithoutStacks) : errors,
    data: withoutStacks(data),
    thrown: withoutStacks(thrown),
  };
}
