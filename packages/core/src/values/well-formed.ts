// String.prototype.isWellFormed is newer than the oldest language we compile for; with `u`, pairs are not matched.
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Can UTF-8 hold this text? Half a surrogate pair it cannot: encoders replace it in silence.
 *
 * @example
 * ```ts
 * import { isWellFormed } from "@reprise/core/spi";
 *
 * console.log(isWellFormed("\u{1f600}"), isWellFormed("\ud83d")); // true false
 * ```
 */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}
