import type { ExecutionEvent } from "../events/execution-event.ts";

/** An old event that is published again (rule R6). Its input and value are still decoded only when somebody looks. */
export function replayedEvent(event: ExecutionEvent): ExecutionEvent {
  const properties = { ...Object.getOwnPropertyDescriptors(event), isReplayed: { value: true, enumerable: true } };
  return Object.freeze(Object.defineProperties({}, properties)) as ExecutionEvent;
}
