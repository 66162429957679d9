import { readable, type SecretKey } from "../text/preview.ts";
import type { CallView } from "../view/run-view.ts";
import { readValue } from "./read-value.ts";

// Decoded once for each state of a call, not for each frame of a terminal; apart for each rule of what is secret.
const texts = new WeakMap<SecretKey, WeakMap<CallView, string>>();

/** What a wait asks, on one line; undefined where it asks nothing. */
export function promptText(call: CallView, secret: SecretKey): string | undefined {
  const { prompt } = call;
  if (prompt === undefined) return undefined;
  const ofRule = texts.get(secret) ?? new WeakMap<CallView, string>();
  const text = ofRule.get(call) ?? readValue(prompt, secret, readable);
  texts.set(secret, ofRule.set(call, text));
  return text;
}
