import { expect, test } from "vitest";
import { LeaseHeldError } from "./storage-errors.ts";
import { SealedError } from "./transfer-errors.ts";
import { ExecutionAwaitingError } from "./wait-errors.ts";

test.each([Infinity, 1e300, NaN])("a stored time that no calendar has, %s, is still told by the error that names it", (time) => {
  expect(new LeaseHeldError("run-1", { owner: "ada", since: time }).message).toBe(`run run-1 is held by ada since ${time} ms, which is no date`);
  expect(new SealedError("run-1", { at: time }).message).toContain(`at ${time} ms, which is no date`);
  expect(new ExecutionAwaitingError("run-1", [], time).message).toContain(`until ${time} ms, which is no date`);
});

test("a time is told in UTC", () => {
  expect(new LeaseHeldError("run-1", { owner: "ada", since: 0 }).message).toBe("run run-1 is held by ada since 1970-01-01T00:00:00.000Z");
});
