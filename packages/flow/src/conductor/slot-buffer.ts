import type { EncodedValue, ValueCodec } from "@reprise/core";
import type { Slot, SlotMode } from "../ends/slot.ts";
import { mergedPasses, type Delivery, type Passes } from "./delivery.ts";
import { Fifo } from "./fifo.ts";
import { thrownBy } from "./thrown-by.ts";

/** What one slot contributes to an activation: the deliveries it consumes, and what became of them. */
export interface Group {
  readonly deliveries: readonly string[];
  readonly value: unknown;
  readonly passes: Passes;
}

/** Makes groups of the deliveries of one slot of one job, by the slot's mode (rule F2). Pure but for its own state. */
export class SlotBuffer {
  readonly slot: Slot<never, unknown>;
  readonly #groups = new Fifo<Group>();
  #pending: Delivery[] = [];
  #list: readonly unknown[];
  #merged: EncodedValue | undefined;
  readonly #path: string;
  readonly #codec: Pick<ValueCodec, "encode">;

  /** `path`: `routine.slot`. */
  constructor(slot: Slot<never, unknown>, path: string, codec: Pick<ValueCodec, "encode">) {
    this.slot = slot;
    this.#path = path;
    this.#codec = codec;
    this.#list = slot.mode.kind === "append" ? slot.mode.initial : [];
  }

  /** How many groups are complete. */
  get ready(): number {
    return this.#groups.size;
  }

  /** Deliveries that wait for others. */
  get pending(): readonly Delivery[] {
    return this.#pending;
  }

  /** Takes a delivery; true if its slot now waits for time to pass, from this delivery on. */
  take(delivery: Delivery): boolean {
    const { mode } = this.slot;
    switch (mode.kind) {
      case "override":
        this.#complete([delivery], delivery.value);
        return false;
      case "append":
        this.#list = [...this.#list, delivery.value];
        this.#complete([delivery], this.#list);
        return false;
      case "merge":
        this.#merged = this.#kept(this.#mergedWith(mode, delivery.value));
        this.#complete([delivery], this.#merged.decode());
        return false;
      case "count":
        this.#pending.push(delivery);
        if (this.#pending.length >= mode.count) this.release();
        return this.#pending.length === 1 && mode.withinMs !== undefined;
      case "all":
        this.#pending.push(delivery);
        return false;
      case "quiet":
        this.#pending.push(delivery);
        return true;
    }
  }

  /** How long to wait after a delivery for which `take` was true, in ms. */
  get waitMs(): number {
    const { mode } = this.slot;
    return mode.kind === "quiet" ? mode.quietMs : ((mode.kind === "count" ? mode.withinMs : undefined) ?? 0);
  }

  /** The time after this delivery is over: completes what waits, unless that was completed, or something has come since. */
  timeOver(delivery: Delivery): boolean {
    const at = this.slot.mode.kind === "quiet" ? this.#pending.at(-1) : this.#pending[0];
    if (at !== delivery) return false;
    this.release();
    return true;
  }

  /** Makes a group of what waits, if anything does. */
  release(): void {
    const deliveries = this.#pending;
    if (deliveries.length === 0) return;
    this.#pending = [];
    this.#complete(deliveries, deliveries.map(({ value }) => value));
  }

  /** Forgets what waits; gives how many deliveries that were. */
  drop(): number {
    const dropped = this.#pending.length;
    this.#pending = [];
    return dropped;
  }

  shift(): Group | undefined {
    return this.#groups.shift();
  }

  /** What the function makes of the value before and this one. It may change what it is given: nobody else has that. */
  #mergedWith({ merge, initial }: SlotMode & { readonly kind: "merge" }, value: unknown): unknown {
    const before = (this.#merged ?? this.#kept(initial)).decode();
    try {
      return merge(before as never, value as never);
    } catch (cause) {
      throw thrownBy(`the merge function of slot ${this.#path}`, cause);
    }
  }

  /** Throws `NotEncodableError`. */
  #kept(value: unknown): EncodedValue {
    return this.#codec.encode(value, this.#path).encoded;
  }

  #complete(deliveries: readonly Delivery[], value: unknown): void {
    const passes = deliveries.length === 1 ? deliveries[0]?.passes : mergedPasses(deliveries.map((delivery) => delivery.passes));
    this.#groups.push({ deliveries: deliveries.map(({ id }) => id), value, passes });
  }
}
