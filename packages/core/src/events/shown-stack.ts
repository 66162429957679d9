import { hidden } from "./show.ts";

interface Stacked {
  readonly message?: unknown;
  readonly stack?: unknown;
}

/** The stack of an error of which something is shown: it begins with the message, and is to tell no more of it. */
export function shownStack({ message, stack }: Stacked, shown: Stacked): unknown {
  if (shown.stack !== stack || typeof stack !== "string" || typeof message !== "string" || message === "" || shown.message === message) return shown.stack;
  return stack.includes(message) ? stack.replaceAll(message, () => String(shown.message)) : hidden;
}
