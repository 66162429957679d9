import type { Random } from "./sim-disk.ts";

// What decoders of JSON, numbers and lengths trip over.
const troubles = [
  "null", "{}", "[]", "-1", "0", "1e999", "-0", "1.5", "9007199254740993", "99999999999999999999", "\"\"", "\"__proto__\"", "true", "\0", "\u00ff", "\n", "J1 ", "ffffffff", "0000000",
  "[".repeat(5000), "{\"a\":".repeat(5000), "[-1]", "[[1,-1]]", "{\"epoch\":1,\"length\":1}",
].map((text) => Buffer.from(text, "latin1"));

/** Bytes that differ in a few places: bits flipped, ranges cut, doubled, moved, filled, replaced by what decoders trip over. */
export function mutatedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let rounds = 1 + below(3, random); rounds > 0; rounds -= 1) result = mutatedOnce(result, random);
  return result;
}

function mutatedOnce(bytes: Buffer, random: Random): Buffer<ArrayBuffer> {
  const at = below(bytes.length + 1, random);
  const length = below(Math.min(24, bytes.length - at + 1), random);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  switch (below(7, random)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([before, Buffer.alloc(length, below(256, random)), after]);
    case 3:
      return random() < 0.1 ? Buffer.from(before) : Buffer.concat([before, Buffer.from([below(256, random)]), bytes.subarray(at + 1)]);
    case 4: {
      // A whole token of JSON, as far as it can be told.
      const token = /[\d.]+|"[^"]*"|\w+/u.exec(bytes.subarray(at).toString("latin1").slice(0, 200));
      const from = at + (token?.index ?? 0);
      return Buffer.concat([bytes.subarray(0, from), pick(troubles, random), bytes.subarray(from + (token?.[0].length ?? 0))]);
    }
    case 5:
      return Buffer.concat([before, pick(troubles, random), after]);
    default: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << below(8, random));
      return copy;
    }
  }
}

/** One of them. */
export function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[below(items.length, random)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}

/** An integer from 0 to below `limit`. */
export function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
