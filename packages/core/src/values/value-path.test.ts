import { expect, test } from "vitest";
import { formatPath } from "./value-path.ts";

test("a path reads like the code that would reach the value", () => {
  const keys = ["items", 3, "a b", "$ok", "0", { kind: "entry", part: "value", index: 2, key: "ann" }, { kind: "entry", part: "value", index: 2, key: 7 }, { kind: "entry", part: "value", index: 2, key: {} }] as const;
  expect(formatPath("result", keys)).toBe('result.items[3]["a b"].$ok["0"].get("ann").get(7).values()[2]');
  expect(formatPath("result", [{ kind: "entry", part: "key", index: 2, key: "ann" }, { kind: "item", index: 1 }, { kind: "extension", name: "Money" }, { kind: "error", index: 4 }])).toBe("result.keys()[2].values()[1]<Money>.errors[4]");
});

test("long keys are cut, unknown steps left out", () => {
  expect(formatPath("input", ["x".repeat(65), undefined])).toBe(`input["${"x".repeat(64)}…"]`);
});
