/**
 * What JSON does not know is written as an object with one key that starts with `$`:
 *
 * | tag    | content                                   | stands for                                            |
 * |--------|-------------------------------------------|-------------------------------------------------------|
 * | `$d`   | ms since the epoch, or null               | Date; null is the invalid date                        |
 * | `$i`   | decimal digits                            | bigint                                                |
 * | `$n`   | `"NaN"` `"-0"` `"Infinity"` `"-Infinity"` | number                                                |
 * | `$u`   | 0                                         | undefined                                             |
 * | `$b`   | base64                                    | Uint8Array (Node's Buffer is one)                     |
 * | `$m`   | `[[key, value], ...]`                     | Map                                                   |
 * | `$s`   | `[item, ...]`                             | Set                                                   |
 * | `$t`   | `[class name, base64]`                    | the other typed arrays and DataView, little-endian    |
 * | `$ab`  | base64                                    | ArrayBuffer                                           |
 * | `$r`   | `[source, flags]`                         | RegExp; `lastIndex` starts at 0 again                 |
 * | `$url` | href                                      | URL                                                   |
 * | `$e`   | ErrorRecord                               | Error, by the whitelist of rule H3                    |
 * | `$c`   | `[name, value]`                           | an instance of a class registered as an extension     |
 * | `$secret` | name                                   | a reference to a secret, which is recorded nowhere    |
 *
 * `$a` is never in a value: a record has it in the place of a whole value that is kept elsewhere (rule H7).
 *
 * A user's own key that starts with `$`, or is `__proto__`, gets one `$` put before it.
 */
export type Tag = "$d" | "$i" | "$n" | "$u" | "$b" | "$m" | "$s" | "$t" | "$ab" | "$r" | "$url" | "$e" | "$c" | "$secret";

/** The longest bigint that is recorded. Turning digits into a bigint takes more than linear time, and the store is not trusted. */
export const maxBigIntDigits = 100_000;

const dollar = 36;

/** Does a user's key have to be escaped? */
export function needsEscape(key: string): boolean {
  return key.charCodeAt(0) === dollar || key === "__proto__";
}

/** The user's key behind a key of the tree, or undefined if no user's key is ever written like that. */
export function unescapeKey(key: string): string | undefined {
  if (key.charCodeAt(0) !== dollar) return key === "__proto__" ? undefined : key;
  if (key.charCodeAt(1) === dollar || key === "$__proto__") return key.slice(1);
  return undefined;
}
