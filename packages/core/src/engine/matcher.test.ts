import { describe, expect, test } from "vitest";
import type { CallNode } from "../history/call-node.ts";
import { emptyView, fold } from "../history/fold.ts";
import { createCodec } from "../values/codec.ts";
import { Matcher, type MatchRequest, type MatcherRules } from "./matcher.ts";

const codec = createCodec();
const input = (value: unknown) => (value === undefined ? undefined : codec.encode(value, "input").encoded);

/** Records as a run would leave them: `["fetch", 1]` is `fetch::tool_call` with input 1, `["fetch[a]", 1]` a keyed one. */
function recorded(...calls: readonly (readonly [segment: string, value: unknown])[]): CallNode[] {
  const view = emptyView();
  for (const [index, [segment, value]] of calls.entries()) {
    const encoded = input(value);
    fold(view, { k: "started", at: 0, a: `${segment}::tool_call`, ...(encoded && { i: encoded }) }, index + 1);
  }
  return view.top;
}

const request = (name: string, value: unknown, more: Partial<MatchRequest> = {}): MatchRequest => ({
  type: "tool_call",
  name,
  key: undefined,
  input: input(value),
  version: undefined,
  onInputChange: undefined,
  rerunVersions: false,
  once: false,
  address: () => name,
  ...more,
});

const known: MatcherRules = { strict: false, knownCode: true };
const changedCode: MatcherRules = { strict: false, knownCode: false };
const reopened: MatcherRules = { strict: true, knownCode: true };
const code = (error: string) => expect.objectContaining({ code: error });

describe("A2: numbers", () => {
  test("count per name and key, in the order of issue", () => {
    const matcher = new Matcher([], known);
    const numbers = [request("a", 1), request("a", 1), request("b", 1), request("a", 1, { key: "k" })].map((each) => matcher.take(each));
    expect(numbers).toMatchObject([{ number: 1 }, { number: 2 }, { number: 1 }, { number: 1 }]);
  });

  test("of new calls are above all recorded ones", () => {
    const matcher = new Matcher(recorded(["a", 1], ["a#2", 2], ["a#3", 3]), known);
    expect(matcher.take(request("a", 9))).toMatchObject({ node: undefined, number: 4, inputChanged: true });
    expect(matcher.take(request("a", 2))).toMatchObject({ node: { address: "a#2::tool_call" } });
  });
});

describe("A3: an unkeyed call", () => {
  test("takes the first unconsumed record with an equal input", () => {
    const matcher = new Matcher(recorded(["a", 1], ["a#2", 2], ["a#3", 1]), known);
    const taken = [1, 1, 2].map((value) => matcher.take(request("a", value)).node?.address);
    expect(taken).toEqual(["a::tool_call", "a#3::tool_call", "a#2::tool_call"]);
  });

  test("never takes a record of another actor or kind", () => {
    const matcher = new Matcher(recorded(["a", 1]), known);
    expect(matcher.take(request("b", 1)).node).toBeUndefined();
    expect(matcher.take(request("a", 1, { type: "llm_call" })).node).toBeUndefined();
  });

  test("compares values, not texts: the order of keys does not matter", () => {
    const matcher = new Matcher(recorded(["a", { x: 1, y: new Date(5) }]), known);
    expect(matcher.take(request("a", { y: new Date(5), x: 1 }))).toMatchObject({ node: { id: 1 }, inputChanged: false });
  });

  test("with another input takes the sole record of its name where the code is known to be the same", () => {
    expect(new Matcher(recorded(["a", 1]), known).take(request("a", 2))).toMatchObject({ node: { id: 1 }, inputChanged: true });
    expect(new Matcher(recorded(["a", 1]), changedCode).take(request("a", 2))).toMatchObject({ node: undefined, inputChanged: true });
    expect(new Matcher(recorded(["a", 1], ["a#2", 3]), known).take(request("a", 2))).toMatchObject({ node: undefined, inputChanged: true });
  });

  test("is refused if its own record was given to an earlier call with another input", () => {
    const matcher = new Matcher(recorded(["a", 1]), known);
    matcher.take(request("a", 2));
    expect(() => matcher.take(request("a", 1))).toThrow(code("AMBIGUOUS_REPLAY"));
  });

  test.each([
    ["reuse", changedCode, { node: { id: 1 }, inputChanged: true }],
    ["warn", changedCode, { node: undefined, inputChanged: true }],
    ["warn", known, { node: { id: 1 }, inputChanged: true }],
    ["rerun", known, { node: undefined, inputChanged: true }],
  ] as const)("R8: with another input and onInputChange %j", (onInputChange, rules, expected) => {
    expect(new Matcher(recorded(["a", 1]), rules).take(request("a", 2, { onInputChange }))).toMatchObject(expected);
  });

  test("R8: a re-run leaves the record for its own asker", () => {
    const matcher = new Matcher(recorded(["a", 1]), known);
    matcher.take(request("a", 2, { onInputChange: "rerun" }));
    expect(matcher.take(request("a", 1))).toMatchObject({ node: { id: 1 }, inputChanged: false });
  });

  test("R8: with another input and onInputChange fail is refused", () => {
    for (const rules of [known, changedCode]) {
      expect(() => new Matcher(recorded(["a", 1]), rules).take(request("a", 2, { onInputChange: "fail" }))).toThrow(code("INPUT_CHANGED"));
    }
  });

  test("that is not repeatable never becomes new while records of its name are left", () => {
    const matcher = new Matcher(recorded(["pay", 1], ["pay#2", 2]), known);
    expect(() => matcher.take(request("pay", 9, { once: true }))).toThrow(code("AMBIGUOUS_REPLAY"));
    const left = new Matcher(recorded(["pay", 1]), reopened);
    left.take(request("pay", 1, { once: true }));
    expect(left.take(request("pay", 2, { once: true }))).toMatchObject({ node: undefined, number: 2 });
  });
});

describe("A3: a keyed call", () => {
  test("takes the record of its key, whatever the others do", () => {
    const matcher = new Matcher(recorded(["a[x]", 1], ["a[y]", 2]), changedCode);
    expect(matcher.take(request("a", 2, { key: "y" }))).toMatchObject({ node: { id: 2 }, inputChanged: false });
    expect(matcher.take(request("a", 5, { key: "x" }))).toMatchObject({ node: { id: 1 }, inputChanged: true });
  });

  test("R8: with another input runs again or is refused if that was asked for", () => {
    const matcher = () => new Matcher(recorded(["a[x]", 1]), known);
    expect(matcher().take(request("a", 2, { key: "x", onInputChange: "rerun" }))).toMatchObject({ node: undefined, number: 2 });
    expect(() => matcher().take(request("a", 2, { key: "x", onInputChange: "fail" }))).toThrow(code("INPUT_CHANGED"));
  });
});

describe("A3: in a scope that was opened again", () => {
  test("only an equal input matches, keyed or not", () => {
    const matcher = new Matcher(recorded(["a", 1], ["b[x]", 1]), reopened);
    expect(matcher.take(request("a", 2, { onInputChange: "reuse" })).node).toBeUndefined();
    expect(matcher.take(request("b", 2, { key: "x" })).node).toBeUndefined();
    expect(matcher.take(request("a", 1)).node?.id).toBe(1);
    expect(matcher.take(request("b", 1, { key: "x" })).node?.id).toBe(2);
  });
});

test("A5: what nobody asked for is known", () => {
  const matcher = new Matcher(recorded(["a", 1], ["b", 1], ["a#2", 2]), known);
  matcher.take(request("a", 1));
  expect(matcher.unvisited().map((node) => node.address)).toEqual(["b::tool_call", "a#2::tool_call"]);
});

test("A3: 20,000 records asked for in reverse are all found", () => {
  const count = 20_000;
  const matcher = new Matcher(recorded(...Array.from({ length: count }, (_, index) => [`a#${index + 1}`, index] as const)), known);
  const wrong: number[] = [];
  for (let index = count - 1; index >= 0; index -= 1) if (matcher.take(request("a", index)).node?.id !== index + 1) wrong.push(index);
  expect(wrong).toEqual([]);
  expect(matcher.unvisited()).toEqual([]);
});

describe("R9: what a cut has made unstarted", () => {
  /** `fetch(1)`, which was open, and `fetch(2)`. */
  function withPlace(once = false): { readonly nodes: CallNode[]; readonly place: CallNode; readonly other: CallNode } {
    const nodes = recorded(["fetch", 1], ["fetch#2", 2]);
    const [place, other] = nodes as [CallNode, CallNode];
    place.state = "unstarted";
    place.once = once;
    return { nodes, place, other };
  }

  test.each([known, changedCode, reopened])("R9: keeps its place for an equal input, and for any that finds none: %o", (rules) => {
    const { nodes, place, other } = withPlace();
    const equal = new Matcher(nodes, rules);
    expect(equal.take(request("fetch", 2))).toEqual({ node: other, inputChanged: false });
    expect(equal.take(request("fetch", 1))).toEqual({ node: place, inputChanged: false });
    const changed = new Matcher(nodes, rules);
    expect(changed.take(request("fetch", 3))).toEqual({ node: place, inputChanged: false });
    expect(changed.take(request("fetch", 2))).toEqual({ node: other, inputChanged: false });
    expect(changed.take(request("fetch", 1))).toMatchObject({ node: undefined, number: 3 });
  });

  test("R9: does not make another record the only one of its name", () => {
    const { nodes, place, other } = withPlace();
    const matcher = new Matcher(nodes, known);
    expect(matcher.take(request("fetch", 1))).toMatchObject({ node: place });
    expect(matcher.take(request("fetch", 2))).toMatchObject({ node: other });
  });

  test("R9, R11: is nothing that a call could be mistaken for, and nobody misses it", () => {
    const nodes = recorded(["pay", 1]);
    (nodes[0] as CallNode).state = "unstarted";
    const matcher = new Matcher(nodes, reopened);
    expect(matcher.unvisited()).toEqual([]);
    expect(matcher.take(request("pay", 2, { once: true, onInputChange: "fail" }))).toMatchObject({ node: nodes[0], inputChanged: false });
  });
});

describe("A3, R2: a record that an earlier opening gave to another input", () => {
  /** The second record says that the first had been given to a call with input 2. */
  function given(): CallNode[] {
    const nodes = recorded(["a", 1], ["a#2", 3]);
    (nodes[0] as CallNode).givenTo = input(2)?.canonical;
    return nodes;
  }

  test.each([known, { ...changedCode, wish: "reuse" as const }])("is given to that input again, though it is not the only one any more: %j", ({ wish, ...rules }: MatcherRules & { wish?: "reuse" }) => {
    const matcher = new Matcher(given(), rules);
    expect(matcher.take(request("a", 2, { onInputChange: wish }))).toMatchObject({ node: { id: 1 }, inputChanged: true });
    expect(matcher.take(request("a", 3, { onInputChange: wish }))).toMatchObject({ node: { id: 2 }, inputChanged: false });
    expect(() => matcher.take(request("a", 1, { onInputChange: wish }))).toThrow(code("AMBIGUOUS_REPLAY"));
  });

  test("is given before the record of a later call with that very input, which comes next", () => {
    const nodes = recorded(["a", 1], ["a#2", 2]);
    (nodes[0] as CallNode).givenTo = input(2)?.canonical;
    const matcher = new Matcher(nodes, known);
    expect(matcher.take(request("a", 2))).toMatchObject({ node: { id: 1 }, inputChanged: true });
    expect(matcher.take(request("a", 2))).toMatchObject({ node: { id: 2 }, inputChanged: false });
  });

  test("is so by key, too, whatever is known of the code, each to its own", () => {
    const nodes = recorded(["a[k]", 1], ["a[k]#2", 3], ["a[k]#3", 2]);
    for (const node of nodes.slice(0, 2)) node.givenTo = input(2)?.canonical;
    const matcher = new Matcher(nodes, changedCode);
    for (const id of [1, 2]) expect(matcher.take(request("a", 2, { key: "k" }))).toMatchObject({ node: { id }, inputChanged: true });
    expect(matcher.take(request("a", 2, { key: "k" }))).toMatchObject({ node: { id: 3 }, inputChanged: false });
  });

  test("is told with the next record of its name, and once", () => {
    const nodes = recorded(["a[k]", 1], ["a[k]#2", 3]);
    const matcher = new Matcher(nodes, changedCode);
    for (const value of [2, 4]) matcher.take(request("a", value, { key: "k" }));
    const [first, second] = [nodes[0], nodes[1]];
    expect(matcher.take(request("a", 5, { key: "k" }))).toMatchObject({ node: undefined, given: [{ node: first, input: "2" }, { node: second, input: "4" }] });
    expect(matcher.take(request("a", 6, { key: "k" }))).toMatchObject({ node: undefined, given: [] });
  });

  test("is not where the code has changed, where the scope was opened again, or where its own call comes first", () => {
    for (const rules of [changedCode, reopened]) expect(new Matcher(given(), rules).take(request("a", 2))).toMatchObject({ node: undefined, inputChanged: true });
    const matcher = new Matcher(given(), known);
    expect(matcher.take(request("a", 1))).toMatchObject({ node: { id: 1 }, inputChanged: false });
    expect(matcher.take(request("a", 2))).toMatchObject({ node: undefined });
  });

  test("is refused or left alone as onInputChange says", () => {
    expect(() => new Matcher(given(), known).take(request("a", 2, { onInputChange: "fail" }))).toThrow(code("INPUT_CHANGED"));
    expect(new Matcher(given(), known).take(request("a", 2, { onInputChange: "rerun" }))).toMatchObject({ node: undefined, inputChanged: true });
  });
});
