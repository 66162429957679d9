import { crc32 } from "node:zlib";

// CRC-32 finds every change of up to 32 bits in a row. It is no protection against people.

/** Of plain fields, in their order. */
export function checksumOf(fields: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(fields));
}

/** Of bytes in their place: the same bytes elsewhere have another. */
export function checksumAt(place: readonly (string | number)[], bytes: Uint8Array): number {
  return crc32(bytes, crc32(place.join(" ")));
}

/**
 * Of a record in its place. Each number is multiplied by an odd one, which maps no two of 32 bits to the same: where one of the three
 * is another, so is the checksum for certain.
 */
export function checksumOfRecord(run: number, seq: number, epoch: number, bytes: Uint8Array | string): number {
  return crc32(bytes, (Math.imul(run, 0x9e3779b1) ^ Math.imul(seq, 0x85ebca6b) ^ Math.imul(epoch, 0xc2b2ae35)) >>> 0);
}
