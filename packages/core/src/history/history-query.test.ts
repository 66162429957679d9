import fc from "fast-check";
import { expect, test } from "vitest";
import { isRepriseError } from "../errors/reprise-error.ts";
import { EventType, ExecutionStatus } from "../events/event-type.ts";
import { queryCalls, queryEvents, type EventQuery, type HistoryQuery } from "./history-query.ts";

// How to know that it works: against a filter that looks at each call for itself and compares addresses segment by
// segment, as lists, and by a table of what is near an address without being under it.

interface Made {
  readonly segments: readonly string[];
  readonly address: string;
  readonly type: EventType;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly at: number;
  readonly seq: number;
}

const anyName = fc.constantFrom("a", "ab", "agent_call", "fetch", "f");
const anySegment = fc
  .record({ name: anyName, key: fc.constantFrom("", "[k]", "[k2]"), number: fc.constantFrom("", "#2", "#21"), branch: fc.constantFrom("", "", "{0}", "{01}", "{0}#2") })
  .map(({ name, key, number, branch }) => ({ name, parts: [`${name}${key}${number}`, ...(branch === "" ? [] : [branch])] }));
const anyCall: fc.Arbitrary<Made> = fc
  .record({ path: fc.array(anySegment, { minLength: 1, maxLength: 4 }), type: fc.constantFrom(...Object.values(EventType)), status: fc.constantFrom(...Object.values(ExecutionStatus)), at: fc.nat(20), seq: fc.integer({ min: 1, max: 20 }) })
  .map(({ path, type, status, at, seq }) => {
    const segments = path.flatMap(({ parts }) => parts);
    return { segments, address: `${textOf(segments)}::${type}`, type, name: path.at(-1)?.name ?? "", status, startedAt: at, at, seq };
  });

function textOf(segments: readonly string[]): string {
  return segments.reduce((text, part) => (text === "" || part.startsWith("{") ? text + part : `${text}::${part}`), "");
}

const some = <T>(values: readonly T[]): fc.Arbitrary<T | T[]> => fc.oneof(fc.constantFrom(...values), fc.subarray([...values]));
const anyQuery = (calls: readonly Made[]): fc.Arbitrary<EventQuery> =>
  fc.record(
    {
      status: some(Object.values(ExecutionStatus)),
      type: some(Object.values(EventType)),
      actor: some(["a", "ab", "fetch"]),
      under: fc.nat().chain((pick) => {
        const { segments = ["a"], type = "group" } = calls[pick % Math.max(1, calls.length)] ?? {};
        return fc.tuple(fc.integer({ min: 1, max: segments.length }), fc.boolean()).map(([length, typed]) => textOf(segments.slice(0, length)) + (typed || segments[length - 1] === "agent_call" ? `::${type}` : ""));
      }),
      since: fc.nat(20),
      until: fc.nat(20),
      limit: fc.integer({ min: 1, max: 5 }),
      from: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: [] },
  );

function naive(calls: readonly Made[], query: EventQuery): Made[] {
  const has = <T>(wanted: T | readonly T[] | undefined, value: T): boolean => wanted === undefined || (Array.isArray(wanted) ? wanted.includes(value) : wanted === value);
  const under = query.under?.replace(/::(?:agent_call|tool_call|llm_call|group|branch|wait_call|sleep_call)$/u, "").replaceAll("{", "::{").split("::") ?? [];
  return calls
    .filter((call) => has(query.status, call.status) && has(query.type, call.type) && has(query.actor, call.name))
    .filter((call) => under.every((part, index) => call.segments[index] === part))
    .filter((call) => (query.since === undefined || call.at >= query.since) && (query.until === undefined || call.at < query.until))
    .filter((call) => query.from === undefined || call.seq >= query.from)
    .slice(0, query.limit);
}

test("S9: a query gives what a filter that looks at each call for itself gives, of calls and of events", () => {
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 12 }).chain((calls) => fc.tuple(fc.constant(calls), anyQuery(calls))), ([calls, query]) => {
      const { from: _, ...ofCalls } = query;
      expect(queryCalls(calls, ofCalls)).toEqual(naive(calls, ofCalls));
      expect(queryEvents(calls, query)).toEqual(naive(calls, query));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["research", ["research::agent_call", "research::fetch[doc-7]::tool_call", "research::pages{3}::branch"], ["researcher::agent_call", "research#2::agent_call", "research[x]::agent_call"]],
  ["research::agent_call", ["research::agent_call", "research::fetch::tool_call"], ["research#2::agent_call"]],
  ["research::pages", ["research::pages::group", "research::pages{3}::fetch::tool_call"], ["research::pages#2{3}::branch", "pages::group"]],
  ["research::pages{3}", ["research::pages{3}::branch", "research::pages{3}::fetch::tool_call"], ["research::pages{3}#2::branch", "research::pages{30}::branch", "research::pages::group"]],
  ["fetch[a%3A%3Ab]", ["fetch[a%3A%3Ab]::tool_call"], ["fetch[a]::tool_call"]],
])("S9: under %s, by whole segments", (under, inside, outside) => {
  const calls = [...inside, ...outside].map((address) => ({ address, name: "", type: "group" as const, status: "started" as const, startedAt: 0 }));
  expect(queryCalls(calls, { under }).map((call) => call.address)).toEqual(inside);
});

test.each([
  ["status", { status: "open" }, /status must be one of "started", .*, got "open"/u],
  ["status", { status: ["failed", 7] }, /status must be a string/u],
  ["type", { type: "tool" }, /type must be one of "agent_call"/u],
  ["actor", { actor: 7 }, /actor must be a string, or a list of strings, got 7/u],
  ["under", { under: "" }, /under must be an address or the path of one, .* got ""/u],
  ["under", { under: "a::::b" }, /under must be/u],
  ["under", { under: "a::" }, /under must be/u],
  ["under", { under: 3 }, /under must be .* got 3/u],
  ["since", { since: Number.NaN }, /since must be a time in ms since the epoch, got NaN/u],
  ["until", { until: "2026" }, /until must be a time/u],
  ["limit", { limit: 0 }, /limit must be a whole number from 1, got 0/u],
  ["limit", { limit: 1.5 }, /limit must be/u],
  ["from", { from: 0 }, /from must be a seq: a whole number from 1, got 0/u],
  ["adress", { adress: "x" }, /adress must be left out: a query is made of status, .* got "x"/u],
  ["query", null, /query must be an object, got null/u],
])("S9: a bad %s is refused by name, rule and value: %j", (path, query, message) => {
  const refusal = refused(() => queryEvents([], query as EventQuery));
  expect(isRepriseError(refusal, "INVALID_OPTION")).toBe(true);
  expect(refusal).toMatchObject({ path, message: expect.stringMatching(message) });
  if (path !== "from") expect(refused(() => queryCalls([], query as HistoryQuery))).toMatchObject({ code: "INVALID_OPTION", path });
});

function refused(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to throw");
}
