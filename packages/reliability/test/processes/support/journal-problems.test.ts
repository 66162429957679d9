import { expect, test } from "vitest";
import { journalProblems, type Found } from "./journal-problems.ts";
import { lifeBefore, lifeLines, livesIn, textOf, type Life } from "./life.ts";

// What the loops rely on: every way in which a journal can be wrong is seen.

const found = (...epochs: readonly (readonly [life: string, epoch: number, count: number])[]): Found[] =>
  epochs.flatMap(([life, epoch, count]) => Array.from({ length: count }, (_, index) => ({ epoch, text: textOf(life, index + 1) }))).map((record, index) => ({ ...record, seq: index + 1 }));

const life = (name: string, epoch: number, lastSeq: number, more: Partial<Life> = {}): Life => ({ name, epoch, lastSeq, acquiredAt: epoch * 100, acknowledged: [], ...more });

// Groups begin with texts 1, 3, 4, 6, …: whole are 2, 3, 5, 6, … texts.
const a = life("a", 1, 0, { acknowledged: [{ seq: 2, first: 1, size: 2, calledAt: 110, acknowledgedAt: 115 }, { seq: 3, first: 3, size: 1, calledAt: 120, acknowledgedAt: 125 }] });
const b = life("b", 2, 3, { acknowledged: [{ seq: 5, first: 1, size: 2, calledAt: 210, acknowledgedAt: 215 }] });
const right = found(["a", 1, 3], ["b", 2, 2]);

test("a journal that holds what was acknowledged is right, with or without a tail that nobody was told of", () => {
  expect(journalProblems(right, [a, b], right.slice(0, 4).map(({ text }) => text))).toEqual([]);
  expect(journalProblems(found(["a", 1, 3], ["b", 2, 5]), [a, b])).toEqual([]);
  expect(journalProblems([], [])).toEqual([]);
});

const altered = (index: number, change: Partial<Found>): Found[] => right.map((record, at) => (at === index ? { ...record, ...change } : record));

test.each<[what: string, journal: readonly Found[], lives: readonly Life[], problem: RegExp]>([
  ["nothing at all", [], [a], /^lost: seq 1 was acknowledged/u],
  ["the last acknowledged record gone", right.slice(0, 3), [a, b], /^lost: seq 4 was acknowledged/u],
  ["another content", altered(1, { text: "a:9:" }), [a, b], /^lost: seq 2/u],
  ["another epoch", altered(2, { epoch: 2 }), [a, b], /^lost: seq 3/u],
  ["a gap", altered(3, { seq: 9 }), [a, b], /^record 4 has seq 9/u],
  ["epochs that fall", found(["b", 2, 2], ["a", 1, 3]), [], /stands behind epoch 2/u],
  ["a text left out", right.filter((_, index) => index !== 0).map((record, index) => ({ ...record, seq: index + 1 })), [], /^text 1 of epoch 1 \(a\)/u],
  ["a text twice", found(["a", 1, 3], ["a", 2, 3]).toSpliced(5, 1, { seq: 6, epoch: 2, text: textOf("a", 1) }), [], /^text 3 of epoch 2/u],
  ["half a group", found(["a", 1, 1]), [], /ends inside a group/u],
  ["one epoch twice", right, [a, b, life("c", 2, 3)], /b and c both have epoch 2/u],
  ["a zombie's record that its successor was not shown", right, [a, { ...b, lastSeq: 2 }], /^seq 3 of epoch 1 was not shown to b/u],
  ["records from the future", right, [a, { ...b, lastSeq: 4 }], /^seq 4 of epoch 2 was there before b acquired/u],
  ["an append of a zombie that was acknowledged", right, [{ ...a, acknowledged: [{ seq: 3, first: 3, size: 1, calledAt: 201, acknowledgedAt: 202 }] }, b], /^a called an append after a later epoch/u],
])("seen: %s", (_, journal, lives, problem) => {
  expect(journalProblems(journal, lives).some((text) => problem.test(text))).toBe(true);
});

test("seen: what was there before and is no longer", () => {
  expect(journalProblems(right, [], [...right.map(({ text }) => text), "more"])).toEqual(['seq 6 was "more" and is nothing']);
});

test("lives are read from what processes say", () => {
  const lines = ["ready", lifeLines.acquired("a", 1, 0, 100n), "fenced", lifeLines.acknowledged("a", 2, 1, 2, 110n, 115n), lifeLines.acquired("b", 2, 3, 200n)];
  expect(livesIn(lines)).toEqual([{ ...a, acknowledged: a.acknowledged.slice(0, 1) }, { ...b, acknowledged: [] }]);
});

test("of a life that was cut off only what was heard before counts", () => {
  expect(lifeBefore(a, 120)).toEqual({ ...a, acknowledged: a.acknowledged.slice(0, 1) });
  expect(lifeBefore(a, 100)).toBeUndefined();
});
