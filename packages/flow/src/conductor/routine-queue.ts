import { RepriseError } from "@reprise/core";
import type { PlacedRoutine } from "../routine/activation-actor.ts";
import type { ActivationInput } from "../routine/activation.ts";
import { mergedPasses, startId, type Passes } from "./delivery.ts";
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
  readonly #slots: readonly string[];
  #formed = false;

  /** `fed`: the slots that something can be delivered to. */
  constructor({ id, routine }: PlacedRoutine, fed: readonly string[]) {
    this.id = id;
    this.#slots = fed;
    this.buffers = new Map([...routine.slots].filter(([name]) => fed.includes(name)).map(([name, slot]) => [name, new SlotBuffer(slot)]));
  }

  /** The activations that have become complete, in order. */
  form(): Activation[] {
    const formed: Activation[] = [];
    while (this.#slots.length > 0 && [...this.buffers.values()].every(({ ready }) => ready > 0)) formed.push(this.#activation());
    return formed;
  }

  /** The activation of a routine without slots: it begins the job. */
  start(): Activation {
    this.#formed = true;
    return { routine: this.id, key: startId, input: { deliveries: [], given: {} }, passes: undefined };
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
    const groups = [...this.buffers].flatMap(([name, buffer]): [string, Group][] => {
      const group = buffer.shift();
      if (group !== undefined) return [[name, group]];
      return buffer.slot.mode.kind === "all" ? [[name, { deliveries: [], value: [], passes: undefined }]] : [];
    });
    const [first] = groups.filter(([, { deliveries }]) => deliveries.length > 0);
    return {
      routine: this.id,
      key: first === undefined ? startId : keyOf(first[0], first[1], this.#slots),
      input: { deliveries: groups.flatMap(([, { deliveries }]) => deliveries), given: Object.fromEntries(groups.map(([name, { value }]) => [name, value])) },
      passes: mergedPasses(groups.map(([, { passes }]) => passes)),
    };
  }

  #dropOne(): number {
    return [...this.buffers.values()].reduce((dropped, buffer) => dropped + (buffer.shift()?.deliveries.length ?? 0), 0);
  }

  #incomplete(slot: string, what: string): RepriseError {
    const path = `${this.id}.${slot}`;
    return new RepriseError("INCOMPLETE", `slot ${path} ${what}, and nothing more can come; whenIncomplete("run") or ("drop") would allow that`, { path });
  }
}

// One emission may go to several slots of a routine: where the first slot is empty, the key says which it is.
function keyOf(slot: string, { deliveries }: Group, slots: readonly string[]): string {
  const [id = startId] = deliveries;
  return slot === slots[0] ? id : `${id}!${slot}`;
}
