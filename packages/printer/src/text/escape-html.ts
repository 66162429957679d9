import { sanitise } from "./sanitise.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text from outside for an element or a quoted attribute of HTML: harmless, on one line. */
export function escapeHtml(text: string): string {
  return sanitise(text, 4000).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** The same with its line breaks kept. */
export function escapeBlock(text: string): string {
  return text.split("\n").map(escapeHtml).join("\n");
}
