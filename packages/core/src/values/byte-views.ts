interface ViewConstructor {
  new (buffer: ArrayBuffer): ArrayBufferView;
  readonly prototype: object;
  readonly BYTES_PER_ELEMENT?: number;
}

const newer = globalThis as { readonly Float16Array?: ViewConstructor };

/** The views on bytes that are recorded under their class name; Uint8Array has a tag of its own. */
export const byteViews: ReadonlyMap<string, ViewConstructor> = new Map<string, ViewConstructor>([
  ["Int8Array", Int8Array],
  ["Uint8ClampedArray", Uint8ClampedArray],
  ["Int16Array", Int16Array],
  ["Uint16Array", Uint16Array],
  ["Int32Array", Int32Array],
  ["Uint32Array", Uint32Array],
  ...(newer.Float16Array === undefined ? [] : [["Float16Array", newer.Float16Array] as const]),
  ["Float32Array", Float32Array],
  ["Float64Array", Float64Array],
  ["BigInt64Array", BigInt64Array],
  ["BigUint64Array", BigUint64Array],
  ["DataView", DataView],
]);

/** A view of that class on those bytes, or undefined if there is no such class or the bytes do not fill its elements. */
export function viewOf(name: string, bytes: Uint8Array<ArrayBuffer>): ArrayBufferView | undefined {
  const View = byteViews.get(name);
  if (View === undefined || bytes.byteLength % (View.BYTES_PER_ELEMENT ?? 1) !== 0) return undefined;
  return new View(bytes.buffer);
}
