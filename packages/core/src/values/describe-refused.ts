/** The name of the value's class, or undefined if it has none. */
export function classNameOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null ? undefined : constructorName(prototype as object);
}

/** The name of the class whose prototype this is. */
export function constructorName(prototype: object): string | undefined {
  const { constructor } = prototype as { readonly constructor?: unknown };
  return typeof constructor === "function" && typeof constructor.name === "string" && constructor.name !== "" ? constructor.name : undefined;
}

/** What `Object.prototype.toString` calls it: `Map`, `Promise`, `Uint8Array`. */
export function builtinTag(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

const advice: Readonly<Record<string, string>> = {
  Promise: "it is a Promise; did you forget await?",
  WeakMap: "it is a WeakMap, whose entries cannot be listed; use a Map",
  WeakSet: "it is a WeakSet, whose items cannot be listed; use a Set",
  WeakRef: "it is a WeakRef; record what it refers to",
  SharedArrayBuffer: "it is a SharedArrayBuffer, which others may be changing; copy it: new Uint8Array(shared).slice()",
  String: "it is a boxed String; use the primitive: value.valueOf()",
  Number: "it is a boxed Number; use the primitive: value.valueOf()",
  Boolean: "it is a boxed Boolean; use the primitive: value.valueOf()",
  BigInt: "it is a boxed BigInt; use the primitive: value.valueOf()",
  Symbol: "it is a boxed Symbol; record its description",
  Generator: "it is a Generator; collect it first: [...generator]",
  AsyncGenerator: "it is an AsyncGenerator; collect it first with for await",
};

/** What a value is that no record can hold, and what to do about it. */
export function describeRefused(value: unknown): string {
  if (typeof value === "function") {
    return `it is a function${value.name === "" ? "" : ` (${value.name})`}; record what it returns, or a name to look it up by`;
  }
  if (typeof value === "symbol") return `it is a symbol, ${String(value)}; record its description`;
  if (typeof value !== "object" || value === null) return `it is of type ${typeof value}`;
  const tag = builtinTag(value);
  const name = classNameOf(value);
  const known = Object.hasOwn(advice, tag) ? advice[tag] : undefined;
  if (known !== undefined) return known;
  if (typeof (value as { readonly then?: unknown }).then === "function") return `it is a ${name ?? tag}, something to await; did you forget await?`;
  if (name === undefined || name === "Object") return "it is an object with a prototype of its own; copy its data into a plain object: { ...value }";
  const kind = name === tag || tag === "Object" ? name : `${name} (a kind of ${tag})`;
  return `it is an instance of the class ${kind}; register a value extension for ${name}, or record plain data`;
}
