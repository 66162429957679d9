import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ActorFailedError, GroupFailedError } from "./call-errors.ts";
import { RepriseError } from "./reprise-error.ts";

test("what Node prints of an error shows its code, also of an error below another one: the code is the way to its page", () => {
  const error = new ActorFailedError("fetch::tool_call", 3, new RepriseError("LEASE_HELD", "run-1 is held by host-2"));
  expect(inspect(error)).toContain("code: 'ACTOR_FAILED'");
  expect(inspect(error)).toContain("code: 'LEASE_HELD'");
  expect(inspect(new GroupFailedError("pages::map_call", [], [error]))).toContain("code: 'GROUP_FAILED'");
});
