import fc from "fast-check";
import { expect, test } from "vitest";
import { Gate } from "./gate.ts";

/** A gate whose macrotasks are run by hand. */
function manualGate(): { readonly gate: Gate; readonly turn: () => boolean } {
  const turns: (() => void)[] = [];
  const gate = new Gate((callback) => void turns.push(callback));
  return {
    gate,
    turn: () => {
      const next = turns.shift();
      next?.();
      return next !== undefined;
    },
  };
}

test("R2: what waits is let through in the order of the journal, one per turn", () => {
  const { gate, turn } = manualGate();
  const released: number[] = [];
  for (const seq of [5, 2, 9, 1, 7]) gate.push(seq, () => released.push(seq));
  turn();
  expect(released).toEqual([1]);
  turn();
  expect(released).toEqual([1, 2]);
  while (turn());
  expect(released).toEqual([1, 2, 5, 7, 9]);
});

test("R2: what a released call asks for joins the queue by its seq", () => {
  const { gate, turn } = manualGate();
  const released: number[] = [];
  gate.push(10, () => released.push(10));
  gate.push(1, () => {
    released.push(1);
    gate.push(4, () => released.push(4));
  });
  while (turn());
  expect(released).toEqual([1, 4, 10]);
});

test("R2: any order of asking gives the order of the journal", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1_000)), (seqs) => {
      const { gate, turn } = manualGate();
      const released: number[] = [];
      for (const seq of seqs) gate.push(seq, () => released.push(seq));
      while (turn());
      expect(released).toEqual(seqs.toSorted((a, b) => a - b));
    }),
  );
});

test("a gate that was shut lets nothing through any more", () => {
  const { gate, turn } = manualGate();
  let released = false;
  gate.push(1, () => (released = true));
  gate.shut();
  gate.push(2, () => (released = true));
  while (turn());
  expect(released).toBe(false);
  expect(gate.size).toBe(0);
});
