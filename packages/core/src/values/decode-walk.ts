import type { CodecSettings } from "./codec-settings.ts";
import { decodeTag } from "./decode-tag.ts";
import { NotDecodableError } from "./not-decodable-error.ts";
import { setOwn } from "./own-property.ts";
import { unescapeKey } from "./tags.ts";
import { limitOption } from "./value-limits.ts";
import { formatPath, type PathKey } from "./value-path.ts";

/**
 * A walk over one tagged tree, which makes a fresh value. The tree comes from a store and is not trusted: everything is
 * checked, limits before anything is allocated, and only data is made of it. Counts as EncodeWalk does, so what was
 * encoded within some limits can be decoded within them. May be begun again for another tree, unless it threw.
 */
export class DecodeWalk {
  readonly settings: CodecSettings;
  depth = 0;
  nodes = 1;
  /** As in EncodeWalk. */
  readonly path: (PathKey | undefined)[] = [];
  /** The values of secrets, for those who may have them. */
  readonly secrets: ReadonlyMap<string, string> | undefined;
  readonly #root: string;

  constructor(settings: CodecSettings, root: string, secrets?: ReadonlyMap<string, string>) {
    this.settings = settings;
    this.#root = root;
    this.secrets = secrets;
  }

  /** For another tree. */
  begin(): this {
    this.nodes = 1;
    return this;
  }

  node(tree: unknown): unknown {
    switch (typeof tree) {
      case "string":
      case "boolean":
        return tree;
      case "number":
        return Number.isFinite(tree) ? tree : this.fail(`${String(tree)} is not a number that JSON can hold`);
      case "object":
        if (tree === null) return null;
        return Array.isArray(tree) ? this.list(tree) : this.#object(tree as Record<string, unknown>);
      default:
        return this.fail(`JSON holds no ${typeof tree}`);
    }
  }

  list(tree: readonly unknown[]): unknown[] {
    const level = this.enter(tree.length);
    const value: unknown[] = [];
    for (let index = 0; index < tree.length; index += 1) {
      this.path[level] = index;
      value.push(this.node(tree[index]));
    }
    this.depth = level;
    return value;
  }

  /** Opens a container that holds `children` values; returns the level that `depth` is set back to when it is done. */
  enter(children: number): number {
    const level = this.depth;
    const { limits } = this.settings;
    if (level >= limits.maxDepth) this.fail(`it is nested deeper than ${limits.maxDepth} levels${limitOption(limits, "maxDepth")}`);
    this.nodes += children;
    if (this.nodes > limits.maxNodes) this.fail(`up to here the value has ${this.nodes} parts, more than ${limits.maxNodes}${limitOption(limits, "maxNodes")}`);
    this.path[level] = undefined;
    this.depth = level + 1;
    return level;
  }

  fail(problem: string, cause?: unknown): never {
    const path = formatPath(this.#root, this.path.slice(0, this.depth));
    throw new NotDecodableError(path, problem, cause === undefined ? {} : { cause });
  }

  #object(tree: Readonly<Record<string, unknown>>): unknown {
    const keys = Object.keys(tree);
    const [first] = keys;
    if (first !== undefined && keys.length === 1 && first.startsWith("$") && unescapeKey(first) === undefined) {
      return decodeTag(this, first, tree[first]);
    }
    const level = this.enter(keys.length);
    const value: Record<string, unknown> = {};
    for (const key of keys) {
      const name = unescapeKey(key);
      this.path[level] = name;
      if (name === undefined) return this.fail(`it has the key ${JSON.stringify(key.slice(0, 64))}, which is never written beside others`);
      setOwn(value, name, this.node(tree[key]));
    }
    this.depth = level;
    return value;
  }
}
