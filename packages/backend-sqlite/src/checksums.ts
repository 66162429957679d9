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
