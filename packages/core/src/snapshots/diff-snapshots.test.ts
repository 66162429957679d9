import fc from "fast-check";
import { expect, test } from "vitest";
import { isRepriseError } from "../errors/reprise-error.ts";
import { createCodec } from "../values/codec.ts";
import type { ValueDifference } from "../values/value-difference.ts";
import { diffSnapshots } from "./diff-snapshots.ts";
import { diffToText } from "./diff-to-text.ts";
import type { CallDifference, EntryDifference, StateDiff } from "./state-diff.ts";
import type { CallSnapshot, StateSnapshot } from "./state-snapshot.ts";

// How to know that it works: three laws hold for any two snapshots. A snapshot does not differ from itself; what differs
// from b to a is the mirror image of what differs from a to b; and nothing is lost: a with the diff applied is b.

const codec = createCodec();
const anyTree = fc
  .oneof(
    fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true, withTypedArray: true, maxDepth: 2, maxKeys: 3 }),
    fc.constantFrom(1, 2, "a", "b", null, [1, 2, 3], { x: 1 }, new Map([["k", 1]]), new Map([["k", 2]])),
  )
  .chain((value) => {
    try {
      return fc.constant(codec.encode(value, "value").encoded.tree);
    } catch {
      return fc.constant(7);
    }
  });
const anyError = fc.record({ name: fc.constantFrom("Error", "TypeError"), message: fc.constantFrom("no", "never"), stack: fc.string() }, { requiredKeys: ["name", "message"] });

const anyCall: fc.Arbitrary<CallSnapshot> = fc
  .record(
    { address: fc.constantFrom("a::tool_call", "a#2::tool_call", "b::llm_call", "c::agent_call"), status: fc.constantFrom("started" as const, "completed" as const, "failed" as const, "cancelled" as const), attempts: fc.integer({ min: 1, max: 3 }), version: fc.constantFrom("1", "2"), input: anyTree, value: anyTree, error: anyError, reason: fc.constantFrom("x", "y") },
    { requiredKeys: ["address", "status", "attempts"] },
  )
  .map((call) => ({ call: 2, type: "tool_call", name: "a", startedAt: 1, ...call }));
const anyEntries = fc.dictionary(fc.constantFrom("k", "l", "__proto__", "$d"), anyTree, { maxKeys: 4, noNullPrototype: true });
const anyArtifacts = fc.dictionary(fc.constantFrom("page", "__proto__"), fc.record({ id: fc.constantFrom("a".repeat(64), "b".repeat(64)), size: fc.constant(7), kind: fc.constantFrom("value" as const, "bytes" as const) }), { noNullPrototype: true });
const anySnapshot: fc.Arbitrary<StateSnapshot> = fc
  .record({ stateId: fc.constantFrom("run-1", "run-2"), seq: fc.nat(99), status: fc.constantFrom("running" as const, "completed" as const), calls: fc.array(anyCall, { maxLength: 5 }), storage: anyEntries, artifacts: anyArtifacts, metadata: anyEntries })
  .map((part) => ({ at: 1, createdAt: 1, updatedAt: 1, checkpoints: [], ...part }));
/** Mostly alike, so that there is much to compare. */
const anyPair = fc.tuple(anySnapshot, anySnapshot, fc.boolean(), fc.boolean()).map(([a, b, calls, storage]) => [a, { ...b, ...(calls && { calls: a.calls }), ...(storage && { storage: a.storage }) }] as const);

test("S5: a snapshot does not differ from itself, nor from its copy through JSON", () => {
  fc.assert(
    fc.property(anySnapshot, (a) => {
      for (const copy of [a, JSON.parse(JSON.stringify(a)) as StateSnapshot]) {
        expect(diffSnapshots(a, copy)).toEqual({ a: { stateId: a.stateId, seq: a.seq }, b: { stateId: a.stateId, seq: a.seq }, equal: true, newCalls: [], removedCalls: [], changedCalls: [], changedStorage: [], newArtifacts: [], removedArtifacts: [], changedArtifacts: [], changedMetadata: [] });
      }
    }),
  );
});

test("S5: the diff from b to a is the mirror image of the diff from a to b, in the order of paths only not", () => {
  fc.assert(
    fc.property(anyPair, ([a, b]) => {
      expect(ordered(mirrored(diffSnapshots(a, b)))).toEqual(ordered(diffSnapshots(b, a)));
    }),
  );
});

test("S5: nothing is lost: the first snapshot with the diff applied has the calls, storage, metadata and status of the second", () => {
  fc.assert(
    fc.property(anyPair, ([a, b]) => {
      const diff = diffSnapshots(a, b);
      const result = applied(a, diff);
      // Canonical: the order of keys and the stacks of errors do not count.
      for (const part of ["storage", "artifacts", "metadata", "status", "calls"] as const) expect(canonical(result[part])).toBe(canonical(part === "calls" ? keyed(b.calls) : b[part]));
      expect(diff.equal).toBe(canonical([keyed(a.calls), a.storage, a.artifacts, a.metadata, a.status]) === canonical([keyed(b.calls), b.storage, b.artifacts, b.metadata, b.status]));
      expect(JSON.parse(JSON.stringify(diff))).toEqual(diff);
      expect(Object.isFrozen(diff) && Object.isFrozen(diff.newCalls)).toBe(true);
      for (const { differences } of [...diff.changedCalls, ...diff.changedStorage, ...diff.changedMetadata]) expect(differences.length).toBeGreaterThan(0);
      expect(diffToText(diff).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    }),
  );
});

function mirrored({ a, b, equal, status, newCalls, removedCalls, changedCalls, changedStorage, newArtifacts, removedArtifacts, changedArtifacts, changedMetadata }: StateDiff): StateDiff {
  return {
    a: b,
    b: a,
    equal,
    ...(status && { status: { before: status.after, after: status.before } }),
    newCalls: removedCalls,
    removedCalls: newCalls,
    changedCalls: changedCalls.map(turned),
    changedStorage: changedStorage.map(turned),
    newArtifacts: removedArtifacts.map(swapped),
    removedArtifacts: newArtifacts.map(swapped),
    changedArtifacts: changedArtifacts.map(swapped),
    changedMetadata: changedMetadata.map(turned),
  };
}

const opposite = { added: "removed", removed: "added", changed: "changed", type: "type" } as const;

function turned<Change extends CallDifference | EntryDifference>(change: Change): Change {
  return { ...swapped(change), differences: change.differences.map((difference): ValueDifference => ({ ...swapped(difference), kind: opposite[difference.kind] })) };
}

function swapped<Part extends { readonly before?: unknown; readonly after?: unknown }>(part: Part): Part {
  const { before: _before, after: _after, ...rest } = part;
  return { ...rest, ...("after" in part && { before: part.after }), ...("before" in part && { after: part.before }) } as unknown as Part;
}

// An entry of a Map whose key cannot be written in a path is named by its place in the map where it was seen first.
const placeless = (path: string): string => path.replaceAll(/values\(\)\[\d+\]/gu, "values()[]");
function ordered(diff: StateDiff): unknown {
  const sort = ({ differences, ...rest }: CallDifference | EntryDifference): unknown => ({ ...rest, differences: differences.map((difference) => [placeless(difference.path), difference.kind, JSON.stringify([difference.before, difference.after])].join(" ")).toSorted() });
  return { ...diff, changedCalls: diff.changedCalls.map(sort), changedStorage: diff.changedStorage.map(sort), changedMetadata: diff.changedMetadata.map(sort) };
}

/** Calls by address and use, as a diff pairs them, without times and seqs. */
function keyed(calls: readonly CallSnapshot[]): Record<string, unknown> {
  const uses = new Map<string, number>();
  return Object.fromEntries(
    calls.map(({ call: _call, startedAt: _startedAt, error, ...rest }) => {
      const use = (uses.get(rest.address) ?? 0) + 1;
      uses.set(rest.address, use);
      return [`${rest.address} ${use}`, { ...rest, ...(error && { error: { name: error.name, message: error.message } }) }];
    }),
  );
}

function applied(a: StateSnapshot, diff: StateDiff): Record<"calls" | "storage" | "artifacts" | "metadata" | "status", unknown> {
  const calls = keyed(a.calls);
  const place = ({ address }: { readonly address: string }, from: readonly CallSnapshot[], call: CallSnapshot): string => `${address} ${from.filter((other) => other.address === address).indexOf(call) + 1}`;
  for (const call of diff.removedCalls) delete calls[place(call, a.calls, call)];
  for (const { before, after } of diff.changedCalls) calls[place(before, a.calls, before)] = Object.values(keyed([after]))[0];
  // New uses of an address come behind those it had.
  const all = [...a.calls, ...diff.newCalls];
  for (const call of diff.newCalls) calls[place(call, all, call)] = Object.values(keyed([call]))[0];
  const artifacts = [...diff.newArtifacts, ...diff.removedArtifacts, ...diff.changedArtifacts].map(({ name, ...rest }) => ({ key: name, ...rest, differences: [] }));
  return { calls, storage: withEntries(a.storage, diff.changedStorage), artifacts: withEntries(a.artifacts, artifacts), metadata: withEntries(a.metadata, diff.changedMetadata), status: diff.status?.after ?? a.status };
}

function withEntries(entries: Readonly<Record<string, unknown>>, changes: readonly EntryDifference[]): Record<string, unknown> {
  const changed = new Map(Object.entries(entries));
  for (const change of changes) {
    if ("after" in change) changed.set(change.key, change.after);
    else changed.delete(change.key);
  }
  return Object.fromEntries(changed);
}

function canonical(tree: unknown): string {
  return codec.fromTree(tree).canonical;
}

const base: StateSnapshot = {
  stateId: "run-1", seq: 5, at: 1, status: "running", metadata: { tags: ["a"] }, createdAt: 1, updatedAt: 1, checkpoints: [], storage: { seen: 1, gone: true, list: [1, { x: "a" }] },
  artifacts: { page: { id: "a".repeat(64), size: 7, kind: "bytes" }, old: { id: "b".repeat(64), size: 8, kind: "value" } },
  calls: [
    { call: 2, address: "report::agent_call", type: "agent_call", name: "report", status: "started", attempts: 1, startedAt: 1 },
    { call: 3, parent: 2, address: "report::fetch::tool_call", type: "tool_call", name: "fetch", status: "completed", attempts: 1, startedAt: 1, endedAt: 2, input: 1, value: { items: ["a", "b"] } },
    { call: 5, parent: 2, address: "report::old::tool_call", type: "tool_call", name: "old", status: "failed", attempts: 2, startedAt: 1, error: { name: "Error", message: "\u001b[2Jno" } },
  ],
};
const changed: StateSnapshot = {
  ...base, seq: 9, status: "completed", metadata: { tags: ["b"] }, storage: { seen: 1, list: [1, { x: "b" }], added: "x".repeat(200) },
  artifacts: { page: { id: "c".repeat(64), size: 9, kind: "bytes" }, new: { id: "b".repeat(64), size: 8, kind: "value" } },
  calls: [
    { ...base.calls[0]!, status: "completed", value: "done" },
    { ...base.calls[1]!, attempts: 3, endedAt: 9, value: { items: ["a", "c", "d"] } },
    { call: 7, parent: 2, address: "report::new::llm_call", type: "llm_call", name: "new", status: "completed", attempts: 2, startedAt: 3, value: 42 },
  ],
};

test("S5: a diff reads well, and nothing recorded can play tricks on the screen", () => {
  expect(diffToText(diffSnapshots(base, changed))).toBe(
    [
      "run-1 at 5 -> run-1 at 9",
      "status: running -> completed",
      "new calls: 1",
      "  + report::new::llm_call completed (2 attempts): 42",
      "removed calls: 1",
      "  - report::old::tool_call failed (2 attempts): Error: \\u001b[2Jno",
      "changed calls: 2",
      "  ~ report::agent_call",
      '      status: "started" -> "completed"',
      '      value: added "done"',
      "  ~ report::fetch::tool_call",
      "      attempts: 1 -> 3",
      '      value.items[1]: "b" -> "c"',
      '      value.items[2]: added "d"',
      "changed storage: 3",
      `  + "added": "${"x".repeat(99)}…`,
      '  - "gone": true',
      '  ~ "list"',
      '      value[1].x: "a" -> "b"',
      "new artifacts: 1",
      '  + "new": value of 8 bytes, bbbbbbbbbbbb',
      "removed artifacts: 1",
      '  - "old": value of 8 bytes, bbbbbbbbbbbb',
      "changed artifacts: 1",
      '  ~ "page": bytes of 7 bytes, aaaaaaaaaaaa -> bytes of 9 bytes, cccccccccccc',
      "changed metadata: 1",
      '  ~ "tags"',
      '      value[0]: "a" -> "b"',
    ].join("\n"),
  );
  expect(diffToText(diffSnapshots(base, base))).toBe("run-1 at 5 -> run-1 at 5: no differences");
});

test("S5: times, seqs and stacks do not count: the same happening at another time is no difference", () => {
  const calls = base.calls.map((call) => ({ ...call, call: call.call + 10, startedAt: 99, ...(call.error && { error: { ...call.error, stack: "elsewhere" } }) }));
  expect(diffSnapshots(base, { ...base, stateId: "run-2", seq: 15, at: 9, createdAt: 9, updatedAt: 9, calls }).equal).toBe(true);
});

test.each([
  ["a", null, /a must be an object, got null/u],
  ["a.calls", { stateId: "x" }, /a\.calls must be a list of calls, got undefined/u],
  ["a.stateId", { ...base, stateId: 7 }, /a\.stateId must be the id of a run, got 7/u],
  ["a.calls[0]", { ...base, calls: [null] }, /a\.calls\[0\] must be a call with its address/u],
  ["a.storage", { ...base, storage: undefined }, /a\.storage must be an object/u],
  ["a.artifacts", { ...base, artifacts: 3 }, /a\.artifacts must be an object/u],
  ["a and b", { ...base, storage: { list: { $m: 5 } } }, /as they are recorded/u],
])("S5: what is no snapshot is refused: %s", (path, bad, message) => {
  let refusal: unknown;
  try {
    diffSnapshots(bad as StateSnapshot, { ...base, storage: { list: { $m: [] } } });
  } catch (error) {
    refusal = error;
  }
  expect(isRepriseError(refusal, "INVALID_OPTION")).toBe(true);
  expect(refusal).toMatchObject({ path, message: expect.stringMatching(message) });
});
