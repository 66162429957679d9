import { fromBase64, toBase64 } from "./base64.ts";
import { NotDecodableError } from "./not-decodable-error.ts";
import { isInherited, setOwn } from "./own-property.ts";
import { isWellFormed } from "./well-formed.ts";

/*
 * A tagged tree as MessagePack carries it. It differs from the JSON tree where the format has something better, or less:
 *
 * | JSON tree                                   | carried                                  |
 * |---------------------------------------------|------------------------------------------|
 * | base64 in `$b`, `$t`, `$ab`                 | bytes                                    |
 * | text with a lone surrogate                  | `{"$j": UTF-16 little-endian}`           |
 * | an object with such a key, or one that Object.prototype has | `{"$o": [[key, value], ...]}` |
 *
 * UTF-8 cannot hold a lone surrogate: encoders replace it in silence. And decoders refuse keys such as `__proto__`, newer
 * ones also `constructor`: what a store holds must not depend on the version of a decoder.
 */

/** A tree for the MessagePack encoder. Throws {@link NotDecodableError} if bytes in it are not base64. */
export function toCarried(tree: unknown): unknown {
  if (typeof tree === "string") return isWellFormed(tree) ? tree : { $j: utf16Of(tree) };
  if (typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) return listOf(tree, toCarried);
  const entries = Object.entries(tree);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [key, content] = first as [string, unknown];
    if (key === "$b" || key === "$ab") return { [key]: bytesOf(content) };
    if (key === "$t" && Array.isArray(content)) return { $t: [content[0], bytesOf(content[1])] };
  }
  const pairs: [unknown, unknown][] = [];
  const carried: Record<string, unknown> = {};
  const asPairs = entries.some(([key]) => isInherited(key) || !isWellFormed(key));
  for (const [key, value] of entries) {
    if (asPairs) pairs.push([toCarried(key), toCarried(value)]);
    else carried[key] = toCarried(value);
  }
  return asPairs ? { $o: pairs } : carried;
}

/** The tree that was carried, as JSON. Throws {@link NotDecodableError} for anything {@link toCarried} does not make. */
export function fromCarried(carried: unknown): unknown {
  switch (typeof carried) {
    case "string":
      return isWellFormed(carried) ? carried : fail("it has text that is not UTF-8");
    case "number":
      return Number.isFinite(carried) && !Object.is(carried, -0) ? carried : fail(`it has a number that JSON does not hold, ${String(carried)}`);
    case "object":
      if (carried === null) return null;
      if (Array.isArray(carried)) return listOf(carried, fromCarried);
      return carried instanceof Uint8Array ? fail("it has bytes outside of a tag for bytes") : objectFrom(Object.entries(carried));
    default:
      return carried;
  }
}

// A loop rather than `map`, here and above: a callback is a frame of its own, and values may be deep.
function listOf(items: readonly unknown[], convert: (item: unknown) => unknown): unknown[] {
  const list: unknown[] = [];
  for (const item of items) list.push(convert(item));
  return list;
}

function objectFrom(entries: readonly (readonly [string, unknown])[]): unknown {
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [key, content] = first;
    if (key === "$b" || key === "$ab") return { [key]: base64Of(content) };
    if (key === "$t" && Array.isArray(content) && content.length === 2) return { $t: [fromCarried(content[0]), base64Of(content[1])] };
    if (key === "$j") return textFrom(content);
    if (key === "$o") return fromPairs(content);
  }
  const tree: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (!isWellFormed(key)) fail("it has a key that is not UTF-8");
    setOwn(tree, key, fromCarried(value));
  }
  return tree;
}

function fromPairs(content: unknown): unknown {
  if (!Array.isArray(content)) return fail("the content of $o is not a list of pairs");
  const tree: Record<string, unknown> = {};
  for (const pair of content as readonly unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return fail("the content of $o is not a list of pairs");
    const key: unknown = fromCarried(pair[0]);
    if (typeof key !== "string" || Object.hasOwn(tree, key)) return fail("the content of $o has a key twice, or one that is no text");
    setOwn(tree, key, fromCarried(pair[1]));
  }
  return tree;
}

function bytesOf(content: unknown): Uint8Array {
  return (typeof content === "string" ? fromBase64(content) : undefined) ?? fail("its bytes are not base64");
}

function base64Of(content: unknown): string {
  return content instanceof Uint8Array ? toBase64(content) : fail("a tag for bytes holds none");
}

function utf16Of(text: string): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index += 1) bytes.setUint16(index * 2, text.charCodeAt(index), true);
  return new Uint8Array(bytes.buffer);
}

function textFrom(content: unknown): string {
  if (!(content instanceof Uint8Array) || content.length % 2 !== 0) return fail("the content of $j is not UTF-16");
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const pieces: string[] = [];
  for (let index = 0; index < content.length; index += 2) pieces.push(String.fromCharCode(view.getUint16(index, true)));
  const text = pieces.join("");
  return isWellFormed(text) ? fail("the content of $j is text that UTF-8 holds") : text;
}

function fail(problem: string): never {
  throw new NotDecodableError("value", problem);
}
