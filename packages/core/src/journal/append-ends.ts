/** More records or bytes than this are not handed over in one append, unless they belong together. */
const largestAppend = { records: 10_000, bytes: 2 ** 23 };

/** Where the appends of a batch end: between units, before one would make an append too large. */
export function appendEnds(bytes: readonly Uint8Array[], units: readonly number[]): number[] {
  const ends: number[] = [];
  let end = 0;
  let records = 0;
  let length = 0;
  for (const unit of units) {
    let unitLength = 0;
    for (let index = end; index < end + unit; index += 1) unitLength += bytes[index]?.length ?? 0;
    if (records > 0 && (records + unit > largestAppend.records || length + unitLength > largestAppend.bytes)) {
      ends.push(end);
      records = 0;
      length = 0;
    }
    records += unit;
    length += unitLength;
    end += unit;
  }
  if (records > 0) ends.push(end);
  return ends;
}
