import type { Engine } from "../engine/engine.ts";
import { messageOf } from "../errors/message-of.ts";
import { showValue } from "../errors/show-value.ts";
import type { RunFeed, Subscriber } from "../ports/subscriber.ts";

/** The subscribers of one handle, from its opening to its end. Their faults never reach the run (rule H5). */
export class AttachedSubscribers {
  readonly #engine: Engine;
  readonly #detach: (() => void | Promise<void>)[] = [];

  constructor(engine: Engine, subscribers: readonly Subscriber[], feed: RunFeed) {
    this.#engine = engine;
    const faults = subscribers.flatMap((subscriber) => this.#attach(subscriber, feed));
    // Once all listen: another subscriber may be the one that shows it.
    for (const fault of faults) this.#report("could not be attached", fault);
  }

  /** Hands over what was published and lets them go, the last one first. */
  async detach(): Promise<void> {
    await this.#patiently(this.#engine.bus.drained());
    for (const detach of this.#detach.toReversed()) await this.#patiently(this.#safely(detach));
  }

  /** A subscriber may end what it is at, but one that never does cannot keep the run from ending. */
  async #patiently(work: Promise<unknown>): Promise<void> {
    const { system, options } = this.#engine;
    let stopTimer = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      stopTimer = system.setTimer(options.graceMs, resolve);
    });
    await Promise.race([work, patience]);
    stopTimer();
  }

  #attach(subscriber: Subscriber, feed: RunFeed): unknown[] {
    try {
      const given: unknown = subscriber.attach(feed);
      if (typeof given === "function") this.#detach.push(given as () => void | Promise<void>);
      else if (given !== undefined && given !== null) void this.#lookAt(given);
      return [];
    } catch (error) {
      return [error];
    }
  }

  /** What is not written in TypeScript gives what it likes: a promise, too, whose rejection would end the process if nobody looked at it. */
  async #lookAt(given: unknown): Promise<void> {
    try {
      const late: unknown = await given;
      if (late === undefined) return;
      throw new TypeError(`it gave ${late === given ? "" : "a promise of "}${showValue(late)}, which is no function that ends it`);
    } catch (error) {
      this.#report("could not be attached", error);
    }
  }

  async #safely(detach: () => void | Promise<void>): Promise<void> {
    try {
      await detach();
    } catch (error) {
      this.#report("failed while the run was closed", error);
    }
  }

  #report(what: string, error: unknown): void {
    this.#engine.log("error", "SUBSCRIBER_FAILED", `a subscriber ${what}: ${messageOf(error)}`);
  }
}
