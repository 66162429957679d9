import { expect, test } from "vitest";
import { FlushTurns } from "./flush-turns.ts";

/** Turns that are let pass by hand, `following` of which have been asked for. */
function turnsByHand(following = 0) {
  const waiting: (() => void)[] = [];
  let flushed = 0;
  let left = following;
  const turns = new FlushTurns({ flush: () => void (flushed += 1), more: () => left > 0, yield: (callback) => void waiting.push(callback) });
  return {
    turns,
    flushed: () => flushed,
    pass() {
      left -= 1;
      waiting.shift()?.();
    },
  };
}

test("what was appended in one turn is flushed once at its end, if no other turn is asked for", async () => {
  const { turns, flushed } = turnsByHand();
  turns.ask();
  turns.ask();
  expect([turns.asked, flushed()]).toEqual([true, 0]);
  await Promise.resolve();
  expect([turns.asked, flushed()]).toEqual([false, 1]);
  turns.ask();
  await Promise.resolve();
  expect(flushed()).toBe(2);
});

test("turns that follow one another share a flush, whether they append or not", async () => {
  const { turns, flushed, pass } = turnsByHand(3);
  turns.ask();
  await Promise.resolve();
  pass();
  turns.ask();
  pass();
  expect([turns.asked, flushed()]).toEqual([true, 0]);
  pass();
  expect([turns.asked, flushed()]).toEqual([false, 1]);
});

test("after 16 turns there is a flush, however many follow", async () => {
  const { turns, flushed, pass } = turnsByHand(Number.POSITIVE_INFINITY);
  turns.ask();
  await Promise.resolve();
  for (let turn = 2; turn < 16; turn += 1) pass();
  expect(flushed()).toBe(0);
  pass();
  expect(flushed()).toBe(1);
  turns.ask();
  await Promise.resolve();
  pass();
  expect(flushed()).toBe(1);
});
