import { createHash } from "node:crypto";
import { checkKnown, invalidOption, type OptionNames, type System } from "@reprise/core/spi";
import { seededRandom } from "./seeded-random.ts";
import { StalledError } from "./stalled-error.ts";
import { timerQueue, type Timer } from "./timer-queue.ts";

// Taken before a test can replace the global by a fake one: the driver needs real turns.
const realTurn = globalThis.setImmediate;

/** Options of {@link virtualSystem}. */
export interface VirtualSystemOptions {
  /** Where the clock starts, in ms since the epoch. Default: 0. */
  readonly now?: number;
  /** Of `random()` and `newId()`. Default: 1. */
  readonly seed?: number;
  /**
   * How long a turn of `yield` keeps the clock running, in ms; timers that are due by then fire before it. Default: 0, so
   * that time stands still while there is work.
   */
  readonly turnMs?: () => number;
}

const optionNames: OptionNames<VirtualSystemOptions> = { now: true, seed: true, turnMs: true };

function check(options: VirtualSystemOptions): void {
  checkKnown(options, optionNames, "virtualSystem");
  const { now = 0, seed = 1, turnMs } = options;
  if (!Number.isFinite(now)) invalidOption("now", "a number of milliseconds since the epoch", now, "virtualSystem");
  if (!Number.isFinite(seed)) invalidOption("seed", "a number", seed, "virtualSystem");
  if (turnMs !== undefined && typeof turnMs !== "function") invalidOption("turnMs", "a function that gives milliseconds", turnMs, "virtualSystem");
}

/**
 * A `System` whose time and chance belong to the test. Nothing happens by itself: `run`, `advance` and `runUntil` drive it.
 * Handlers must not wait for anything real (files, sockets, `setTimeout`): the clock would not know.
 */
export interface VirtualSystem extends System {
  /** Runs until no turn is waiting and no timer that keeps a process alive is left. Time jumps from timer to timer. */
  run(): Promise<void>;
  /** Runs everything that is due within the next `ms`, and leaves the clock exactly there. */
  advance(ms: number): Promise<void>;
  /**
   * Runs until the promise settles, and gives what it gave. Throws if nothing is left that could settle it.
   * Timers due at a later time do not fire.
   */
  runUntil<T>(promise: Promise<T>): Promise<T>;
  /** Turns and timers that are waiting. */
  readonly pending: { readonly turns: number; readonly timers: number };
}

/**
 * A clock, timers, turns, randomness and ids for tests, driven by hand.
 *
 * One `yield` callback runs per turn, and all promise reactions that follow from it are over before the next. A timer
 * fires only when no turn is waiting; timers fire by due time, then in the order they were set, one per turn. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { virtualSystem } from "@reprise/testing";
 *
 * const system = virtualSystem({ now: 1_000 });
 * const woken = new Promise<number>((resolve) => system.setTimer(60_000, () => resolve(system.now())));
 * console.log(await system.runUntil(woken)); // 61000
 * ```
 */
export function virtualSystem(options: VirtualSystemOptions = {}): VirtualSystem {
  check(options);
  const random = seededRandom(options.seed ?? 1);
  const turns: (() => void)[] = [];
  const timers = timerQueue();
  let now = options.now ?? 0;
  let driven = false;

  function fire(timer: Timer): void {
    now = Math.max(now, timer.dueAt);
    timers.remove(timer);
    timer.callback();
  }
  /** Runs what is next; false if that would be later than `until`, or if nothing is left. */
  function step(until: number): boolean {
    const timer = timers.next();
    if (turns.length > 0) {
      if (options.turnMs) now += options.turnMs();
      if (options.turnMs && timer && timer.dueAt <= now) fire(timer);
      else turns.shift()?.();
      return true;
    }
    if (!timer || timer.dueAt > until) return false;
    fire(timer);
    return true;
  }
  async function drive(more: () => boolean): Promise<void> {
    if (driven) throw new TypeError("this virtual system is being driven already: await the first run, advance or runUntil");
    driven = true;
    try {
      do await microtasks();
      while (more());
    } finally {
      driven = false;
    }
  }
  return {
    now: () => now,
    random,
    newId: () => uuid(random),
    sha256: (data) => createHash("sha256").update(data).digest("hex"),
    owner: "virtual:1",
    setTimer(delayMs, callback, settings) {
      const timer = timers.add(now + Math.max(0, delayMs), callback, settings?.background === true);
      return () => timers.remove(timer);
    },
    yield: (callback) => void turns.push(callback),
    run: () => drive(() => (turns.length > 0 || timers.foreground > 0) && step(Number.POSITIVE_INFINITY)),
    async advance(ms) {
      const until = now + ms;
      await drive(() => step(until));
      now = Math.max(now, until);
    },
    async runUntil<T>(promise: Promise<T>): Promise<T> {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      promise.then(settle, settle);
      await drive(() => !settled && (turns.length > 0 || timers.foreground > 0) && step(Number.POSITIVE_INFINITY));
      if (!settled) throw new StalledError(now);
      return promise;
    },
    get pending() {
      return { turns: turns.length, timers: timers.size };
    },
  };
}

/** Resolves in a new macrotask of the runtime: every microtask of this one, and all that follow from them, are over by then. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => {
    realTurn(resolve);
  });
}

function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = "4";
  digits[16] = "89ab".charAt(Math.floor(random() * 4));
  const text = digits.join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}
