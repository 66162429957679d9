import { fromBase64 } from "./base64.ts";
import { viewOf } from "./byte-views.ts";
import type { DecodeWalk } from "./decode-walk.ts";
import { restoreEntered } from "./restore-error.ts";
import { SecretReference } from "./secret.ts";
import { maxBigIntDigits, type Tag } from "./tags.ts";
import type { PathMark } from "./value-path.ts";

type Decoder = (walk: DecodeWalk, content: unknown) => unknown;

const decoders: Readonly<Record<Tag, Decoder>> = {
  $d: decodeDate,
  $i: decodeBigInt,
  $n: decodeNumber,
  $u: (walk, content) => (content === 0 ? undefined : malformed(walk, "$u", "0")),
  $b: bytesOf,
  $m: decodeMap,
  $s: decodeSet,
  $t: decodeView,
  $ab: (walk, content) => bytesOf(walk, content).buffer,
  $r: decodeRegExp,
  $url: decodeUrl,
  $e: decodeError,
  $c: decodeInstance,
  $secret: (walk, content) => (typeof content === "string" ? (walk.secrets?.get(content) ?? new SecretReference(content)) : malformed(walk, "$secret", "the name of a secret")),
};

/** The value behind a tag. Nothing is looked up by name but in closed tables and in the registered extensions. */
export function decodeTag(walk: DecodeWalk, tag: string, content: unknown): unknown {
  if (!Object.hasOwn(decoders, tag)) return walk.fail(`${JSON.stringify(tag.slice(0, 64))} is no tag that this version knows`);
  return decoders[tag as Tag](walk, content);
}

function malformed(walk: DecodeWalk, tag: Tag, expected: string): never {
  return walk.fail(`the content of ${tag} is not ${expected}`);
}

// Dates reach this far on both sides of the epoch (ECMA-262, time values).
const furthestMs = 8.64e15;

function decodeDate(walk: DecodeWalk, content: unknown): Date {
  if (content === null) return new Date(Number.NaN);
  if (!Number.isInteger(content) || Math.abs(content as number) > furthestMs) malformed(walk, "$d", "a time in ms or null");
  return new Date(content as number);
}

const integer = /^-?\d+$/;

function decodeBigInt(walk: DecodeWalk, content: unknown): bigint {
  if (typeof content !== "string" || content.length > maxBigIntDigits + 1 || !integer.test(content)) {
    return malformed(walk, "$i", `a whole number of at most ${maxBigIntDigits} digits`);
  }
  return BigInt(content);
}

function decodeNumber(walk: DecodeWalk, content: unknown): number {
  if (content === "NaN") return Number.NaN;
  if (content === "-0") return -0;
  if (content === "Infinity") return Number.POSITIVE_INFINITY;
  if (content === "-Infinity") return Number.NEGATIVE_INFINITY;
  return malformed(walk, "$n", "NaN, -0, Infinity or -Infinity");
}

function bytesOf(walk: DecodeWalk, content: unknown): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === "string" ? fromBase64(content) : undefined;
  return bytes ?? walk.fail("its bytes are not base64");
}

function decodeMap(walk: DecodeWalk, content: unknown): Map<unknown, unknown> {
  if (!Array.isArray(content)) return malformed(walk, "$m", "a list of entries");
  const level = walk.enter(content.length * 2);
  const mark: PathMark = { kind: "entry", part: "key", index: 0, key: undefined };
  walk.path[level] = mark;
  const map = new Map<unknown, unknown>();
  for (const entry of content as readonly unknown[]) {
    mark.part = "key";
    if (!Array.isArray(entry) || entry.length !== 2) return malformed(walk, "$m", "a list of entries");
    mark.key = walk.node(entry[0]);
    mark.part = "value";
    map.set(mark.key, walk.node(entry[1]));
    mark.index += 1;
  }
  walk.depth = level;
  if (map.size !== content.length) malformed(walk, "$m", "a list of entries with different keys");
  return map;
}

function decodeSet(walk: DecodeWalk, content: unknown): Set<unknown> {
  if (!Array.isArray(content)) return malformed(walk, "$s", "a list of items");
  const level = walk.enter(content.length);
  const mark: PathMark = { kind: "item", index: 0 };
  walk.path[level] = mark;
  const set = new Set<unknown>();
  for (const item of content as readonly unknown[]) {
    set.add(walk.node(item));
    mark.index += 1;
  }
  walk.depth = level;
  if (set.size !== content.length) malformed(walk, "$s", "a list of different items");
  return set;
}

function decodeView(walk: DecodeWalk, content: unknown): ArrayBufferView {
  const [name, base64] = pairOf(walk, "$t", content);
  if (typeof name !== "string") return malformed(walk, "$t", "a class name and bytes");
  return viewOf(name, bytesOf(walk, base64)) ?? walk.fail(`this runtime has no ${JSON.stringify(name.slice(0, 64))} of that many bytes`);
}

function decodeRegExp(walk: DecodeWalk, content: unknown): RegExp {
  const [source, flags] = pairOf(walk, "$r", content);
  if (typeof source !== "string" || typeof flags !== "string") return malformed(walk, "$r", "source and flags");
  try {
    return new RegExp(source, flags);
  } catch (error) {
    return walk.fail("it is not a regular expression that this runtime knows", error);
  }
}

function decodeUrl(walk: DecodeWalk, content: unknown): URL {
  if (typeof content !== "string") return malformed(walk, "$url", "a URL");
  try {
    return new URL(content);
  } catch (error) {
    return walk.fail("it is not a URL", error);
  }
}

function decodeError(walk: DecodeWalk, content: unknown): Error {
  const level = walk.enter(0);
  const error = restoreEntered(walk, content);
  walk.depth = level;
  return error;
}

function decodeInstance(walk: DecodeWalk, content: unknown): unknown {
  const [name, tree] = pairOf(walk, "$c", content);
  if (typeof name !== "string") return malformed(walk, "$c", "a name and a value");
  const extension = walk.settings.extensions.get(name);
  if (extension === undefined) return walk.fail(`it is a ${JSON.stringify(name.slice(0, 64))}; register the value extension of that name`);
  const level = walk.enter(1);
  walk.path[level] = { kind: "extension", name };
  const data = walk.node(tree);
  walk.depth = level;
  try {
    return extension.decode(data);
  } catch (error) {
    return walk.fail(`the value extension ${JSON.stringify(name)} cannot decode it`, error);
  }
}

function pairOf(walk: DecodeWalk, tag: Tag, content: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(content) || content.length !== 2) return malformed(walk, tag, "a pair");
  return content as unknown as readonly [unknown, unknown];
}
