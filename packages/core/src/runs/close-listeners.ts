const listeners = new WeakMap<object, Set<() => void>>();

/** Calls back once a handle of a run, or a Reprise, begins to close; returns what ends that. */
export function whenClosed(target: object, callback: () => void): () => void {
  const own = listeners.get(target) ?? new Set();
  listeners.set(target, own.add(callback));
  return () => void own.delete(callback);
}

/** It closes. */
export function tellClosed(target: object): void {
  const own = listeners.get(target);
  listeners.delete(target);
  for (const callback of own ?? []) callback();
}
