import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fsMutants } from "./fs-mutants.ts";
import { hunt } from "./hunt.ts";
import { mutatedPackage, removeMutatedPackage } from "./mutated-package.ts";
import { edited, type Mutant } from "./mutant.ts";
import { sqliteMutants } from "./sqlite-mutants.ts";

// How to know that it works: every guard can be found where the list says, and once it is taken out, what the list says fails. And what
// fails does not fail of itself: it finds nothing in a copy in which nothing was changed.

// REPRISE_MUTANTS=all for all of them, some minutes; or a word that the guards contain.
const wanted = process.env["REPRISE_MUTANTS"] ?? "few";
const mutants: readonly Mutant[] = [...fsMutants, ...sqliteMutants];
const chosen = mutants.filter(({ guard, always }) => (wanted === "few" ? always === true : wanted === "all" || guard.includes(wanted)));
const hunts = [...new Map(chosen.map(({ project, by }) => [`${project} ${by}`, { project, by }])).values()];
const settings = { seeds: 4000, timeoutMs: 600_000 };
const timeout = 900_000;

test("every guard is where its mutant says, and has no other mutant", async () => {
  for (const { project, edits } of mutants) {
    for (const edit of edits) edited(await readFile(fileURLToPath(new URL(`../../../${project}/${edit.file}`, import.meta.url)), "utf8"), edit);
  }
  const names = mutants.map(({ guard, project }) => `${project}: ${guard}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(chosen.length).toBeGreaterThan(0);
});

test("a guard that is not there, or there twice, is said to have moved", () => {
  expect(() => edited("a b b", { file: "a.ts", from: "b", to: "" })).toThrow(/a\.ts holds "b" 2 times/u);
  expect(() => edited("a", { file: "a.ts", from: "b", to: "" })).toThrow(/0 times/u);
  expect(edited("a b", { file: "a.ts", from: "b", to: "$&" })).toBe("a $&");
});

describe.each(chosen.map((mutant, index) => ({ ...mutant, index })))("$project without this: $guard", ({ project, edits, by, index }) => {
  test(`is found by ${by}`, { timeout }, async () => {
    const copy = await mutatedPackage({ project, edits }, `${project}-${index}`);
    expect(await hunt(copy, by, settings)).toMatchObject({ found: true });
    await removeMutatedPackage(copy);
  });
});

test.each(hunts)("$by finds nothing in $project as it is", { timeout }, async ({ project, by }) => {
  const copy = await mutatedPackage({ project, edits: [] }, `${project}-intact`);
  expect(await hunt(copy, by, { ...settings, seeds: 100 })).toEqual({ found: false, by: "" });
  await removeMutatedPackage(copy);
});
