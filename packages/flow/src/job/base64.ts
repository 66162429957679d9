import { RepriseError } from "@reprise/core";

const chunk = 0x80_00;

/** Bytes as text that JSON keeps. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += chunk) binary += String.fromCodePoint(...bytes.subarray(at, at + chunk));
  return btoa(binary);
}

/** The bytes of such text. Throws `INVALID_OPTION`, naming where it stands. */
export function fromBase64(text: string, path: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);
  } catch (cause) {
    throw new RepriseError("INVALID_OPTION", `${path} must be base64`, { path, cause });
  }
}
