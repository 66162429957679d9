/** More records or bytes than this are not handed over in one append, unless they belong together. */
const largestAppend = { records: 10_000, bytes: 2 ** 23 };

/** Where the appends of a batch end: between units, before one would make an append too large. */
export function appendEnds(bytes: readonly Uint8Array[], units: readonly number[]): number[] {
  const ends: number[] = [];
  let position = 0;
  let append = { records: 0, bytes: 0 };
  for (const unit of units) {
    let unitBytes = 0;
    for (let index = position; index < position + unit; index += 1) unitBytes += bytes[index]?.length ?? 0;
    const full = append.records + unit > largestAppend.records || append.bytes + unitBytes > largestAppend.bytes;
    if (full && append.records > 0) {
      ends.push(position);
      append = { records: 0, bytes: 0 };
    }
    append.records += unit;
    append.bytes += unitBytes;
    position += unit;
  }
  return position > (ends.at(-1) ?? 0) ? [...ends, position] : ends;
}
