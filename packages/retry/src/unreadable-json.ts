import type { ErrorRecord } from "./error-record.ts";
import { namesOf } from "./names-of.ts";

// V8 `Unexpected token 'I', "I think" is not valid JSON`, `Unexpected end of JSON input`; SpiderMonkey `JSON.parse: unexpected
// character`; JavaScriptCore `JSON Parse error: Unexpected identifier`; Bun `Failed to parse JSON`; the json5 package `JSON5: …`.
const namesJson = /\bJSON5?\b/u;

/**
 * Is this a SyntaxError about JSON that somebody sent, such as the answer of a model? One about source code, a regular
 * expression or a BigInt is not.
 */
export function isUnreadableJson(error: ErrorRecord): boolean {
  return namesOf(error).includes("SyntaxError") && namesJson.test(error.message);
}
