import { createHash } from "node:crypto";

const longestName = 120;
// Names that Windows gives to devices, whatever their ending.
const deviceName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/**
 * The directory name of a run: `a-z 0-9 _ -` stay, every other byte of the UTF-8 becomes `%xx`. Different ids give different
 * names, on file systems that ignore case too; no name is a path, hidden or a device. Long names become `h-` and a hash.
 */
export function encodeId(stateId: string): string {
  let name = "";
  for (const byte of Buffer.from(stateId, "utf8")) name += isPlain(byte) ? String.fromCharCode(byte) : escaped(byte);
  // `h-` is kept for hashes.
  if (deviceName.test(name) || name.startsWith("h-")) name = escaped(name.charCodeAt(0)) + name.slice(1);
  return name.length <= longestName ? name : `h-${sha256(stateId).slice(0, 40)}`;
}

/** The first level of directories below `runs`: spreads runs over 256 of them. */
export function fanOutOf(stateId: string): string {
  return sha256(stateId).slice(0, 2);
}

function isPlain(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte === 95 || byte === 45;
}

function escaped(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
