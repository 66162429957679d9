import { jsonLine } from "../layout/json-line.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** Each message as one line of JSON, and nothing else: what was printed can be read back. */
export function jsonMode(context: ModeContext): Mode {
  return { needsView: false, begin: () => [], message: (message) => [jsonLine(message, context)], end: () => [] };
}
