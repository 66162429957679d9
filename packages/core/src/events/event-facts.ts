import type { ExecutionEvent } from "./execution-event.ts";

type Fact = Exclude<keyof ExecutionEvent, "error" | "retryConfig" | "input" | "value" | "prompt">;

/** What an event says beside its error, its retry configuration and the values. */
export type EventFacts = { readonly [Name in Fact]: ExecutionEvent[Name] | undefined };

/**
 * The plain facts of an event, in one order, for those who write events down; what does not apply is undefined.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { eventFacts } from "@reprise/core/spi";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * for (const event of state.history.events()) console.log(eventFacts(event).address);
 * ```
 */
export function eventFacts(event: ExecutionEvent): EventFacts {
  // Named one by one: the values are decoded by being read, which only those who want them are to pay for.
  const { seq, stateId, status, address, type, name, call, parent, attempt, at } = event;
  const { executionTimeMs, final, delayMs, dueAt, maxAttempts, opening, group, reason, pinned, isReplayed } = event;
  return {
    seq,
    stateId,
    status,
    address,
    type,
    name,
    call,
    parent,
    attempt,
    at,
    executionTimeMs,
    final,
    delayMs,
    dueAt,
    maxAttempts,
    opening,
    group,
    reason,
    pinned,
    isReplayed,
  };
}
