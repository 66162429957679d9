/** Longer texts are cut before they are looked at: nothing that long is ever shown on one line. */
const defaultLimit = 1000;

// One pass over control bytes is enough to tell whether a text needs any work; most do not.
const suspicious = /[\p{Cc}\p{Surrogate}\p{M}\u061c\u200c-\u200f\u2028-\u202e\u2066-\u2069]/u;

// Terminal sequences with their payload: without this the payload of a removed ESC would stay as litter (`[31m`).
// Strings (OSC, DCS, SOS, PM, APC), then CSI, then the rest; in their 7-bit and 8-bit forms. Introducers are excluded
// from the payload of strings so that many unterminated ones cost linear time.
const sequences = new RegExp(
  [
    String.raw`(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)`,
    String.raw`(?:\u001b\[|\u009b)[0-?]*[ -\/]*[@-~]`,
    String.raw`\u001b[ -\/]*[0-Z\\-~]`,
  ].join("|"),
  "g",
);
const lineBreaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const controls = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const loneSurrogates = /\p{Surrogate}/gu;
// Marks are drawn over their neighbours: hundreds on one letter reach into other lines.
const stackedMarks = /([\p{M}\u200c\u200d]{4})[\p{M}\u200c\u200d]+/gu;

/**
 * Text from outside (names, errors, model output) made harmless for a terminal: one line, without terminal sequences,
 * control characters and bidi controls, so that it can neither move the cursor nor pose as a line of the printer.
 * Texts over `limit` UTF-16 units are cut. Idempotent.
 *
 * @example
 * ```ts
 * import { sanitise } from "@reprise/printer/text";
 *
 * console.log(sanitise("\u001b[2Jall\r\ngood\u202e")); // all good
 * ```
 */
export function sanitise(text: string, limit: number = defaultLimit): string {
  // What redact has put in the place of a text may be anything.
  const given = typeof text === "string" ? text : String(text);
  const bounded = given.length > limit ? given.slice(0, limit) : given;
  if (!suspicious.test(bounded)) return bounded;
  return bounded
    .replace(sequences, "")
    .replace(lineBreaks, " ")
    .replace(controls, "")
    .replace(loneSurrogates, "\ufffd")
    .replace(stackedMarks, "$1");
}
