/** Is it the same in the tree of a value, whatever the settings are? Texts are not: they may hold the value of a secret. */
export function isPlainPrimitive(value: unknown): value is number | boolean | null {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === "boolean" || value === null;
}
