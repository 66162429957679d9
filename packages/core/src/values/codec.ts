import { resolveSettings, type CodecOptions, type CodecSettings } from "./codec-settings.ts";
import { DecodeWalk } from "./decode-walk.ts";
import { EncodedValue, type ValueDecoder } from "./encoded-value.ts";
import { EncodeWalk } from "./encode-walk.ts";
import type { ErrorRecord } from "./error-record.ts";
import { packTree, unpackTree } from "./message-pack.ts";
import { isPlainPrimitive } from "./plain-primitive.ts";
import { recordThrown } from "./record-error.ts";
import { restoreEntered } from "./restore-error.ts";

export type { CodecOptions } from "./codec-settings.ts";
export type { ValueExtension } from "./value-extension.ts";
export type { ValueLimits } from "./value-limits.ts";

/** What {@link ValueCodec.encode} returns. */
export interface Encoding {
  readonly encoded: EncodedValue;
  /**
   * Nothing was tagged, escaped, normalised, copied from an exotic object or found in two places: the caller may go on
   * with the original, it is what decoding gives. (A getter of a plain object cannot be told from data; it was read once.)
   */
  readonly plain: boolean;
}

/** The one value model of inputs, results, storage and errors (rules H2 and H3). */
export interface ValueCodec extends ValueDecoder {
  /** Copies and tags a value. `root` names it in paths: `"result"`. Throws `NotEncodableError` with the path of what cannot be recorded. */
  encode(value: unknown, root: string): Encoding;
  /** A value of a record, to be decoded by this codec. */
  fromTree(tree: unknown): EncodedValue;
  /** The value with those of its secrets in their places. From now on these are kept out of everything that is encoded. */
  reveal(encoded: EncodedValue, secrets: ReadonlyMap<string, string>): unknown;
  /** What may be shown of a value: without the values of secrets that were revealed. The value itself as long as none was. */
  withoutSecrets(value: unknown): unknown;
  /** The text without the values of secrets that were revealed: what it is recorded as. */
  masked(text: string): string;
  /** The value as MessagePack, for artifacts and exported runs. The same value, its keys in the same order, gives the same bytes. */
  pack(encoded: EncodedValue): Uint8Array<ArrayBuffer>;
  /** The value of such bytes, of which nothing is kept. Throws `NotDecodableError`, before anything larger than they are is allocated. */
  unpack(bytes: Uint8Array): EncodedValue;
  /** What is recorded of something that was thrown. Never throws, whatever that is, and its size is bounded. */
  errorRecord(error: unknown): ErrorRecord;
  /** The error of a record. Throws `NotDecodableError` if the record is not one. */
  errorFrom(record: ErrorRecord): Error;
}

const noNames: readonly string[] = [];

/**
 * Records values as JSON and makes values of records. Plain objects and arrays, null, undefined, every number, bigint,
 * Date, Map, Set, typed arrays, DataView, ArrayBuffer, RegExp (without `lastIndex`), URL and Error survive, and instances
 * of classes that are registered as extensions. Objects without a prototype come back as ordinary ones, Buffers as
 * Uint8Array, shared objects as separate ones. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createCodec } from "@reprise/core";
 *
 * const codec = createCodec();
 * const { encoded } = codec.encode({ at: new Date(0), tags: new Set(["a"]) }, "value");
 * console.log(codec.unpack(codec.pack(encoded)).decode()); // { at: 1970-01-01T00:00:00.000Z, tags: Set(1) { 'a' } }
 * ```
 */
export function createCodec(options?: CodecOptions): ValueCodec {
  return new Codec(resolveSettings(options));
}

/** A class, as is whatever is on the way of every call: what is compiled for one of them serves the next, where closures would be compiled anew. */
class Codec implements ValueCodec {
  readonly #settings: CodecSettings;
  // Walks that are not under way: every call has two values, and a getter or an extension may encode another one meanwhile.
  #idleEncoding: EncodeWalk | undefined;
  #idleDecoding: DecodeWalk | undefined;

  constructor(settings: CodecSettings) {
    this.#settings = settings;
  }

  encode(value: unknown, root: string): Encoding {
    if (isPlainPrimitive(value)) return { encoded: EncodedValue.fromTree(value, this, noNames), plain: true };
    const walk = this.#idleEncoding?.begin(root) ?? new EncodeWalk(this.#settings, root);
    this.#idleEncoding = undefined;
    const tree = walk.root(value);
    const { plain, secretNames } = walk;
    this.#idleEncoding = walk;
    return { encoded: EncodedValue.fromTree(tree, this, secretNames === undefined ? noNames : [...secretNames]), plain };
  }

  fromTree(tree: unknown): EncodedValue {
    return EncodedValue.fromTree(tree, this);
  }

  reveal(encoded: EncodedValue, secrets: ReadonlyMap<string, string>): unknown {
    for (const [name, value] of secrets) this.#settings.known.add(name, value);
    return new DecodeWalk(this.#settings, "value", secrets).node(encoded.tree);
  }

  withoutSecrets(value: unknown): unknown {
    if (this.#settings.known.none) return value;
    try {
      return this.decode(new EncodeWalk(this.#settings, "value").root(value));
    } catch {
      // It cannot be looked through, so it is not shown.
      return "[not shown]";
    }
  }

  masked(text: string): string {
    const { known } = this.#settings;
    return known.none ? text : known.mask(text);
  }

  decode(tree: unknown): unknown {
    if (isPlainPrimitive(tree)) return tree;
    const walk = this.#idleDecoding?.begin() ?? new DecodeWalk(this.#settings, "value");
    this.#idleDecoding = undefined;
    const value = walk.node(tree);
    this.#idleDecoding = walk;
    return value;
  }

  pack(encoded: EncodedValue): Uint8Array<ArrayBuffer> {
    return packTree(encoded.tree, this.#settings.limits);
  }

  unpack(bytes: Uint8Array): EncodedValue {
    return EncodedValue.fromTree(unpackTree(bytes, this.#settings.limits), this);
  }

  errorRecord(error: unknown): ErrorRecord {
    return recordThrown(new EncodeWalk(this.#settings, "error"), error);
  }

  errorFrom(record: ErrorRecord): Error {
    const walk = new DecodeWalk(this.#settings, "error");
    walk.enter(0);
    return restoreEntered(walk, record);
  }
}
