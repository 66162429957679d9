import { expect, test } from "vitest";
import { InboxWatch } from "./inbox-watch.ts";
import type { Store } from "./store.ts";

test("however often listeners come and go while it looks, there is one look at a time, and none when they have gone", async () => {
  const timers = new Set<() => void>();
  const setTimer = (_delayMs: number, callback: () => void): (() => void) => {
    const fire = (): void => {
      timers.delete(fire);
      callback();
    };
    timers.add(fire);
    return () => void timers.delete(fire);
  };
  const looks: (() => void)[] = [];
  const store = { read: () => new Promise((resolve) => looks.push(() => resolve([]))) } as unknown as Store;
  const watch = new InboxWatch(store, { setTimer });
  let stop = watch.add(1, () => undefined);
  for (let round = 1; round <= 3; round += 1) {
    expect([timers.size, looks.length]).toEqual([1, 0]);
    for (const fire of timers) fire();
    // Whoever listened has gone, and somebody else has come, before it was told what there is.
    stop();
    stop = watch.add(round, () => undefined);
    for (const end of looks.splice(0)) end();
    await new Promise(setImmediate);
  }
  stop();
  expect(timers.size).toBe(0);
});
