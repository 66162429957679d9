import { crc32c } from "./crc32c.ts";

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

/** A frame where it was found. */
export interface Frame extends FrameFields {
  readonly crc: number;
  /** Checksum of the bytes that `check` covers. */
  readonly checked: number;
  readonly offset: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Offset behind the frame. */
  readonly end: number;
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
const kinds: ReadonlyMap<number, FrameKind> = new Map((["H", "E", "B", "Z"] as const).map((kind) => [kind.charCodeAt(0), kind]));

/** Room for a frame; the payload goes to {@link headerLength}, the rest is filled by {@link finishFrame}. */
export function allocateFrame(payloadLength: number): Buffer {
  const frame = Buffer.allocUnsafe(headerLength + payloadLength + 1);
  frame[frame.length - 1] = lineFeed;
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
  const checked = crc32c(frame, 0, checkAt, seed);
  writeHex(frame, checkAt, 4, folded(checked));
  const crc = crc32c(frame, headerLength, payloadEnd, crc32c(frame, checkAt, crcAt, checked));
  writeHex(frame, crcAt, 8, crc);
  return crc;
}

/** A whole frame. */
export function makeFrame(fields: FrameFields, payload: Uint8Array, seed: number): { readonly bytes: Buffer; readonly crc: number } {
  const bytes = allocateFrame(payload.length);
  bytes.set(payload, headerLength);
  return { crc: finishFrame(bytes, fields, seed), bytes };
}

/** The header at an offset, if its own check holds and the frame it announces fits into `bytes`. The payload is not looked at. */
export function parseHeader(bytes: Uint8Array, offset: number, seed: number): Frame | undefined {
  if (offset + headerLength + 1 > bytes.length) return undefined;
  if (bytes[offset] !== 0x4a || bytes[offset + 1] !== 0x31 || bytes[offset + 2] !== space) return undefined;
  const kind = kinds.get(bytes[offset + 3]!);
  if (kind === undefined) return undefined;
  const checked = crc32c(bytes, offset, offset + checkAt, seed);
  if (readHex(bytes, offset + checkAt, 4) !== folded(checked)) return undefined;
  const epoch = readHex(bytes, offset + 5, 8);
  const firstSeq = readHex(bytes, offset + 14, 10);
  const count = readHex(bytes, offset + 25, 4);
  const synced = readHex(bytes, offset + 30, 10);
  const previous = readHex(bytes, offset + 41, 8);
  const length = readHex(bytes, offset + 50, 7);
  const crc = readHex(bytes, offset + crcAt, 8);
  if (Math.min(epoch, firstSeq, count, synced, previous, length, crc) < 0 || bytes[offset + headerLength - 1] !== space) return undefined;
  const payloadStart = offset + headerLength;
  const end = payloadStart + length + 1;
  if (end > bytes.length || bytes[end - 1] !== lineFeed) return undefined;
  return { kind, epoch, firstSeq, count, synced, previous, crc, checked, offset, payloadStart, payloadEnd: end - 1, end };
}

/** Whether header and payload are what was written. */
export function isIntact(bytes: Uint8Array, frame: Frame): boolean {
  const head = crc32c(bytes, frame.offset + checkAt, frame.offset + crcAt, frame.checked);
  return crc32c(bytes, frame.payloadStart, frame.payloadEnd, head) === frame.crc;
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

/** Lower-case digits only, so that no byte has two spellings; -1 if there is anything else. */
function readHex(bytes: Uint8Array, start: number, width: number): number {
  let value = 0;
  for (let at = start; at < start + width; at += 1) {
    const digit = digitOf[bytes[at]!]!;
    if (digit === notADigit) return -1;
    value = value * 16 + digit;
  }
  return value;
}
