import { toBase64 } from "./base64.ts";
import { byteViews } from "./byte-views.ts";
import { builtinTag, constructorName, describeRefused } from "./describe-refused.ts";
import type { EncodeWalk } from "./encode-walk.ts";
import { isError } from "./error-facts.ts";
import { recordEntered } from "./record-error.ts";
import { isSecret } from "./secret.ts";
import type { ValueExtension } from "./value-extension.ts";
import type { PathMark } from "./value-path.ts";

type Encoder = (walk: EncodeWalk, value: never) => unknown;

const encoders = new Map<string, Encoder>([
  ["Date", encodeDate],
  ["Map", encodeMap],
  ["Set", encodeSet],
  ["RegExp", encodeRegExp],
  ["URL", encodeUrl],
  ["ArrayBuffer", encodeArrayBuffer],
  ["Uint8Array", (walk, value: Uint8Array) => ({ $b: base64Of(walk, value) })],
]);
for (const name of byteViews.keys()) {
  encoders.set(name, (walk, value: ArrayBufferView) => {
    if (name === "DataView") refuseProperties(walk, value);
    return { $t: [name, base64Of(walk, value)] };
  });
}

/** Everything that is neither a primitive nor a plain object or array: registered classes first, then what the language brings. */
export function encodeExotic(walk: EncodeWalk, value: object, prototype: object): unknown {
  if (isSecret(value)) {
    (walk.secretNames ??= new Set()).add(value.name);
    return { $secret: value.name };
  }
  for (const extension of walk.settings.extensions.values()) {
    if (extension.is(value)) return encodeInstance(walk, value, extension);
  }
  const name = constructorName(prototype);
  const tag = builtinTag(value);
  // By name and tag rather than by identity: the values of another realm (iframe, vm, test runner) are as good as ours.
  // The tag alone would take subclasses, the name alone any class called Map.
  if (name === tag) {
    const encode = encoders.get(name);
    if (encode !== undefined) return encode(walk, value as never);
    if (name === "Array" && Array.isArray(value)) return walk.array(value);
    if (name === "Object" && Object.getPrototypeOf(prototype) === null) return walk.record(value as Record<string, unknown>);
  }
  if (name === "Buffer" && tag === "Uint8Array") return { $b: base64Of(walk, value as Uint8Array) };
  if (isError(value)) return encodeError(walk, value);
  return walk.refuse(describeRefused(value));
}

function encodeInstance(walk: EncodeWalk, value: object, extension: ValueExtension): unknown {
  const level = walk.enter(value, 1);
  walk.path[level] = { kind: "extension", name: extension.name };
  const tree = { $c: [extension.name, walk.node(extension.encode(value))] };
  walk.leave(level);
  return tree;
}

function encodeError(walk: EncodeWalk, value: object): unknown {
  const level = walk.enter(value, 0);
  const tree = { $e: recordEntered(walk, value) };
  walk.leave(level);
  return tree;
}

function encodeDate(walk: EncodeWalk, value: Date): unknown {
  refuseProperties(walk, value);
  const time = value.getTime();
  return { $d: Number.isNaN(time) ? null : time };
}

function encodeMap(walk: EncodeWalk, value: Map<unknown, unknown>): unknown {
  refuseProperties(walk, value);
  // Entries are taken at once: a getter inside a value may change the map while the walk is in it.
  const entries = [...value];
  const level = walk.enter(value, entries.length * 2);
  const mark: PathMark = { kind: "entry", part: "key", index: 0, key: undefined };
  walk.path[level] = mark;
  const tree: unknown[] = [];
  for (const [key, item] of entries) {
    mark.part = "key";
    mark.key = key;
    const keyTree = walk.node(key);
    mark.part = "value";
    tree.push([keyTree, walk.node(item)]);
    mark.index += 1;
  }
  walk.leave(level);
  return { $m: tree };
}

function encodeSet(walk: EncodeWalk, value: Set<unknown>): unknown {
  refuseProperties(walk, value);
  const items = [...value];
  const level = walk.enter(value, items.length);
  const mark: PathMark = { kind: "item", index: 0 };
  walk.path[level] = mark;
  const tree: unknown[] = [];
  for (const item of items) {
    tree.push(walk.node(item));
    mark.index += 1;
  }
  walk.leave(level);
  return { $s: tree };
}

function encodeRegExp(walk: EncodeWalk, value: RegExp): unknown {
  refuseProperties(walk, value);
  return { $r: [walk.text(value.source), value.flags] };
}

function encodeUrl(walk: EncodeWalk, value: URL): unknown {
  refuseProperties(walk, value);
  return { $url: walk.text(value.href) };
}

function encodeArrayBuffer(walk: EncodeWalk, value: ArrayBuffer): unknown {
  refuseProperties(walk, value);
  return { $ab: toBase64(new Uint8Array(value)) };
}

function base64Of(walk: EncodeWalk, view: ArrayBufferView): string {
  if (builtinTag(view.buffer) === "SharedArrayBuffer") walk.refuse("it is a view of a SharedArrayBuffer, which others may be changing; copy it: view.slice()");
  return toBase64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

// Not for typed arrays, whose every element is a property of its own.
function refuseProperties(walk: EncodeWalk, value: object): void {
  const [key] = Object.keys(value);
  if (key !== undefined) walk.refuse(`it is a ${builtinTag(value)} with a property of its own, ${JSON.stringify(key)}, that would be lost; put both into an object`);
}
