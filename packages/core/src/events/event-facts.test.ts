import { expect, test } from "vitest";
import { eventFacts } from "./event-facts.ts";
import type { ExecutionEvent } from "./execution-event.ts";

test("H1: the facts of an event are taken without decoding a value", () => {
  const decoded: string[] = [];
  const event: ExecutionEvent = {
    seq: 4,
    stateId: "r",
    status: "completed",
    address: "a::tool_call",
    type: "tool_call",
    name: "a",
    call: 3,
    parent: undefined,
    attempt: 1,
    at: 5,
    executionTimeMs: 2,
    get input() {
      return decoded.push("input");
    },
    get value() {
      return decoded.push("value");
    },
    get prompt() {
      return decoded.push("prompt");
    },
  };
  expect(JSON.parse(JSON.stringify(eventFacts(event)))).toEqual({ seq: 4, stateId: "r", status: "completed", address: "a::tool_call", type: "tool_call", name: "a", call: 3, attempt: 1, at: 5, executionTimeMs: 2 });
  expect(decoded).toEqual([]);
});
