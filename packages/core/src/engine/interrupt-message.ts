import * as z from "zod/mini";
import { issueText } from "../errors/issue-text.ts";
import { InterruptReason, type InterruptSignal } from "../events/interrupt-signal.ts";

/** An interrupt or a pause as it travels: for one holder of the lease alone, so that it never lies in wait for a later one. */
export interface InterruptMessage {
  readonly epoch: number;
  /** Undefined: the run is to be paused. */
  readonly signal: InterruptSignal | undefined;
}

const addressed = { v: z.literal(1), epoch: z.int().check(z.nonnegative()) };
const schema = z.discriminatedUnion("k", [
  z.strictObject({
    k: z.literal("interrupt"),
    ...addressed,
    reason: z.enum(Object.values(InterruptReason)),
    message: z.optional(z.string()),
    by: z.optional(z.string()),
    save: z.boolean(),
  }),
  z.strictObject({ k: z.literal("pause"), ...addressed }),
]);

/** The bytes of a message. */
export function encodeInterrupt({ epoch, signal }: InterruptMessage): Uint8Array {
  const content: z.infer<typeof schema> =
    signal === undefined
      ? { k: "pause", v: 1, epoch }
      : { k: "interrupt", v: 1, epoch, reason: signal.reason, message: signal.message, by: signal.triggeredBy, save: signal.saveCheckpoint };
  return new TextEncoder().encode(JSON.stringify(content));
}

/** Does a message of this kind end the run? */
export function isInterruptKind(kind: string): boolean {
  return kind === "interrupt" || kind === "pause";
}

/** What the JSON of such a message says. Throws if it is none. */
export function interruptIn(json: unknown): InterruptMessage {
  const { data: content, error: issue } = schema.safeParse(json);
  if (issue !== undefined) throw new Error(issueText(issue));
  if (content.k === "pause") return { epoch: content.epoch, signal: undefined };
  const { epoch, reason, message, by, save } = content;
  return { epoch, signal: { reason, ...(message !== undefined && { message }), ...(by !== undefined && { triggeredBy: by }), saveCheckpoint: save } };
}
