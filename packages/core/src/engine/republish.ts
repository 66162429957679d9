import type { ExecutionEvent } from "../events/execution-event.ts";
import { eventsOf } from "../history/events-of.ts";
import type { Engine } from "./engine.ts";

/** R6: publishes what the run shows as recorded when it was opened or since, once more and in order. */
export function republish(engine: Engine): void {
  engine.replayedTo = engine.acknowledged;
  if (!engine.bus.has("event")) return;
  for (const event of acknowledgedEvents(engine, 1)) engine.bus.publish("event", event);
}

/** What subscribers have been or will be told, from a seq on; what has been published again is marked. */
export function acknowledgedEvents({ view, journal, acknowledged, replayedTo }: Engine, from: number, limit = Infinity): ExecutionEvent[] {
  const events = eventsOf(view.stateId, journal.records, { visible: view.visible, from, limit, last: () => acknowledged });
  return events.map((event) => (event.seq <= replayedTo ? replayed(event) : event));
}

// Input and value are still decoded only when somebody looks.
function replayed(event: ExecutionEvent): ExecutionEvent {
  const properties = { ...Object.getOwnPropertyDescriptors(event), isReplayed: { value: true, enumerable: true } };
  return Object.freeze(Object.defineProperties({}, properties)) as ExecutionEvent;
}
