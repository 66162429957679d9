import type { Engine } from "../engine/engine.ts";
import { messageOf } from "../errors/message-of.ts";
import { showValue } from "../errors/show-value.ts";
import { InterruptReason, type InterruptChecker, type InterruptOptions } from "../events/interrupt-signal.ts";
import { isThenable } from "../values/is-thenable.ts";
import { abortedSignal, checkChecker, checkDeadline, interruptSignal } from "./check-interrupt.ts";

/** An object of its own for each time that a checker is set: the same function may be set again while it answers. */
interface CheckerInUse {
  readonly ask: InterruptChecker;
}

/** How often a checker is asked at most, in ms. */
const pollMs = 100;

/** What interrupts a run without a call of `interrupt`: an abort, a deadline, a checker (rule I2). None keeps the process alive, none outlives the run. */
export class InterruptTriggers {
  readonly #engine: Engine;
  #stopDeadline: (() => void) | undefined;
  #checker: CheckerInUse | undefined;
  #stopPolling: (() => void) | undefined;
  /** The faults of a checker are reported once. */
  #faulty = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Follows a signal until the run ends. */
  listen(signal: AbortSignal): void {
    const { interruption, endListeners } = this.#engine;
    const onAbort = (): void => void interruption.interrupt(abortedSignal(signal));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    endListeners.add(() => signal.removeEventListener("abort", onAbort));
  }

  /** Replaces the deadline, which is counted from now; `null` for none. */
  setDeadline(deadlineMs: number | null, message = `it took longer than its deadline of ${deadlineMs} ms`): void {
    checkDeadline(deadlineMs);
    const signal = interruptSignal({ reason: InterruptReason.TIMEOUT, message, triggeredBy: "deadline" });
    this.#stopDeadline?.();
    this.#stopDeadline = undefined;
    const engine = this.#engine;
    if (deadlineMs === null || engine.stopped !== undefined) return;
    this.#stopDeadline = engine.after(deadlineMs, () => void engine.interruption.interrupt(signal), { background: true });
  }

  /** Replaces the checker, which is asked at once; `null` for none. */
  setChecker(checker: InterruptChecker | null): void {
    checkChecker(checker);
    this.#stopPolling?.();
    this.#stopPolling = undefined;
    this.#faulty = false;
    this.#checker = checker === null ? undefined : { ask: checker };
    if (this.#checker !== undefined) this.#ask(this.#checker);
  }

  #ask(checker: CheckerInUse): void {
    if (this.#engine.stopped !== undefined || this.#checker !== checker) return;
    try {
      const answer = checker.ask();
      if (isThenable(answer)) {
        // What `then` of whatever this is throws is a fault like any other.
        void Promise.resolve(answer).then((value) => this.#take(checker, value), (error: unknown) => this.#fault(checker, messageOf(error)));
        return;
      }
      this.#take(checker, answer);
    } catch (error) {
      this.#fault(checker, messageOf(error));
    }
  }

  #take(checker: CheckerInUse, answer: unknown): void {
    if (this.#checker !== checker) return;
    if (answer === true) return this.#interrupt({ message: "the interrupt checker said so" });
    if (answer === false || answer === null || answer === undefined) return this.#askLater(checker);
    if (typeof answer !== "object") return this.#fault(checker, `it gave ${showValue(answer)}, which is neither a boolean nor a signal`);
    try {
      this.#interrupt(answer);
    } catch (error) {
      this.#fault(checker, messageOf(error));
    }
  }

  #interrupt(options: InterruptOptions): void {
    this.#engine.interruption.interrupt(interruptSignal({ triggeredBy: "interrupt checker", ...options }));
  }

  #askLater(checker: CheckerInUse): void {
    if (this.#engine.stopped !== undefined) return;
    this.#stopPolling = this.#engine.after(pollMs, () => this.#ask(checker), { background: true });
  }

  #fault(checker: CheckerInUse, what: string): void {
    if (this.#checker !== checker) return;
    if (!this.#faulty) this.#engine.log("warn", "INTERRUPT_CHECKER_FAILED", `the interrupt checker failed and goes on being asked; further failures are not reported: ${what}`);
    this.#faulty = true;
    this.#askLater(checker);
  }
}
