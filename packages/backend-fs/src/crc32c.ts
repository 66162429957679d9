// CRC-32C (Castagnoli, RFC 3720 B.4), sixteen bytes per step with a table for each ("slicing by 16"). Node's own zlib.crc32 is another
// polynomial and not in every version we run on.
const stepBytes = 16;
const tables = makeTables();

function makeTables(): Int32Array {
  const all = new Int32Array(256 * stepBytes);
  for (let value = 0; value < 256; value += 1) {
    let crc = value;
    for (let table = 0; table < stepBytes; table += 1) {
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      all[table * 256 + value] = crc;
    }
  }
  return all;
}

/** The checksum of `bytes[start, end)`, continuing from `crc`; 32 bits, unsigned. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  return crc32cOf(viewOf(bytes), start, end, crc);
}

/** What {@link crc32cOf} reads. Worth being kept by whoever looks at many parts of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The same of bytes that somebody has a view of. */
export function crc32cOf(view: DataView, start: number, end: number, crc: number): number {
  let state = ~crc;
  let at = start;
  for (; at + stepBytes <= end; at += stepBytes) {
    state =
      fourBytes(state ^ view.getInt32(at, true), 3072) ^
      fourBytes(view.getInt32(at + 4, true), 2048) ^
      fourBytes(view.getInt32(at + 8, true), 1024) ^
      fourBytes(view.getInt32(at + 12, true), 0);
  }
  for (; at + 4 <= end; at += 4) state = fourBytes(state ^ view.getInt32(at, true), 0);
  for (; at < end; at += 1) state = tables[(state ^ view.getUint8(at)) & 255]! ^ (state >>> 8);
  return ~state >>> 0;
}

/** What four bytes contribute; `last`: where the table of the last of them begins. */
function fourBytes(word: number, last: number): number {
  return tables[last + 768 + (word & 255)]! ^ tables[last + 512 + ((word >>> 8) & 255)]! ^ tables[last + 256 + ((word >>> 16) & 255)]! ^ tables[last + (word >>> 24)]!;
}
