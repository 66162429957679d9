/** A timer that has not fired. */
export interface Timer {
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly callback: () => void;
  readonly background: boolean;
}

/** Timers by due time; those due together in the order they were added. */
export interface TimerQueue {
  readonly size: number;
  /** How many of them keep a process alive. */
  readonly foreground: number;
  add(dueAt: number, callback: () => void, background: boolean): Timer;
  /** No effect if it is not there any more. */
  remove(timer: Timer): void;
  next(): Timer | undefined;
}

/** A sorted array: tests have few timers at a time, and insertion near the end is what they do. */
export function timerQueue(): TimerQueue {
  const timers: Timer[] = [];
  let foreground = 0;
  return {
    get size() {
      return timers.length;
    },
    get foreground() {
      return foreground;
    },
    add(dueAt, callback, background) {
      if (Number.isNaN(dueAt)) throw new TypeError("the delay of a timer must be a number of milliseconds, got NaN");
      const timer: Timer = { dueAt, callback, background };
      let index = timers.length;
      while (index > 0 && (timers[index - 1] as Timer).dueAt > dueAt) index -= 1;
      timers.splice(index, 0, timer);
      if (!background) foreground += 1;
      return timer;
    },
    remove(timer) {
      const index = timers.indexOf(timer);
      if (index < 0) return;
      timers.splice(index, 1);
      if (!timer.background) foreground -= 1;
    },
    next: () => timers[0],
  };
}
