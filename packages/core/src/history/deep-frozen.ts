/** Freezes plain data in place, so that whoever it is shown to cannot change the history. */
export function deepFrozen<T>(data: T): T {
  if (typeof data !== "object" || data === null || Object.isFrozen(data)) return data;
  Object.freeze(data);
  for (const part of Object.values(data)) deepFrozen(part);
  return data;
}
