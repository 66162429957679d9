import type { System } from "../system.ts";

const nativeCode = /\[native code\]\s*\}$/u;
const known = new WeakMap<object, string>();

/** Tells whether a handler's text is the recorded one (rule A3); undefined if it has no text. 64 bits of sha256: a mistake costs a re-run, not a value. */
export function fingerprintOf(handler: (...parameters: never) => unknown, system: System): string | undefined {
  const before = known.get(handler);
  if (before !== undefined) return before;
  const text = String(handler);
  // Bound functions all have the same text, which says nothing of their code.
  if (nativeCode.test(text)) return undefined;
  const fingerprint = system.sha256(new TextEncoder().encode(text)).slice(0, 16);
  known.set(handler, fingerprint);
  return fingerprint;
}

/** What records call a canonical input by: 128 bits of its sha256. */
export function hashOf(canonical: string, system: System): string {
  return system.sha256(new TextEncoder().encode(canonical)).slice(0, 32);
}
