/** 32 bits of FNV-1a over the texts, finished by a mixing step so that near texts have far numbers. */
export function hash(...parts: readonly (string | number)[]): number {
  let value = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\n`;
    for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** In [0, 1). */
export function fraction(...parts: readonly (string | number)[]): number {
  return hash(...parts) / 2 ** 32;
}

/** The text if it is short, else a short one that stands for it: values must not grow with the program. */
export function digest(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 16)}~${hash(text).toString(36)}`;
}
