import { expect, test, vi } from "vitest";
import { defaultSystem } from "./system.ts";

test("sha256 is that of FIPS 180-4, with Node's crypto and in plain JavaScript alike", () => {
  const data = new TextEncoder().encode("abc");
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(defaultSystem().sha256(data)).toBe(expected);
  const { process } = globalThis;
  vi.stubGlobal("process", undefined);
  try {
    expect(defaultSystem().sha256(data)).toBe(expected);
  } finally {
    vi.stubGlobal("process", process);
    vi.unstubAllGlobals();
  }
});

test("T6: a delay beyond 2^31-1 ms is split instead of firing at once", () => {
  vi.useFakeTimers();
  try {
    let fired = false;
    const delay = 2 ** 31 * 3;
    defaultSystem().setTimer(delay, () => (fired = true));
    vi.advanceTimersByTime(delay - 1);
    expect(fired).toBe(false);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test("T6: a timer that is cancelled leaves nothing behind", () => {
  vi.useFakeTimers();
  try {
    const cancel = defaultSystem().setTimer(2 ** 31 * 3, () => undefined);
    vi.advanceTimersByTime(2 ** 31);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test.each(["setImmediate", "MessageChannel"])("R2: yield comes after all microtasks (%s)", async (how) => {
  if (how === "MessageChannel") vi.stubGlobal("setImmediate", undefined);
  const { yield: yieldTurn } = defaultSystem();
  vi.unstubAllGlobals();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    yieldTurn(() => {
      order.push("macrotask");
      resolve();
    });
    let chain = Promise.resolve();
    for (let index = 0; index < 100; index += 1) chain = chain.then(() => undefined);
    void chain.then(() => order.push("microtasks"));
  });
  expect(order).toEqual(["microtasks", "macrotask"]);
});
