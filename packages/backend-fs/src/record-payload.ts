import { allocateFrame, frameFor, headerLength, type Frame, type FrameKind } from "./frame.ts";

/** The most that one record's length takes in front of the records, in bytes. */
export const longestLength = 10;

/**
 * The records of one append in a frame that still needs its header. One record is the payload as it is; several follow
 * their lengths, `[12,30]{…}{…}`: one line that `jq` reads if the records are JSON.
 */
export function framedRecords(records: readonly Uint8Array[]): { readonly kind: FrameKind; readonly frame: Buffer } {
  const [only] = records;
  if (records.length === 1 && only !== undefined) return { kind: "E", frame: frameFor(only) };
  const lengths = lengthsPrefix(records);
  const frame = allocateFrame(lengths.length + records.reduce((sum, bytes) => sum + bytes.length, 0));
  let at = headerLength + frame.write(lengths, headerLength, "latin1");
  for (const bytes of records) {
    frame.set(bytes, at);
    at += bytes.length;
  }
  return { kind: "B", frame };
}

function lengthsPrefix(records: readonly Uint8Array[]): string {
  return `[${records.map((bytes) => bytes.length).join(",")}]`;
}

/** The records of a frame, as views into `bytes`; undefined if the payload is not what such a frame holds. */
export function recordsIn(bytes: Uint8Array, frame: Frame): readonly Uint8Array[] | undefined {
  if (frame.kind === "E") return frame.count === 1 ? [partOf(bytes, frame.payloadStart, frame.payloadEnd)] : undefined;
  const bracket = bytes.indexOf(0x5d, frame.payloadStart);
  if (bytes[frame.payloadStart] !== 0x5b || bracket === -1 || bracket >= frame.payloadEnd) return undefined;
  const lengths = Buffer.from(bytes.subarray(frame.payloadStart + 1, bracket)).toString("latin1").split(",");
  if (lengths.length !== frame.count) return undefined;
  let at = bracket + 1;
  const records: Uint8Array[] = [];
  for (const text of lengths) {
    const length = Number(text);
    if (!/^\d+$/.test(text) || at + length > frame.payloadEnd) return undefined;
    records.push(partOf(bytes, at, at + length));
    at += length;
  }
  return at === frame.payloadEnd ? records : undefined;
}

/** A view of part of the bytes; `subarray` asks what to construct each time. */
function partOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
