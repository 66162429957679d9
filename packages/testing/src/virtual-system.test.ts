import { expect, test } from "vitest";
import { virtualSystem } from "./virtual-system.ts";

test("one turn at a time, with every promise reaction of it over before the next", async () => {
  const system = virtualSystem();
  const seen: string[] = [];
  const chain = async (name: string): Promise<void> => {
    for (let link = 1; link <= 20; link += 1) await Promise.resolve();
    seen.push(`${name} settled`);
  };
  for (const name of ["a", "b", "c"]) {
    system.yield(() => {
      seen.push(name);
      void chain(name);
    });
  }
  await system.run();
  expect(seen).toEqual(["a", "a settled", "b", "b settled", "c", "c settled"]);
});

test("microtasks that were pending before the first turn are over when it comes", async () => {
  const system = virtualSystem();
  const seen: string[] = [];
  void Promise.resolve()
    .then(() => undefined)
    .then(() => seen.push("before"));
  system.yield(() => seen.push("turn"));
  await system.run();
  expect(seen).toEqual(["before", "turn"]);
});

test("timers fire when no turn is waiting, by due time and then in the order they were set", async () => {
  const system = virtualSystem({ now: 100 });
  const seen: string[] = [];
  const note = (name: string) => (): void => void seen.push(`${name} at ${system.now()}`);
  system.setTimer(20, note("late"));
  system.setTimer(10, note("first of two"));
  system.setTimer(10, () => {
    note("second of two")();
    system.yield(note("turn of the second"));
  });
  system.setTimer(0, note("at once"));
  system.setTimer(-5, note("in the past"));
  system.yield(note("turn"));
  await system.run();
  expect(seen).toEqual([
    "turn at 100",
    "at once at 100",
    "in the past at 100",
    "first of two at 110",
    "second of two at 110",
    "turn of the second at 110",
    "late at 120",
  ]);
});

test("promise reactions of one timer are over before the next timer of the same time", async () => {
  const system = virtualSystem();
  const seen: string[] = [];
  for (const name of ["a", "b"]) {
    system.setTimer(5, () => {
      seen.push(name);
      void (async () => {
        await Promise.resolve();
        await Promise.resolve();
        seen.push(`${name} settled`);
      })();
    });
  }
  await system.run();
  expect(seen).toEqual(["a", "a settled", "b", "b settled"]);
});

test("a cancelled timer does not fire", async () => {
  const system = virtualSystem();
  const cancel = system.setTimer(5, () => expect.unreachable());
  cancel();
  cancel();
  await system.run();
  expect(system.now()).toBe(0);
});

test("advance fires what is due, the end included, and leaves the clock exactly there", async () => {
  const system = virtualSystem();
  const seen: number[] = [];
  for (const delay of [5, 10, 10.5]) system.setTimer(delay, () => seen.push(system.now()));
  await system.advance(10);
  expect(seen).toEqual([5, 10]);
  expect(system.now()).toBe(10);
  await system.advance(1);
  expect(seen).toEqual([5, 10, 10.5]);
  expect(system.now()).toBe(11);
});

test("background timers do not keep a run going, but fire when time passes them", async () => {
  const system = virtualSystem();
  let beats = 0;
  const beat = (): void => {
    beats += 1;
    system.setTimer(10, beat, { background: true });
  };
  system.setTimer(10, beat, { background: true });
  await system.run();
  expect(beats).toBe(0);
  system.setTimer(35, () => undefined);
  await system.run();
  expect(beats).toBe(3);
});

test("runUntil gives the value, or throws the reason, and goes no further", async () => {
  const system = virtualSystem();
  let late = false;
  system.setTimer(100, () => {
    late = true;
  });
  const value = new Promise<string>((resolve) => void system.setTimer(10, () => resolve("value")));
  expect(await system.runUntil(value)).toBe("value");
  const reason = new Promise<string>((_, reject) => void system.setTimer(10, () => reject(new Error("reason"))));
  await expect(system.runUntil(reason)).rejects.toThrow("reason");
  expect({ late, now: system.now() }).toEqual({ late: false, now: 20 });
});

test("runUntil throws where nothing is left that could settle the promise", async () => {
  const system = virtualSystem();
  system.setTimer(5, () => undefined, { background: true });
  await expect(system.runUntil(new Promise(() => undefined))).rejects.toThrow("nothing is left that could settle");
});

test("what a callback throws comes out of the drive, which can then go on", async () => {
  const system = virtualSystem();
  const seen: string[] = [];
  system.yield(() => {
    throw new Error("from a turn");
  });
  system.yield(() => seen.push("next"));
  await expect(system.run()).rejects.toThrow("from a turn");
  await system.run();
  expect(seen).toEqual(["next"]);
});

test("driving twice at the same time is refused", async () => {
  const system = virtualSystem();
  const first = system.run();
  await expect(system.run()).rejects.toThrow("being driven already");
  await first;
});

test("turnMs lets time pass between turns, so that timers come between them", async () => {
  const system = virtualSystem({ turnMs: () => 3 });
  const seen: string[] = [];
  for (const name of ["a", "b", "c"]) system.yield(() => seen.push(`${name} at ${system.now()}`));
  system.setTimer(4, () => seen.push(`timer at ${system.now()}`));
  await system.run();
  expect(seen).toEqual(["a at 3", "timer at 6", "b at 9", "c at 12"]);
});

test("randomness and ids follow the seed", () => {
  const draw = (seed: number): unknown => {
    const system = virtualSystem({ seed });
    return [system.random(), system.newId(), system.newId()];
  };
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
  expect(virtualSystem().newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("sha256 is the real one", () => {
  expect(virtualSystem().sha256(new TextEncoder().encode("abc"))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
