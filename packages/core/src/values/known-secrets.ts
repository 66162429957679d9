import { secretMark } from "./secret.ts";

/** A shorter text is found everywhere. */
const shortest = 4;

/**
 * The values of the secrets that were resolved in this process: where one turns up in a text that is about to be recorded, its
 * name is recorded instead (rule H2). Found as it is, and as URLs and JSON write it; not in bytes, nor encoded otherwise.
 */
export class KnownSecrets {
  readonly #marks = new Map<string, string>();
  /** The longest first, so that a secret which contains another is not taken for it. */
  #texts: readonly string[] = [];

  get none(): boolean {
    return this.#texts.length === 0;
  }

  add(name: string, value: string): void {
    if (value.length < shortest || this.#marks.has(value)) return;
    for (const text of [value, inUrls(value), JSON.stringify(value).slice(1, -1)]) this.#marks.set(text, secretMark(name));
    this.#texts = [...this.#marks.keys()].toSorted((a, b) => b.length - a.length);
  }

  /** The text with marks in place of values. */
  mask(text: string): string {
    let masked = text;
    for (const value of this.#texts) if (masked.includes(value)) masked = masked.replaceAll(value, () => this.#marks.get(value) ?? "");
    return masked;
  }
}

function inUrls(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Lone surrogates: no URL can hold them.
    return value;
  }
}
