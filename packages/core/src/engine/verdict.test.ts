import { describe, expect, test } from "vitest";
import { verdict } from "./verdict.ts";

const leaf = { type: "tool_call", endSeq: 0, endedParent: false } as const;
const code = { ...leaf, type: "agent_call" } as const;
/** The present attempt of the code that asks was opened by record 10. */
const opening = 10;

describe("what becomes of a call whose record was found", () => {
  test.each([
    ["R9: a leaf that a cut has made unstarted begins", { ...leaf, state: "unstarted" }, "begin"],
    ["R1: a completed leaf is reused", { ...leaf, state: "completed", endSeq: 5 }, "reuse"],
    ["R1: a completed agent is reused, also one that completed in this attempt", { ...code, state: "completed", endSeq: 15 }, "reuse"],
    ["T4: a pending retry continues", { ...leaf, state: "retrying", endSeq: 5 }, "continue"],
    ["R3: an open leaf has lost its attempt", { ...leaf, state: "open" }, "lost"],
    ["R3: an open agent is entered again", { ...code, state: "open" }, "reenter"],
    ["R3: an open branch is entered again", { ...code, type: "branch", state: "open" }, "reenter"],
    ["R4: a failure of this attempt is replayed as a failure", { ...leaf, state: "failed", endSeq: 15 }, "replay"],
    ["R4: a failure of this attempt is replayed, even if it is the one the attempt will end with", { ...leaf, state: "failed", endSeq: 15, endedParent: true }, "replay"],
    ["R4: a failure that ended an earlier attempt executes again", { ...leaf, state: "failed", endSeq: 5, endedParent: true }, "execute"],
    ["R4: a failure that an earlier attempt had caught is replayed", { ...leaf, state: "failed", endSeq: 5 }, "replay"],
    ["R4: a cancellation of this attempt is replayed", { ...leaf, state: "cancelled", endSeq: 15 }, "replay"],
    ["R4: a call that a failed attempt had cancelled executes again", { ...leaf, state: "cancelled", endSeq: 5 }, "execute"],
  ] as const)("%s", (_rule, node, expected) => {
    expect(verdict(node, opening)).toBe(expected);
  });
});
