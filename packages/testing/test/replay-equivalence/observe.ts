import type { ExecutionOutcome } from "@reprise/core";
import { isRepriseError, type ExecutionEvent } from "@reprise/core/spi";
import { describeError } from "./describe-error.ts";
import type { Life } from "./life.ts";

/** How a run ended, as text: equal texts, equal ends. */
export function outcomeText(outcome: ExecutionOutcome<unknown> | undefined): string {
  if (outcome === undefined) return "died";
  if (outcome.status === "completed") return `completed ${JSON.stringify(outcome.value)}`;
  return outcome.status === "failed" ? `failed ${describeError(outcome.error)}` : outcome.status;
}

/** How many records stand before those that ended the run: the outcome of its first call, and the cancellations that go with it. 0 if it has not ended. */
export function pointBeforeEnd(events: readonly ExecutionEvent[]): number {
  const end = events.findLastIndex((event) => event.parent === undefined && event.status !== "started");
  let point = events[end]?.seq ?? 1;
  for (let index = end - 1; events[index]?.status === "cancelled" && events[index]?.seq === point - 1; index -= 1) point -= 1;
  return point - 1;
}

/**
 * All outcomes of calls in the order they were recorded, with their values; cancellations last and sorted: those of one
 * closing scope reach nobody, and their order depends on how far each call had come.
 */
export function outcomesOf(events: readonly ExecutionEvent[]): string[] {
  const texts = events.map(outcomeOf);
  const cancelled = texts.filter((text) => text?.startsWith("cancelled") === true).toSorted();
  return [...texts.filter((text) => text?.startsWith("cancelled") === false), ...cancelled].filter((text) => text !== undefined);
}

// The events before a crash are the same objects for every crash point.
const outcomes = new WeakMap<ExecutionEvent, string>();

function outcomeOf(event: ExecutionEvent): string | undefined {
  const { status, address } = event;
  if (status === "started" || status === "retrying" || status === "interrupted") return undefined;
  const known = outcomes.get(event);
  if (known !== undefined) return known;
  const text = status === "completed" ? `completed ${address} ${JSON.stringify(event.value)}` : `${status} ${address}`;
  outcomes.set(event, text);
  return text;
}

/** Says where two lists differ first; undefined if they are equal. */
export function firstDifference(expected: readonly string[], actual: readonly string[]): string | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let index = 0; index < length; index += 1) {
    if (expected[index] === actual[index]) continue;
    return `outcome ${index + 1} of ${expected.length}:\n  expected ${expected[index] ?? "nothing"}\n  got      ${actual[index] ?? "nothing"}`;
  }
  return undefined;
}

const leafTypes: ReadonlySet<string> = new Set(["tool_call", "llm_call"]);

/**
 * What must hold of every life, whatever the latencies: each call gets its own value, nothing that had completed runs again, no
 * handler runs without a started record, and unchanged code finds its records. Gives what does not hold, or undefined.
 */
export function lifeFault(life: Life): string | undefined {
  const [mispaired] = life.process.mispaired;
  return mispaired ?? ranAgain(life) ?? ranUnrecorded(life) ?? lostItsRecords(life);
}

/** A leaf that had completed in an earlier life must not run again. */
export function ranAgain(life: Life): string | undefined {
  const past = life.disk.events.filter((event) => event.seq < (life.events[0]?.seq ?? 0));
  const completed = new Set(past.filter((event) => event.status === "completed").map((event) => event.call));
  const again = life.events.find((event) => leafTypes.has(event.type) && event.status === "started" && completed.has(event.call));
  return again && `${again.address} had completed and ran again`;
}

/** No handler runs without a started record. */
export function ranUnrecorded(life: Life): string | undefined {
  const started = new Map<string, number>();
  for (const { status, address } of life.events) if (status === "started") started.set(address, (started.get(address) ?? 0) + 1);
  for (const address of life.process.handled) {
    const left = started.get(address) ?? 0;
    // A process that died may not have heard of its last started records any more.
    if (left === 0 && life.outcome !== undefined) return `the handler of ${address} ran more often than it was recorded to start`;
    started.set(address, left - 1);
  }
  return undefined;
}

function lostItsRecords(life: Life): string | undefined {
  if (life.outcome?.status === "failed" && isRepriseError(life.outcome.error, "AMBIGUOUS_REPLAY")) return `unchanged code is ambiguous: ${life.outcome.error.message}`;
  const changed = life.recovered.find((notice) => notice.inputChanged);
  if (changed) return `${changed.address} got the record of another input`;
  const notices = life.logs.filter(({ code }) => code === "UNVISITED" || code === "INPUT_CHANGED");
  if (notices.length === 0) return undefined;
  const openedOnce = scopesOpenedOnce(life.disk.events);
  const suspicious = notices.find(({ address }) => openedOnce(address));
  return suspicious && `${suspicious.code} ${suspicious.address}: ${suspicious.message}`;
}

/**
 * Whether the scope of an address was opened only once, as were all around it: where code was opened again it may take
 * another way than before, and leave records unvisited.
 */
function scopesOpenedOnce(events: readonly ExecutionEvent[]): (address: string | undefined) => boolean {
  const reopened = new Set(events.flatMap(({ opening, address }) => (opening === undefined ? [] : [address.slice(0, address.lastIndexOf("::"))])));
  return (address = "") => [...reopened].every((path) => !address.startsWith(`${path}::`) && !address.startsWith(`${path}{`));
}
