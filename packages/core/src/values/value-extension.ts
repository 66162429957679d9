/**
 * Makes instances of a class recordable. Recorded as `{"$c":[name, data]}`, where `data` is what `encode` returned,
 * itself encoded: it may hold dates, maps and instances of other registered classes.
 *
 * Asked before anything else about every object that is not a plain object or plain array, so it can also keep what the
 * built-in handling drops (an error class with fields of its own).
 *
 * @example
 * ```ts
 * import type { ValueExtension } from "@reprise/core";
 *
 * class Money {
 *   readonly cents: bigint;
 *   readonly currency: string;
 *   constructor(cents: bigint, currency: string) {
 *     this.cents = cents;
 *     this.currency = currency;
 *   }
 * }
 * const money: ValueExtension<Money> = {
 *   name: "Money",
 *   is: (value) => value instanceof Money,
 *   encode: (value) => ({ cents: value.cents, currency: value.currency }),
 *   decode: (data) => {
 *     const { cents, currency } = data as { cents: bigint; currency: string };
 *     return new Money(cents, currency);
 *   },
 * };
 * ```
 */
export interface ValueExtension<T = unknown> {
  /** Stands in records for ever: rename the class, never this. Unique within a codec. */
  readonly name: string;
  /** Whether this extension records the value. */
  is(value: unknown): boolean;
  /** Anything that can be recorded, but not the value itself. */
  encode(value: T): unknown;
  /** Gets a fresh copy of what `encode` returned. The store is not trusted: check it, and construct nothing but data. */
  decode(data: unknown): unknown;
}
