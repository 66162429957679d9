import { invalid } from "../errors/invalid.ts";
import type { ByteRange } from "../ports/artifact-backend.ts";

const chunkBytes = 64 * 2 ** 10;

/**
 * Throws `INVALID_OPTION` unless both ends are whole numbers from 0 and in order.
 *
 * @example
 * ```ts
 * import { checkByteRange } from "@reprise/core/spi";
 *
 * checkByteRange({ from: 100, to: 200 });
 * ```
 */
export function checkByteRange({ from, to }: ByteRange): void {
  if (from !== undefined && !isOffset(from)) invalid("range.from", "a whole number of bytes from 0", from);
  if (to !== undefined && !(isOffset(to) && to >= (from ?? 0))) invalid("range.to", "a whole number of bytes, not below range.from", to);
}

/**
 * The bytes of a content that a range means, in copies of at most 64 KiB.
 *
 * @example
 * ```ts
 * import { contentChunks } from "@reprise/core/spi";
 *
 * console.log([...contentChunks(new Uint8Array(100_000), { from: 10 })].map((chunk) => chunk.length)); // [ 65536, 34454 ]
 * ```
 */
export function* contentChunks(bytes: Uint8Array, { from = 0, to = bytes.length }: ByteRange = {}): Generator<Uint8Array, void> {
  const end = Math.min(to, bytes.length);
  // Not slice(), which of a Buffer is a view.
  for (let at = from; at < end; at += chunkBytes) yield new Uint8Array(bytes.subarray(at, Math.min(at + chunkBytes, end)));
}

function isOffset(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
