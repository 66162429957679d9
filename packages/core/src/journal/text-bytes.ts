/** How much memory is asked for at once. */
const slabLength = 2 ** 14;
/** A longer text gets memory of its own. In UTF-8 a UTF-16 unit takes three bytes at most. */
const longestShared = slabLength / 16;

/**
 * Texts as UTF-8. The bytes of short ones stand behind one another in larger pieces of memory, since making a buffer for each
 * costs more than encoding it. What was given is never used again.
 */
export class TextBytes {
  readonly #utf8 = new TextEncoder();
  #slab = new Uint8Array(0);

  of(text: string): Uint8Array {
    if (text.length > longestShared) return this.#utf8.encode(text);
    if (this.#slab.length < text.length * 3) this.#slab = new Uint8Array(slabLength);
    const { written } = this.#utf8.encodeInto(text, this.#slab);
    const bytes = this.#slab.subarray(0, written);
    this.#slab = this.#slab.subarray(written);
    return bytes;
  }
}
