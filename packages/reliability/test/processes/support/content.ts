import { seededRandom } from "@reprise/testing";

/** Content `number`: of 1 byte to 200 KB, the same in every process. */
export function contentOf(number: number): Uint8Array {
  const random = seededRandom(number);
  const bytes = new Uint8Array(1 + Math.floor(random() ** 3 * 200_000));
  const word = 1 + Math.floor(random() * 254);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (at * word + number) & 0xff;
  return bytes;
}
