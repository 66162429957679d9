/** Uniform in [0, 1). */
export type Random = () => number;

// What decoders of JSON, MessagePack, numbers and lengths trip over.
const troubles = [
  "null", "{}", "[]", "-1", "0", "1e999", "-0", "1.5", "9007199254740993", "\"\"", "\"__proto__\"", "\"$\"", "\"$date\"", "\"NaN\"", "true", "\0", "\u00ff", "\n",
  "[".repeat(3000), "{\"a\":".repeat(3000), "\"seq\":1", "\"k\":\"cut\"", "\"k\":\"completed\"", "\"c\":0", "\"c\":1", "\"c\":99",
  "\xc1", "\xc6\xff\xff\xff\xff", "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff", "\xc9\x7f\xff\xff\xff\x01", "\x91".repeat(3000), "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "\xcb\x7f\xf8\0\0\0\0\0\0",
].map((text) => Buffer.from(text, "latin1"));

/** An integer from 0 to below `limit`. */
export function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

/** One of them. */
export function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[below(items.length, random)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}

/** Bytes that differ in one to three places. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let result = Buffer.from(bytes);
  for (let rounds = 1 + below(3, random); rounds > 0; rounds -= 1) result = mutatedOnce(result, random);
  return new Uint8Array(result);
}

function mutatedOnce(bytes: Buffer<ArrayBuffer>, random: Random): Buffer<ArrayBuffer> {
  const at = below(bytes.length + 1, random);
  const length = below(Math.min(16, bytes.length - at + 1), random);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + length)];
  const ways = [
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)]),
    () => Buffer.concat([before, pick(troubles, random), after]),
    () => Buffer.concat([before, Buffer.of(below(256, random)), bytes.subarray(at + 1)]),
    () => Buffer.from(before),
    () => withToken(bytes, at, random),
    () => withToken(bytes, at, random),
    () => withToken(bytes, at, random),
  ];
  return pick(ways, random)();
}

/** In place of a token of JSON, as far as it can be told, another one of the same text, or trouble. */
function withToken(bytes: Buffer<ArrayBuffer>, at: number, random: Random): Buffer<ArrayBuffer> {
  const text = bytes.toString("latin1");
  const tokens = [...text.matchAll(/-?\d[\d.e+]*|"(?:[^"\\]|\\.)*"|\w+/gu)];
  const token = tokens.find(({ index }) => index >= at) ?? tokens[0];
  if (token === undefined) return bytes;
  const other = random() < 0.5 ? Buffer.from(pick(tokens, random)[0], "latin1") : pick(troubles, random);
  return Buffer.concat([bytes.subarray(0, token.index), other, bytes.subarray(token.index + token[0].length)]);
}
