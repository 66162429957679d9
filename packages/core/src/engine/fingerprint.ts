import type { System } from "../system.ts";

const known = new WeakMap<object, string>();

/** Tells whether a handler's text is the recorded one (rule A3). 64 bits of sha256: a mistake costs a re-run, not a value. */
export function fingerprintOf(handler: (...parameters: never) => unknown, system: System): string {
  let fingerprint = known.get(handler);
  if (fingerprint === undefined) {
    fingerprint = system.sha256(new TextEncoder().encode(String(handler))).slice(0, 16);
    known.set(handler, fingerprint);
  }
  return fingerprint;
}
