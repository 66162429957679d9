// String.prototype.isWellFormed is newer than the oldest language we compile for; with `u`, pairs are not matched.
const loneSurrogate = /\p{Surrogate}/u;

/** Can UTF-8 hold this text? Half a surrogate pair it cannot: encoders replace it in silence. */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}
