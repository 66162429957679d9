/** A property of whatever was thrown; undefined if there is none. Total: getters and proxies may throw, and that says nothing. */
export function readProperty(source: unknown, key: string): unknown {
  if ((typeof source !== "object" && typeof source !== "function") || source === null) return undefined;
  try {
    return Reflect.get(source, key);
  } catch {
    // A property that cannot be read is as good as absent: the failure being described matters, not this one.
    return undefined;
  }
}
