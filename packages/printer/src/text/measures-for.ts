import type { Measures } from "./measures-by.ts";
import { isPlainText, plainMeasures } from "./plain-text.ts";

/**
 * What measures these texts: what other scripts and emoji need takes longer to load than a short command may, and most need none of it.
 *
 * @example
 * ```ts
 * import { measuresFor } from "@reprise/printer/text";
 *
 * const { textWidth, leftAligned } = await measuresFor(["naïve", "日本"]);
 * console.log(textWidth("日本")); // 4
 * console.log(leftAligned("abc", 5, "…") + "|"); // abc  |
 * ```
 */
export async function measuresFor(texts: Iterable<string>): Promise<Measures> {
  for (const text of texts) if (!isPlainText(text)) return import("./measure.ts");
  return plainMeasures;
}
