/** Under which an object keeps what decodes its lazy property; whoever hides that property takes this away as well. */
export const decoder = Symbol("decoder");

interface Lazy {
  readonly [decoder]: () => unknown;
}

// One getter for all objects: with a getter of its own, each frozen object has a layout of its own, and every read of any of its
// properties is a search.
const descriptor = {
  get(this: Lazy): unknown {
    return this[decoder]();
  },
  enumerable: true,
};

/** Adds a property that is enumerable like data and decoded only when somebody looks, and freezes the object. */
export function lazily<Target extends object>(object: Target, property: string, decode: () => unknown): Readonly<Target> {
  Object.defineProperty(object, decoder, { value: decode });
  Object.defineProperty(object, property, descriptor);
  return Object.freeze(object);
}
