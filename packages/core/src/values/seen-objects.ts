// Up to here looking through a list is faster than making a Set, and most values have no more containers.
const fewEnough = 12;

/** The objects a walk has been in. */
export class SeenObjects {
  readonly #few: object[] = [];
  #many: Set<object> | undefined;

  /** Adds an object; false if it was there already. */
  add(value: object): boolean {
    if (this.#many !== undefined) {
      if (this.#many.has(value)) return false;
      this.#many.add(value);
      return true;
    }
    if (this.#few.includes(value)) return false;
    this.#few.push(value);
    if (this.#few.length > fewEnough) this.#many = new Set(this.#few);
    return true;
  }
}
