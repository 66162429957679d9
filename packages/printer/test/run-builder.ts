import type { ErrorRecord, EventType, ExecutionEvent, InterruptSignal, RecoveredNotice, RunFeed, StateStatus, Topic, Topics } from "@reprise/core/spi";
import type { RunItem, TaggedMessage } from "../src/view/view-of.ts";

/** 2026-11-21 09:30:00 UTC. */
export const startOfRun = Date.UTC(2026, 10, 21, 9, 30);

/** A call of a built run. */
export interface BuiltCall {
  readonly call: number;
  readonly address: string;
  readonly scope: string;
  readonly type: EventType;
  readonly name: string;
  readonly parent: BuiltCall | undefined;
}

type Extra = Partial<Omit<ExecutionEvent, "status" | "address" | "type" | "call" | "parent" | "stateId" | "seq">>;

/** Writes messages of a run as an engine would publish them, on a clock of its own. */
export interface RunBuilder {
  readonly items: RunItem[];
  readonly now: () => number;
  wait(ms: number): void;
  /** Names a call without publishing anything: what another process had recorded. */
  recorded(type: EventType, segment: string, parent?: BuiltCall): BuiltCall;
  start(type: EventType, segment: string, parent?: BuiltCall, extra?: Extra): BuiltCall;
  again(call: BuiltCall, attempt: number, extra?: Extra): void;
  complete(call: BuiltCall, extra?: Extra): void;
  fail(call: BuiltCall, error: Partial<ErrorRecord>, extra?: Extra): void;
  retry(call: BuiltCall, delayMs: number, extra?: Extra): void;
  /** A wait or a sleep. */
  pause(type: "wait_call" | "sleep_call", segment: string, parent?: BuiltCall, extra?: Extra): BuiltCall;
  cancel(call: BuiltCall, reason: string): void;
  interrupt(call: BuiltCall, reason: string): void;
  interrupted(signal: Pick<InterruptSignal, "reason" | "message" | "triggeredBy">): void;
  /** Every one of these was open, the last one first: their events, and the notice. */
  interruptAll(calls: readonly BuiltCall[], notice?: Partial<Topics["interrupt"]>): void;
  recover(call: BuiltCall, savedMs: number, extra?: Partial<RecoveredNotice>): void;
  log(level: "info" | "warn" | "error", message: string, extra?: Partial<Topics["log"]>): void;
  group(call: BuiltCall, counts: Partial<Topics["group"]> & { readonly size: number }): void;
  checkpoint(status: StateStatus): void;
}

/** A builder for the run `stateId`. */
export function runBuilder(stateId: string = "run-1"): RunBuilder {
  const items: RunItem[] = [];
  let now = startOfRun;
  let seq = 0;
  const started = new Map<number, { at: number; attempt: number }>();
  const push = (item: TaggedMessage): void => void items.push(item);
  const name = (type: EventType, segment: string, parent: BuiltCall | undefined): BuiltCall => {
    seq += 1;
    const scope = parent === undefined ? segment : segment.startsWith("{") ? parent.scope + segment : `${parent.scope}::${segment}`;
    return { call: seq, address: `${scope}::${type}`, scope, type, name: segment, parent };
  };
  const publish = (call: BuiltCall, status: ExecutionEvent["status"], ownSeq: number, extra: Extra): void => {
    const { address, type, parent } = call;
    const attempt = started.get(call.call)?.attempt ?? 1;
    push({ topic: "event", seq: ownSeq, stateId, status, address, type, name: call.name, call: call.call, parent: parent?.call, attempt, at: now, ...extra });
  };
  const begin = (call: BuiltCall, attempt: number, ownSeq: number, extra: Extra): void => {
    started.set(call.call, { at: now, attempt });
    publish(call, "started", ownSeq, { attempt, ...extra });
  };
  const took = (call: BuiltCall): Extra => {
    const since = started.get(call.call)?.at;
    return since === undefined ? {} : { executionTimeMs: now - since };
  };
  const next = (): number => (seq += 1);
  return {
    items,
    now: () => now,
    wait: (ms) => void (now += ms),
    recorded: name,
    start: (type, segment, parent, extra = {}) => {
      const call = name(type, segment, parent);
      begin(call, 1, call.call, extra);
      return call;
    },
    again: (call, attempt, extra = {}) => begin(call, attempt, next(), extra),
    complete: (call, extra = {}) => publish(call, "completed", next(), { ...took(call), ...extra }),
    fail: (call, error, extra = {}) => publish(call, "failed", next(), { ...took(call), error: { name: "Error", message: "boom", ...error }, ...extra }),
    retry: (call, delayMs, extra = {}) => publish(call, "retrying", next(), { delayMs, dueAt: now + delayMs, ...extra }),
    pause: (type, segment, parent, extra = {}) => {
      const call = name(type, segment, parent);
      begin(call, 1, call.call, {});
      publish(call, "awaiting", next(), extra);
      return call;
    },
    cancel: (call, reason) => publish(call, "cancelled", next(), { ...took(call), reason }),
    interrupt: (call, reason) => publish(call, "interrupted", next(), { ...took(call), reason }),
    interrupted: (signal) =>
      push({ topic: "interrupt", stateId, at: now, signal: { ...signal, saveCheckpoint: true }, checkpoint: "saved", seq: seq + 1, openCalls: 2 }),
    interruptAll: (calls, notice = {}) => {
      const signal = { reason: "user_cancelled", message: "enough for today", triggeredBy: "operator", saveCheckpoint: true } as const;
      for (const call of calls) publish(call, "interrupted", next(), { ...took(call), reason: "user_cancelled: enough for today" });
      const at = next() + 1;
      push({ topic: "checkpoint", stateId, seq: next(), at: now, status: "interrupted" });
      push({ topic: "interrupt", stateId, at: now, signal, checkpoint: "saved", seq: at, openCalls: calls.length, ...notice });
    },
    recover: ({ call, address, type, name: callName, parent }, savedMs, extra = {}) =>
      push({
        topic: "recovered", stateId, address, type, name: callName, call, parent: parent?.call, status: "completed",
        attempts: 1, savedMs, at: now, inputChanged: false, versionChanged: false, ...extra,
      }),
    log: (level, message, extra = {}) => push({ topic: "log", stateId, level, code: "ACTOR_LOG", message, at: now, ...extra }),
    group: ({ address, call }, counts) =>
      push({ topic: "group", stateId, address, call, at: now, running: 0, completed: 0, failed: 0, cancelled: 0, recovered: 0, ...counts }),
    checkpoint: (status) => push({ topic: "checkpoint", stateId, seq: next(), at: now, status }),
  };
}

/** A feed that a test plays by hand. */
export interface HandFeed extends RunFeed {
  play(items: Iterable<RunItem>): void;
}

/** A feed of the run `stateId`. */
export function handFeed(stateId: string = "run-1", origin: RunFeed["origin"] = { kind: "created" }): HandFeed {
  const handlers = new Map<string, ((message: never) => unknown)[]>();
  return {
    stateId,
    origin,
    on: <T extends Topic>(topic: T, handler: (message: Topics[T]) => void | Promise<void>) => {
      handlers.set(topic, [...(handlers.get(topic) ?? []), handler]);
      return () => void handlers.set(topic, (handlers.get(topic) ?? []).filter((other) => other !== handler));
    },
    play: (items) => {
      for (const item of items) for (const handler of handlers.get("topic" in item ? item.topic : "event") ?? []) handler(item as never);
    },
  };
}
