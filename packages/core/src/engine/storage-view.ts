import type { ArtifactReference } from "../actors/artifacts.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import type { EncodedValue } from "../values/encoded-value.ts";

type Operation =
  | { readonly kind: "set"; readonly value: EncodedValue | number }
  | { readonly kind: "add"; readonly amount: number }
  | { readonly kind: "delete" };

/**
 * The writes of one call over the view of the call that encloses it (rule S1). A view's writes are seen by its call and
 * by calls below it; they join the parent's view when the outcome is released, or are dropped with the attempt.
 */
export class StorageView {
  readonly #parent: StorageView | undefined;
  /** Made when the first is written: most calls write nothing. */
  #operations: Map<string, Operation> | undefined;
  /** Names of their own, beside the keys of the storage. Made when the first is written. */
  #artifacts: Map<string, ArtifactReference> | undefined;

  constructor(parent: StorageView | undefined) {
    this.#parent = parent;
  }

  /** The value as it is stored; undefined if there is none. A sum is given as a number. */
  get(key: string): EncodedValue | number | undefined {
    const operation = this.#operations?.get(key);
    if (operation?.kind === "set") return operation.value;
    if (operation?.kind === "delete") return undefined;
    const below = this.#parent?.get(key);
    return operation === undefined ? below : finite(numberIn(below) + operation.amount);
  }

  keys(): Set<string> {
    const keys = this.#parent?.keys() ?? new Set<string>();
    for (const [key, operation] of this.#operations ?? []) {
      if (operation.kind === "delete") keys.delete(key);
      else keys.add(key);
    }
    return keys;
  }

  set(key: string, value: EncodedValue | number): void {
    this.#write(key, { kind: "set", value });
  }

  /** Merges as a sum, whatever order branches end in. */
  add(key: string, amount: number): void {
    const before = this.#operations?.get(key);
    if (before === undefined) this.#write(key, { kind: "add", amount });
    else if (before.kind === "add") this.#write(key, { kind: "add", amount: finite(before.amount + amount) });
    else this.#write(key, { kind: "set", value: finite(amount + (before.kind === "set" ? numberIn(before.value) : 0)) });
  }

  delete(key: string): void {
    this.#write(key, { kind: "delete" });
  }

  /** Where the artifact of a name is; undefined if there is none. */
  artifact(name: string): ArtifactReference | undefined {
    return this.#artifacts?.get(name) ?? this.#parent?.artifact(name);
  }

  artifactNames(): Set<string> {
    const names = this.#parent?.artifactNames() ?? new Set<string>();
    for (const name of this.#artifacts?.keys() ?? []) names.add(name);
    return names;
  }

  putArtifact(name: string, reference: ArtifactReference): void {
    this.#artifacts ??= new Map();
    this.#artifacts.set(name, reference);
  }

  /** What to record with the outcome; undefined if nothing was written. */
  writes(): StorageWrite[] | undefined {
    if (this.#operations === undefined && this.#artifacts === undefined) return undefined;
    const writes: StorageWrite[] = [];
    for (const [key, operation] of this.#operations ?? []) {
      if (operation.kind === "set") writes.push([key, "s", operation.value]);
      else writes.push(operation.kind === "add" ? [key, "a", operation.amount] : [key, "d"]);
    }
    for (const [name, reference] of this.#artifacts ?? []) writes.push([name, "r", reference]);
    return writes;
  }

  /** Forgets all, and takes over these instead. */
  rebuild(joins: readonly { readonly writes: readonly StorageWrite[] }[]): void {
    this.#operations = undefined;
    this.#artifacts = undefined;
    for (const { writes } of joins) this.join(writes);
  }

  /** Takes over the writes of a call below. */
  join(writes: readonly StorageWrite[]): void {
    for (const write of writes) {
      if (write[1] === "s") this.set(write[0], write[2]);
      else if (write[1] === "a") this.add(write[0], write[2]);
      else if (write[1] === "r") this.putArtifact(write[0], write[2]);
      else this.delete(write[0]);
    }
  }

  #write(key: string, operation: Operation): void {
    this.#operations ??= new Map();
    this.#operations.set(key, operation);
  }
}

// JSON has no Infinity: sums that merge end at the largest number.
function finite(sum: number): number {
  return Math.min(Math.max(sum, -Number.MAX_VALUE), Number.MAX_VALUE);
}

// A sum over something that is no number starts from 0: branches that run side by side cannot agree on more.
function numberIn(value: EncodedValue | number | undefined): number {
  const number = typeof value === "object" ? value.decode() : value;
  return typeof number === "number" && !Number.isNaN(number) ? number : 0;
}
