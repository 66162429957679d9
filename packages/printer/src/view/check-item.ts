import { EventType, ExecutionStatus } from "@reprise/core/spi";

type Kind = (value: unknown) => boolean;

const text: Kind = (value) => typeof value === "string";
const number: Kind = Number.isFinite;
const maybe = (kind: Kind): Kind => (value) => value === undefined || kind(value);
const oneOf = (values: readonly unknown[]): Kind => (value) => values.includes(value);
const withFields = (fields: Readonly<Record<string, Kind>>): Kind => (value) => isObject(value) && Object.entries(fields).every(([name, kind]) => kind(value[name]));

const ofRun = { stateId: text, at: number };
const ofCall = { ...ofRun, call: number, parent: maybe(number), address: text, type: oneOf(Object.values(EventType)), status: oneOf(Object.values(ExecutionStatus)) };
const event = withFields({
  ...ofCall, seq: number, attempt: number, executionTimeMs: maybe(number), delayMs: maybe(number), dueAt: maybe(number), maxAttempts: maybe(number),
  group: maybe(withFields({ size: number, maxWorkers: number })),
});

/** What each kind of message has to hold so that it can be drawn; what `redact` may have changed may be anything. */
const kinds: Readonly<Record<string, Kind>> = {
  event,
  waiting: event,
  recovered: withFields({ ...ofCall, attempts: number, savedMs: number }),
  log: withFields({ ...ofRun, level: oneOf(["info", "warn", "error"]), code: text, address: maybe(text) }),
  group: withFields({ ...ofRun, call: number, address: text, size: number, running: number, completed: number, failed: number, cancelled: number, recovered: number }),
  checkpoint: withFields({ ...ofRun, seq: number, status: text }),
  interrupt: withFields({ ...ofRun, signal: withFields({ reason: text }), checkpoint: oneOf(["saved", "not_asked_for", "no_backend", "failed"]), openCalls: number, seq: maybe(number) }),
};

/** Can it be drawn? A message of a topic that a later version may know can be left out. */
export function isRunItem(item: unknown): boolean {
  if (!isObject(item)) return false;
  const { topic = "event" } = item;
  return typeof topic === "string" && (!Object.hasOwn(kinds, topic) || kinds[topic]?.(item) === true);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
