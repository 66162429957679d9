import { RepriseError, type ValueCodec } from "@reprise/core";
import type { Slot } from "../ends/slot.ts";
import type { PlacedRoutine } from "../routine/activation-actor.ts";
import { bareSlot, consumed, type ActivationInput } from "../routine/activation.ts";
import { mergedPasses, startId, type Delivery, type Passes } from "./delivery.ts";
import { SlotBuffer, type Group } from "./slot-buffer.ts";

/** One use of a routine: one call of the job. */
export interface Activation {
  readonly routine: string;
  /** Id of the first delivery it consumes (rule F3). */
  readonly key: string;
  readonly input: ActivationInput;
  readonly passes: Passes;
}

/** What is delivered to one routine of a job, and which activations that makes. Pure but for its own state. */
export class RoutineQueue {
  readonly id: string;
  readonly buffers: ReadonlyMap<string, SlotBuffer>;
  readonly #entries: readonly (readonly [slot: string, buffer: SlotBuffer])[];
  readonly #isDirect: boolean;
  /** The slot whose value is the whole input of an activation. */
  readonly #bare: string | undefined;
  #formed = false;

  /** `fed`: the slots that something can be delivered to. */
  constructor({ id, routine }: PlacedRoutine, fed: readonly string[], codec: Pick<ValueCodec, "encode">) {
    this.id = id;
    this.#entries = fed.map((name) => [name, new SlotBuffer(routine.slots.get(name) as Slot<never, unknown>, `${id}.${name}`, codec)]);
    this.buffers = new Map(this.#entries);
    this.#bare = bareSlot(routine.slots);
    this.#isDirect = this.#entries.length === 1 && this.#entries[0]?.[1].slot.mode.kind === "override";
  }

  /** The activation of a delivery that needs no other: most routines have one slot that takes each by itself. */
  direct(slot: string, { id, value, passes }: Delivery): Activation | undefined {
    if (!this.#isDirect) return undefined;
    this.#formed = true;
    return { routine: this.id, key: id, input: this.#bare === undefined ? { [slot]: value } : value, passes };
  }

  /** The activations that have become complete, in order. */
  form(): Activation[] {
    const formed: Activation[] = [];
    while (this.#entries.length > 0 && this.#entries.every(isReady)) formed.push(this.#activation());
    return formed;
  }

  /** The activation of a routine without slots: it begins the job. */
  start(): Activation {
    this.#formed = true;
    return { routine: this.id, key: startId, input: undefined, passes: undefined };
  }

  /**
   * Nothing more can come: completes what waits, as the slots say. Gives the activations and how many deliveries were dropped. Throws
   * `INCOMPLETE` where an unfilled slot is a failure.
   */
  close(): { readonly formed: readonly Activation[]; readonly dropped: number } {
    let dropped = 0;
    for (const [name, buffer] of this.buffers) dropped += this.#closeSlot(name, buffer);
    const formed = this.form();
    while ([...this.buffers.values()].some(({ ready }) => ready > 0)) {
      const missing = [...this.buffers].filter(([, { ready }]) => ready === 0);
      for (const [name, { slot }] of missing) if (slot.onIncomplete === "fail") throw this.#incomplete(name, "got nothing for what came to the other slots");
      if (missing.every(([, { slot }]) => slot.onIncomplete === "run")) formed.push(this.#activation());
      else dropped += this.#dropOne();
    }
    if (formed.length === 0 && !this.#formed && this.#runsOnNothing()) formed.push(this.#activation());
    return { formed, dropped };
  }

  #closeSlot(name: string, buffer: SlotBuffer): number {
    const { slot, pending } = buffer;
    if (pending.length === 0) return 0;
    if (slot.mode.kind === "count" && slot.onIncomplete === "fail") throw this.#incomplete(name, `got ${pending.length} of ${slot.mode.count} deliveries`);
    if (slot.mode.kind === "count" && slot.onIncomplete === "drop") return buffer.drop();
    buffer.release();
    return 0;
  }

  /** A list of all may be empty, if the routine says so. */
  #runsOnNothing(): boolean {
    const slots = [...this.buffers.values()].map(({ slot }) => slot);
    return slots.some(({ mode }) => mode.kind === "all") && slots.every(({ onIncomplete }) => onIncomplete === "run");
  }

  #activation(): Activation {
    this.#formed = true;
    let input: { readonly [slot: string]: unknown } = {};
    let deliveries: readonly string[] = [];
    let passes: Passes;
    let key: string | undefined;
    for (const [name, buffer] of this.#entries) {
      const group = buffer.shift() ?? (buffer.slot.mode.kind === "all" ? nothing : undefined);
      if (group === undefined) continue;
      input = { ...input, [name]: group.value };
      // One emission may go to several slots of a routine: where the first slot is empty, the key says which it is.
      key ??= group.deliveries.length === 0 ? undefined : `${group.deliveries[0]}${name === this.#entries[0]?.[0] ? "" : `!${name}`}`;
      deliveries = deliveries.length === 0 ? group.deliveries : [...deliveries, ...group.deliveries];
      passes = passes === undefined ? group.passes : mergedPasses([passes, group.passes]);
    }
    const recorded = this.#bare === undefined ? (deliveries.length > 1 ? { ...input, [consumed]: deliveries } : input) : input[this.#bare];
    return { routine: this.id, key: key ?? startId, input: recorded, passes };
  }

  #dropOne(): number {
    return [...this.buffers.values()].reduce((dropped, buffer) => dropped + (buffer.shift()?.deliveries.length ?? 0), 0);
  }

  #incomplete(slot: string, what: string): RepriseError {
    const path = `${this.id}.${slot}`;
    return new RepriseError("INCOMPLETE", `slot ${path} ${what}, and nothing more can come; whenIncomplete("run") or ("drop") would allow that`, { path });
  }
}

const nothing: Group = { deliveries: [], value: [], passes: undefined };

function isReady([, buffer]: readonly [slot: string, buffer: SlotBuffer]): boolean {
  return buffer.ready > 0;
}
