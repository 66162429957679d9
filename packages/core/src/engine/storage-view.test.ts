import { expect, test } from "vitest";
import { createCodec } from "../values/codec.ts";
import { StorageView } from "./storage-view.ts";

const codec = createCodec();
const encoded = (value: unknown) => codec.encode(value, "value").encoded;
const read = (view: StorageView, key: string): unknown => {
  const value = view.get(key);
  return typeof value === "object" ? value.decode() : value;
};

test("S1: a call sees its own writes and those of the calls around it", () => {
  const outer = new StorageView(undefined);
  outer.set("name", encoded("Ada"));
  const inner = new StorageView(outer);
  inner.set("age", encoded(36));
  expect([read(inner, "name"), read(inner, "age"), read(outer, "age")]).toEqual(["Ada", 36, undefined]);
  expect([...inner.keys()]).toEqual(["name", "age"]);
});

test("S1: writes are seen by the parent once they join, not before", () => {
  const outer = new StorageView(undefined);
  const inner = new StorageView(outer);
  inner.set("a", encoded([1]));
  inner.add("n", 2);
  inner.delete("gone");
  outer.set("gone", encoded(true));
  expect(read(outer, "a")).toBeUndefined();
  outer.join(inner.writes() ?? []);
  expect([read(outer, "a"), read(outer, "n"), read(outer, "gone")]).toEqual([[1], 2, undefined]);
});

test("S1: additions of branches side by side merge as a sum, in any order", () => {
  const outer = new StorageView(undefined);
  outer.set("n", encoded(10));
  const branches = [1, 2, 3].map((amount) => {
    const branch = new StorageView(outer);
    branch.add("n", amount);
    branch.add("n", amount);
    return branch;
  });
  for (const branch of branches.toReversed()) outer.join(branch.writes() ?? []);
  expect(read(outer, "n")).toBe(22);
});

test.each([
  ["to a value that was set", (view: StorageView) => view.set("n", encoded(5)), 8],
  ["after a deletion, to nothing", (view: StorageView) => view.delete("n"), 3],
  ["to what is not a number, from 0", (view: StorageView) => view.set("n", encoded("five")), 3],
])("S1: an addition %s is absolute and hides what is below", (_case, before, expected) => {
  const outer = new StorageView(undefined);
  outer.set("n", encoded(100));
  const view = new StorageView(outer);
  before(view);
  view.add("n", 3);
  expect(read(view, "n")).toBe(expected);
  outer.join(view.writes() ?? []);
  expect(read(outer, "n")).toBe(expected);
});

test("a view without writes records none", () => {
  expect(new StorageView(undefined).writes()).toBeUndefined();
});

test("S1: an addition to NaN is one to what is not a number, for no record holds it as a sum", () => {
  const view = new StorageView(undefined);
  view.set("n", encoded(Number.NaN));
  view.add("n", 3);
  expect(view.writes()).toEqual([["n", "s", 3]]);
});
