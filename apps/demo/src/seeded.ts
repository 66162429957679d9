import { createHash } from "node:crypto";

/** A number in [0, 1) that depends on the seed and the words only: the same on every machine and in any order of asking. */
export function seededFraction(seed: number, ...words: string[]): number {
  const digest = createHash("sha256").update(JSON.stringify([seed, ...words])).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** One of `choices`, by the seed and the words. */
export function seededChoice<T>(choices: readonly [T, ...T[]], seed: number, ...words: string[]): T {
  return choices[Math.floor(seededFraction(seed, ...words) * choices.length)] ?? choices[0];
}
