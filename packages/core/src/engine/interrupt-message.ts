import { z } from "zod";
import { InterruptReason, type InterruptSignal } from "../events/interrupt-signal.ts";

/** An interrupt as it travels: for one holder of the lease alone, so that it never lies in wait for a later one. */
export interface InterruptMessage {
  readonly epoch: number;
  readonly signal: InterruptSignal;
}

export const interruptSchema = z.strictObject({
  k: z.literal("interrupt"),
  v: z.literal(1),
  epoch: z.int().nonnegative(),
  reason: z.enum(Object.values(InterruptReason)),
  message: z.string().optional(),
  by: z.string().optional(),
  save: z.boolean(),
});

/** An interrupt as the bytes of a message. */
export function encodeInterrupt({ epoch, signal }: InterruptMessage): Uint8Array {
  const { reason, message, triggeredBy, saveCheckpoint } = signal;
  return new TextEncoder().encode(JSON.stringify({ k: "interrupt", v: 1, epoch, reason, message, by: triggeredBy, save: saveCheckpoint } satisfies z.infer<typeof interruptSchema>));
}

/** The interrupt in the JSON of a message. Throws if it is none. */
export function interruptIn(json: unknown): InterruptMessage {
  const { epoch, reason, message, by, save } = interruptSchema.parse(json);
  return { epoch, signal: { reason, ...(message !== undefined && { message }), ...(by !== undefined && { triggeredBy: by }), saveCheckpoint: save } };
}
