import { TimeoutError } from "../errors/call-errors.ts";
import type { Call } from "./call.ts";

/** Which limit has passed. */
export interface Expiry {
  readonly option: "timeoutMs" | "attemptTimeoutMs";
  readonly limitMs: number;
}

/** Is the time of this call, or of each attempt, limited? Most are not, and need no timer. */
export function isLimited({ request }: Call): boolean {
  return request.policy.attemptTimeoutMs !== undefined || request.policy.timeoutMs !== undefined;
}

/** Ends an attempt when `attemptTimeoutMs`, or the `timeoutMs` of the whole call, has passed (rule T5). */
export class AttemptTimer {
  readonly #call: Call;
  readonly #onTimeout: (error: TimeoutError, expiry: Expiry) => void;
  #stop: (() => void) | undefined;

  constructor(call: Call, onTimeout: (error: TimeoutError, expiry: Expiry) => void) {
    this.#call = call;
    this.#onTimeout = onTimeout;
  }

  start(): void {
    const { engine, node, request, beside } = this.#call;
    const { attemptTimeoutMs, timeoutMs } = request.policy;
    // An attempt beside its record has what the recorded one had.
    const since = beside === undefined ? node.budgetAt : engine.now() - (node.attemptAt - node.budgetAt);
    // A clock that went back makes no limit longer than it is.
    const callLeft = timeoutMs === undefined ? Infinity : Math.min(timeoutMs, since + timeoutMs - engine.now());
    const limit = Math.min(attemptTimeoutMs ?? Infinity, callLeft);
    if (limit === Infinity) return;
    const expiry: Expiry = callLeft <= limit ? { option: "timeoutMs", limitMs: timeoutMs ?? 0 } : { option: "attemptTimeoutMs", limitMs: attemptTimeoutMs ?? 0 };
    this.#stop = engine.after(Math.max(0, limit), () => {
      this.#call.outOfTime ||= expiry.option === "timeoutMs";
      this.#onTimeout(new TimeoutError(node.address, expiry.option, expiry.limitMs), expiry);
    });
  }

  stop(): void {
    this.#stop?.();
  }
}

/** The time at which a call's `timeoutMs` has passed, in ms since the epoch; Infinity if it has none. Kept across restarts. */
export function deadlineOf(call: Call): number {
  const { timeoutMs } = call.request.policy;
  return timeoutMs === undefined ? Infinity : call.node.budgetAt + timeoutMs;
}

/** The error of a call whose `timeoutMs` has passed already. */
export function passedDeadline(call: Call): TimeoutError | undefined {
  return call.engine.now() < deadlineOf(call) ? undefined : new TimeoutError(call.node.address, "timeoutMs", call.request.policy.timeoutMs ?? 0);
}
