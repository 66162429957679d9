// Text for a terminal, for programs that print beside the printer; what draws runs is not loaded for it
export { formatDuration } from "./text/format.ts";
export { measuresFor } from "./text/measures-for.ts";
export { sanitise } from "./text/sanitise.ts";
export type { Measures } from "./text/measures-by.ts";
