import type { CodecSettings } from "./codec-settings.ts";
import { describeRefused } from "./describe-refused.ts";
import { encodeExotic } from "./encode-exotic.ts";
import { NotEncodableError } from "./not-encodable-error.ts";
import { setOwn } from "./own-property.ts";
import { SeenObjects } from "./seen-objects.ts";
import { maxBigIntDigits, needsEscape } from "./tags.ts";
import { limitOption } from "./value-limits.ts";
import { formatPath, type PathKey } from "./value-path.ts";

/**
 * A walk over one value: refuses, copies, bounds and tags. Every property is read exactly once. Where the walk stands
 * is kept as a stack of keys; a path is put together only for a refusal. May be begun again for another value, unless it threw.
 */
export class EncodeWalk {
  readonly settings: CodecSettings;
  /** Nothing was tagged, escaped, normalised, copied from an exotic object or found in two places so far. */
  plain = true;
  /** The secrets that the value refers to; undefined if it refers to none. */
  secretNames: Set<string> | undefined;
  /** How many containers are open. */
  depth = 0;
  /** How many values were counted; the root is one. */
  nodes = 1;
  /** `path[n]` is the step taken inside the n-th open container; undefined while its keys are being read. */
  readonly path: (PathKey | undefined)[] = [];
  #root: string;
  readonly #open: (object | undefined)[] = [];
  /** Most values are one container or none: those behind the first are looked for in `#seen`. */
  #first: object | undefined;
  #seen: SeenObjects | undefined;
  #refusal: unknown;

  constructor(settings: CodecSettings, root: string) {
    this.settings = settings;
    this.#root = root;
  }

  /** Forgets the value it was in, for another one. */
  begin(root: string): this {
    this.plain = true;
    this.secretNames = undefined;
    this.nodes = 1;
    this.#root = root;
    this.#first = undefined;
    this.#seen = undefined;
    return this;
  }

  /** The whole value. Whatever its getters and proxies throw becomes a refusal with the path of the property. */
  root(value: unknown): unknown {
    try {
      return this.node(value);
    } catch (error) {
      if (error === this.#refusal) throw error;
      throw new NotEncodableError(this.#where(), `reading it threw ${thrownText(error)}`, { cause: error });
    }
  }

  node(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "boolean":
        return value;
      case "number":
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        this.plain = false;
        return { $n: Object.is(value, -0) ? "-0" : String(value) };
      case "object":
        return value === null ? null : this.#object(value);
      case "undefined":
        this.plain = false;
        return { $u: 0 };
      case "bigint":
        this.plain = false;
        return { $i: this.#digits(value) };
      default:
        return this.refuse(describeRefused(value));
    }
  }

  /** A text without the values of secrets. */
  text(value: string): string {
    const { known } = this.settings;
    if (known.none) return value;
    const masked = known.mask(value);
    if (masked !== value) this.plain = false;
    return masked;
  }

  /** A plain object, or what stands for one. */
  record(value: Readonly<Record<string, unknown>>): unknown {
    const keys = Object.keys(value);
    const level = this.enter(value, keys.length);
    if (Reflect.ownKeys(value).length !== keys.length) this.#hiddenKeys(value);
    const tree: Record<string, unknown> = {};
    for (const key of keys) {
      this.path[level] = key;
      const child = this.node(value[key]);
      const name = this.text(key);
      if (needsEscape(name)) {
        this.plain = false;
        tree[`$${name}`] = child;
      } else setOwn(tree, name, child);
    }
    this.leave(level);
    return tree;
  }

  array(value: readonly unknown[]): unknown[] {
    const length = value.length;
    const level = this.enter(value, length);
    const names = Object.keys(value);
    this.#symbols(value);
    const tree: unknown[] = [];
    for (let index = 0; index < length; index += 1) {
      this.path[level] = index;
      const child = value[index];
      if (child === undefined && !Object.hasOwn(value, index)) this.refuse("it is a hole in a sparse array; put null or undefined there");
      tree.push(this.node(child));
    }
    const extra = names.length > length ? names[length] : undefined;
    if (extra !== undefined) {
      this.path[level] = extra;
      this.refuse("it is a property of an array, which JSON drops; put both into an object, or copy the items: [...array]");
    }
    this.leave(level);
    return tree;
  }

  /** Opens a container that holds `children` values; returns the level that `leave` is told when it is done. */
  enter(value: object, children: number): number {
    const level = this.depth;
    const { maxDepth, maxNodes } = this.settings.limits;
    if (this.#first === undefined) this.#first = value;
    else if (value === this.#first || !(this.#seen ??= new SeenObjects()).add(value)) this.#again(value);
    if (level >= maxDepth) this.#tooDeep();
    this.nodes += children;
    if (this.nodes > maxNodes) this.#tooMany();
    this.#open[level] = value;
    this.path[level] = undefined;
    this.depth = level + 1;
    return level;
  }

  /** The container at this level is done. */
  leave(level: number): void {
    this.#open[level] = undefined;
    this.path[level] = undefined;
    this.depth = level;
  }

  /** Is the walk inside this object right now? */
  isOpen(value: unknown): boolean {
    return this.#open.slice(0, this.depth).includes(value as object);
  }

  /** Room for one more container that holds one more value? */
  hasRoom(): boolean {
    return this.depth < this.settings.limits.maxDepth && this.nodes < this.settings.limits.maxNodes;
  }

  /** The tagged value, or undefined if it cannot be encoded: for the parts of an error that are recorded if they can be. */
  attempt(value: unknown): unknown {
    const { depth, nodes } = this;
    if (nodes >= this.settings.limits.maxNodes) return undefined;
    this.nodes += 1;
    try {
      return this.node(value);
    } catch {
      // Whatever it was, the error itself must be recorded (rule H3), so this part is left out.
      this.depth = depth;
      this.nodes = nodes;
      return undefined;
    }
  }

  refuse(problem: string, cause?: unknown): never {
    this.#refusal = new NotEncodableError(this.#where(), problem, cause === undefined ? {} : { cause });
    throw this.#refusal;
  }

  #object(value: object): unknown {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.record(value as Record<string, unknown>);
    if (prototype === Array.prototype && Array.isArray(value)) return this.array(value);
    this.plain = false;
    if (prototype === null) return this.record(value as Record<string, unknown>);
    return encodeExotic(this, value, prototype as object);
  }

  #tooDeep(): never {
    const { limits } = this.settings;
    return this.refuse(`it is nested deeper than ${limits.maxDepth} levels${limitOption(limits, "maxDepth")}; make it flatter`);
  }

  #tooMany(): never {
    const { limits } = this.settings;
    const instead = "give many numbers as a typed array, keep bytes as an artifact, or split it over several calls";
    return this.refuse(`up to here the value has ${this.nodes} parts, more than ${limits.maxNodes}${limitOption(limits, "maxNodes")}; ${instead}`);
  }

  #digits(value: bigint): string {
    const digits = value.toString();
    if (digits.length > maxBigIntDigits) this.refuse(`it is a bigint of ${digits.length} digits, more than ${maxBigIntDigits}; record it as bytes`);
    return digits;
  }

  /** What is not enumerable is not recorded; the original would still have it. */
  #hiddenKeys(value: object): void {
    this.plain = false;
    this.#symbols(value);
  }

  #symbols(value: object): void {
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length === 0) return;
    this.plain = false;
    const symbol = symbols.find((each) => Object.prototype.propertyIsEnumerable.call(value, each));
    if (symbol !== undefined) this.refuse(`it has a property named by a symbol, ${String(symbol)}; name it by a string`);
  }

  #again(value: object): void {
    // The copies of a shared object are separate objects, so the original is not the same as what is decoded.
    this.plain = false;
    const level = this.#open.slice(0, this.depth).indexOf(value);
    if (level >= 0) this.refuse(`it is the same object as ${formatPath(this.#root, this.path.slice(0, level))}, so the value contains itself; record an id instead`);
  }

  #where(): string {
    return formatPath(this.#root, this.path.slice(0, this.depth));
  }
}

function thrownText(error: unknown): string {
  try {
    return String(error).slice(0, 200);
  } catch {
    // Proxies may throw a proxy that throws.
    return "something that cannot be read";
  }
}
