const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const padding = 61;
const invalid = 255;

const codes = Uint8Array.from(alphabet, (character) => character.charCodeAt(0));
const sextets = new Uint8Array(256).fill(invalid);
for (let index = 0; index < codes.length; index += 1) sextets[codes[index] ?? 0] = index;

// The text is pure ASCII, which every decoder copies at memory speed; String.fromCharCode would need chunks.
const decoder = new TextDecoder();

/** Base64 as in RFC 4648 section 4, padded. Linear in time. */
export function toBase64(bytes: Uint8Array): string {
  const length = bytes.length;
  const text = new Uint8Array(Math.ceil(length / 3) * 4);
  const whole = length - (length % 3);
  let to = 0;
  for (let from = 0; from < whole; from += 3) {
    const bits = (at(bytes, from) << 16) | (at(bytes, from + 1) << 8) | at(bytes, from + 2);
    text[to] = at(codes, bits >> 18);
    text[to + 1] = at(codes, (bits >> 12) & 63);
    text[to + 2] = at(codes, (bits >> 6) & 63);
    text[to + 3] = at(codes, bits & 63);
    to += 4;
  }
  if (whole < length) {
    const two = whole + 1 < length;
    const bits = (at(bytes, whole) << 16) | (two ? at(bytes, whole + 1) << 8 : 0);
    text[to] = at(codes, bits >> 18);
    text[to + 1] = at(codes, (bits >> 12) & 63);
    text[to + 2] = two ? at(codes, (bits >> 6) & 63) : padding;
    text[to + 3] = padding;
  }
  return decoder.decode(text);
}

/** The bytes, in a buffer of exactly their size; undefined for anything `toBase64` does not write (every value has one text). */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padded = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padded);
  const whole = padded === 0 ? text.length : text.length - 4;
  let to = 0;
  for (let from = 0; from < whole; from += 4) {
    const bits = quartet(text, from);
    if (bits < 0) return undefined;
    bytes[to] = bits >> 16;
    bytes[to + 1] = bits >> 8;
    bytes[to + 2] = bits;
    to += 3;
  }
  return padded === 0 || readTail(text, whole, bytes, to, padded) ? bytes : undefined;
}

function readTail(text: string, from: number, bytes: Uint8Array, to: number, padded: number): boolean {
  const bits = quartet(text.slice(from, text.length - padded) + "A".repeat(padded), 0);
  // Bits that no byte uses must be zero.
  if (bits < 0 || (bits & (padded === 2 ? 0xffff : 0xff)) !== 0) return false;
  bytes[to] = bits >> 16;
  if (padded === 1) bytes[to + 1] = bits >> 8;
  return true;
}

/** 24 bits, or a negative number if one of the four characters is not of the alphabet. */
function quartet(text: string, from: number): number {
  const a = sextet(text.charCodeAt(from));
  const b = sextet(text.charCodeAt(from + 1));
  const c = sextet(text.charCodeAt(from + 2));
  const d = sextet(text.charCodeAt(from + 3));
  if (a === invalid || b === invalid || c === invalid || d === invalid) return -1;
  return (a << 18) | (b << 12) | (c << 6) | d;
}

function sextet(code: number): number {
  return code < 256 ? at(sextets, code) : invalid;
}

// Indexes here are in range by construction; the compiler cannot know.
function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
