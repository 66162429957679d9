import type { Engine } from "../engine/engine.ts";
import { messageOf } from "../errors/message-of.ts";
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
      const detach = subscriber.attach(feed);
      if (detach) this.#detach.push(detach);
      return [];
    } catch (error) {
      return [error];
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
