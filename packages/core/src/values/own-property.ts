const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Is it the name of something that every object has? */
export function isInherited(key: string): boolean {
  return inherited.has(key);
}

/**
 * Gives `target` an own property, whatever the key is called. Assigning `__proto__` would change the prototype, and
 * assigning `toString` throws where Object.prototype is frozen; defining does neither, but is slower.
 */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (isInherited(key)) Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

/** Gives `target` an own property that does not show up in loops and printouts, like `message` and `stack` of an error. */
export function setHidden(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}
