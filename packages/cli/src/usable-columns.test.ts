import { expect, test } from "vitest";
import { usableColumns } from "./usable-columns.ts";

test("a terminal that does not know its size, or says what nobody could read on, is taken to have 80 columns", () => {
  for (const columns of [undefined, 0, 1, 19, Number.NaN]) expect([columns, usableColumns({ isTTY: true, columns })]).toEqual([columns, 80]);
  for (const columns of [20, 120]) expect(usableColumns({ isTTY: true, columns })).toBe(columns);
});

test("what is no terminal has no columns", () => {
  expect(usableColumns({ columns: 100 })).toBeUndefined();
});
