import { crc32cOf, viewOf } from "./crc32c.ts";

/**
 * `H` opens a segment, `E` holds one record, `B` several of one append, `Z` seals a segment that its writer released.
 *
 * A frame is one line of a segment file: a header of 72 bytes of ASCII, the payload, a line feed.
 * ```
 * J1 E 00000003 000000002a 0001 0000000134 fb6778a0 00000fc 5d21 ce4d7b1a {"t":…}
 * |  | epoch    firstSeq   count synced    previous length  check crc    payload
 * ```
 * - `crc` covers bytes 0-62 and the payload; every other byte has one legal value. Its seed is the run, so that a frame of
 *   another run never fits.
 * - `previous` is the crc of the frame before it in this segment: nothing can be dropped, repeated or swapped.
 * - `synced` is how much of the segment was known to be durable when the frame was written. It tells damage from a torn end.
 * - `check` covers bytes 0-57, so that a search through garbage need not believe a length.
 */
export type FrameKind = "H" | "E" | "B" | "Z";

/** What a frame says about itself, without what is computed. */
export interface FrameFields {
  readonly kind: FrameKind;
  readonly epoch: number;
  /** Seq of the first record; 0 in frames without records. */
  readonly firstSeq: number;
  /** Number of records. */
  readonly count: number;
  readonly synced: number;
  readonly previous: number;
}

/** A frame where it was found. A journal has many, so it holds no more than what is asked of it later. */
export interface Frame {
  readonly kind: FrameKind;
  readonly epoch: number;
  /** Seq of the first record; 0 in frames without records. */
  readonly firstSeq: number;
  /** Number of records. */
  readonly count: number;
  readonly offset: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Offset behind the frame. */
  readonly end: number;
}

/** What a header says whose own check holds; whether the rest of the frame is what was written is another question. */
export interface FrameHeader extends FrameFields {
  readonly offset: number;
  /** Offset behind the frame. */
  readonly end: number;
  readonly crc: number;
  /** Checksum of the bytes that `check` covers. */
  readonly checked: number;
}

/** Length of a frame's header in bytes. */
export const headerLength = 72;
/** The most that fits into the field `length`, and the most records in `count`. */
export const longestPayload = 0xfffffff;
export const mostRecords = 0xffff;

const checkAt = 58;
const crcAt = 63;
const lineFeed = 10;
const space = 32;
const digits = Buffer.from("0123456789abcdef", "latin1");
const notADigit = 16;
const digitOf = Uint8Array.from({ length: 256 }, (_, byte) => (digits.includes(byte) ? digits.indexOf(byte) : notADigit));

/** Room for a frame; the payload goes to {@link headerLength}, the rest is filled by {@link finishFrame}. */
export function allocateFrame(payloadLength: number): Buffer {
  const frame = Buffer.allocUnsafe(headerLength + payloadLength + 1);
  frame[frame.length - 1] = lineFeed;
  return frame;
}

/** A frame with this payload in its place, and still without its header. */
export function frameFor(payload: Uint8Array): Buffer {
  const frame = allocateFrame(payload.length);
  frame.set(payload, headerLength);
  return frame;
}

/** Writes the header of a frame whose payload is in place. Returns its crc. */
export function finishFrame(frame: Buffer, fields: FrameFields, seed: number): number {
  const payloadEnd = frame.length - 1;
  // Digit by digit into the frame: as strings the header would cost more than the write that follows.
  frame[0] = 0x4a;
  frame[1] = 0x31;
  frame[2] = space;
  frame[3] = fields.kind.charCodeAt(0);
  frame[4] = space;
  writeHex(frame, 5, 8, fields.epoch);
  writeHex(frame, 14, 10, fields.firstSeq);
  writeHex(frame, 25, 4, fields.count);
  writeHex(frame, 30, 10, fields.synced);
  writeHex(frame, 41, 8, fields.previous);
  writeHex(frame, 50, 7, payloadEnd - headerLength);
  const view = viewOf(frame);
  const checked = crc32cOf(view, 0, checkAt, seed);
  writeHex(frame, checkAt, 4, folded(checked));
  const crc = crc32cOf(view, headerLength, payloadEnd, crc32cOf(view, checkAt, crcAt, checked));
  writeHex(frame, crcAt, 8, crc);
  return crc;
}

/** A whole frame. */
export function makeFrame(fields: FrameFields, payload: Uint8Array, seed: number): { readonly bytes: Buffer; readonly crc: number } {
  const bytes = frameFor(payload);
  return { crc: finishFrame(bytes, fields, seed), bytes };
}

/** Reads the frames of a segment, or of part of one. */
export class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #seed: number;

  /** `seed`: of the run's checksums. */
  constructor(bytes: Uint8Array, seed: number) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#seed = seed;
  }

  /** The header at an offset, if its own check holds and the frame it announces fits into the bytes. The payload is not looked at. */
  headerAt(offset: number): FrameHeader | undefined {
    const bytes = this.#bytes;
    if (offset + headerLength + 1 > bytes.length) return undefined;
    if (bytes[offset] !== 0x4a || bytes[offset + 1] !== 0x31 || bytes[offset + 2] !== space) return undefined;
    const kind = kindOf(bytes[offset + 3]!);
    if (kind === undefined) return undefined;
    const checked = crc32cOf(this.#view, offset, offset + checkAt, this.#seed);
    if (readHex(bytes, offset + checkAt, 4) !== folded(checked)) return undefined;
    const epoch = readHex(bytes, offset + 5, 8);
    const firstSeq = readHex(bytes, offset + 14, 10);
    const count = readHex(bytes, offset + 25, 4);
    const synced = readHex(bytes, offset + 30, 10);
    const previous = readHex(bytes, offset + 41, 8);
    const length = readHex(bytes, offset + 50, 7);
    const crc = readHex(bytes, offset + crcAt, 8);
    if (epoch < 0 || firstSeq < 0 || count < 0 || synced < 0 || previous < 0 || length < 0 || crc < 0 || bytes[offset + headerLength - 1] !== space) return undefined;
    const end = offset + headerLength + length + 1;
    if (end > bytes.length || bytes[end - 1] !== lineFeed) return undefined;
    return { kind, epoch, firstSeq, count, synced, previous, offset, end, crc, checked };
  }

  /** Whether header and payload are what was written. */
  isIntact({ offset, end, checked, crc }: FrameHeader): boolean {
    const head = crc32cOf(this.#view, offset + checkAt, offset + crcAt, checked);
    return crc32cOf(this.#view, offset + headerLength, end - 1, head) === crc;
  }
}

/** The frame that a header is of. */
export function frameOf({ kind, epoch, firstSeq, count, offset, end }: FrameHeader): Frame {
  return { kind, epoch, firstSeq, count, offset, payloadStart: offset + headerLength, payloadEnd: end - 1, end };
}

function kindOf(byte: number): FrameKind | undefined {
  switch (byte) {
    case 0x45:
      return "E";
    case 0x42:
      return "B";
    case 0x48:
      return "H";
    case 0x5a:
      return "Z";
    default:
      return undefined;
  }
}

function folded(crc: number): number {
  return (crc ^ (crc >>> 16)) & 0xffff;
}

/** So many digits and a space. */
function writeHex(bytes: Uint8Array, start: number, width: number, value: number): void {
  let rest = value;
  for (let at = start + width - 1; at >= start; at -= 1) {
    // Up to 40 bits: too many for operators on bits.
    const higher = Math.floor(rest / 16);
    bytes[at] = digits[rest - higher * 16]!;
    rest = higher;
  }
  bytes[start + width] = space;
}

/** Lower-case digits only, so that no byte has two spellings; -1 if there is anything else. At most ten of them. */
function readHex(bytes: Uint8Array, start: number, width: number): number {
  // As numbers of 32 bits, which is all but two of the fields: a journal has a dozen of them per call.
  if (width > 8) {
    const high = readHex(bytes, start, width - 8);
    const low = readHex(bytes, start + width - 8, 8);
    return high < 0 || low < 0 ? -1 : high * 2 ** 32 + low;
  }
  let value = 0;
  let seen = 0;
  for (let at = start; at < start + width; at += 1) {
    const digit = digitOf[bytes[at]!]!;
    seen |= digit;
    value = (value << 4) | digit;
  }
  return seen & notADigit ? -1 : value >>> 0;
}
