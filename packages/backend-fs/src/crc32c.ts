// CRC-32C (Castagnoli, RFC 3720 B.4), eight bytes per step with eight tables ("slicing by 8"). Node's own zlib.crc32 is
// another polynomial, slower on short input and not in every version we run on.
const tableAt: readonly Uint32Array[] = makeTables();
const [t0, t1, t2, t3, t4, t5, t6, t7] = tableAt as [
  Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array,
]; // one per byte of a step

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let value = 0; value < 256; value += 1) {
    let crc = value;
    for (const table of tables) {
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      table[value] = crc;
    }
  }
  return tables;
}

/** The checksum of `bytes[start, end)`, continuing from `crc`; 32 bits, unsigned. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  let state = ~crc;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = state ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    state =
      t7[low & 255]! ^ t6[(low >>> 8) & 255]! ^ t5[(low >>> 16) & 255]! ^ t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^ t2[bytes[at + 5]!]! ^ t1[bytes[at + 6]!]! ^ t0[bytes[at + 7]!]!;
  }
  for (; at < end; at += 1) state = t0[(state ^ bytes[at]!) & 255]! ^ (state >>> 8);
  return ~state >>> 0;
}
