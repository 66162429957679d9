/** What is wrong, as one line; an error of Reprise with its code, by which it can be looked up. */
export function problemOf(error: Error & { readonly code?: unknown }): string {
  const text = error.message.replace(/\s*\n\s*/gu, " ");
  const hint = error.code === "NOT_REPEATABLE" ? " (here: --allow-repeat ADDRESS, once for each)" : "";
  return typeof error.code === "string" ? `${error.code}: ${text}${hint}` : text;
}
