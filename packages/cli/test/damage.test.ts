import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { agent, createReprise } from "@reprise/core";
import { expect, test } from "vitest";
import { storeKinds } from "./support/actors.ts";
import type { Finished } from "./support/run-reprise.ts";
import { damage, filledStore, newDirectory } from "./support/stores.ts";
import { useReprise } from "./support/use-reprise.ts";

const timeout = 180_000;

const besides = agent({ name: "besides", run: (_input: undefined, context) => context.waitFor("amount") });

test.each(storeKinds)("on $kind damage is told apart from what is whole, and what can be read is saved into a new run", { timeout }, async (kind) => {
  const store = await filledStore(kind);
  const reprise = (...words: readonly string[]): Promise<Finished> => useReprise(words, { environment: { REPRISE_BACKEND: store } });
  const doctor = kind.kind === "fs";
  if (doctor) expect(await reprise("doctor")).toMatchObject({ code: 0, stdout: expect.stringMatching(/: 3 runs, healthy/u) });
  await damage(store);
  const verified = await reprise("verify");
  expect(verified).toMatchObject({ code: 1, stdout: expect.stringMatching(/asked: DAMAGED/u) });
  expect(verified.stdout).toMatch(/done: intact/u);
  if (doctor) expect(await reprise("doctor")).toMatchObject({ code: 1, stdout: expect.stringMatching(/NOT HEALTHY[^]*damaged:/u) });
  expect(await reprise("show", "asked")).toMatchObject({ code: 6, stdout: "", stderr: expect.stringContaining("CORRUPT") });
  expect(await reprise("salvage", "asked", "--id", "saved")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^saved has what could be saved of asked[^]*lost:/u) });
  expect((await reprise("show", "saved")).stdout).toContain("writer");
});

test.each(storeKinds)("on $kind a damaged run hides no other: list, pending and verify show the rest beside it, and say of it what is wrong", { timeout }, async (kind) => {
  const store = await filledStore(kind);
  const [, place = ""] = store.split(/:(.*)/u);
  const beside = createReprise({ backend: kind.open(place) });
  await beside.execute(besides, undefined, { stateId: "beside" });
  await beside.close();
  await damage(store);
  const reprise = (...words: readonly string[]): Promise<Finished> => useReprise(words, { environment: { REPRISE_BACKEND: store } });
  expect(await reprise("pending")).toMatchObject({ code: 1, stdout: expect.stringMatching(/^beside {2,}besides::amount::wait_call .*\ndamaged: asked: /mu), stderr: "" });
  const { code, stdout } = await reprise("pending", "--json");
  expect([code, JSON.parse(stdout)]).toMatchObject([1, { waits: [{ stateId: "beside", name: "amount" }], damaged: [{ stateId: "asked", message: expect.stringContaining("asked") }] }]);
  // Whoever names one run is told what is wrong with it.
  expect(await reprise("pending", "asked")).toMatchObject({ code: 6, stdout: "", stderr: expect.stringContaining("CORRUPT") });
  expect(await reprise("list")).toMatchObject({ stdout: expect.stringMatching(/^beside /mu) });
  expect(await reprise("verify", "nobody", "done")).toMatchObject({ code: 1, stdout: expect.stringMatching(/^done: intact, \d+ records\nnobody: CANNOT BE READ\n {2}NOT_FOUND: there is no run nobody/u), stderr: "" });
  expect(await reprise("verify", "nobody")).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("NOT_FOUND") });
});

test("list and pending of a store with a run whose head cannot be read show the rest, name that run and exit with 1", { timeout }, async () => {
  const place = join(await newDirectory(), "runs");
  const environment = { REPRISE_BACKEND: `fs:${place}` };
  const made = createReprise({ backend: fsBackend({ dir: place }) });
  for (const stateId of ["asked", "beside"]) await made.execute(besides, undefined, { stateId });
  await made.close();
  const head = (await readdir(place, { recursive: true })).find((name) => name.endsWith(join("asked", "head.json")));
  await writeFile(join(place, head ?? "missing"), "garbage");
  expect(await useReprise(["list"], { environment })).toMatchObject({ code: 1, stdout: expect.stringMatching(/^beside .*\ndamaged: asked: /mu), stderr: "" });
  expect(await useReprise(["pending"], { environment })).toMatchObject({ code: 1, stdout: expect.stringMatching(/^beside .*\ndamaged: asked: /mu), stderr: "" });
});

test("a directory that is no store is refused, and left as it is", { timeout }, async () => {
  const directory = await newDirectory();
  await writeFile(join(directory, "letter.txt"), "Dear reader");
  for (const words of [["list"], ["show", "x"], ["doctor"]]) {
    const { code, stdout, stderr } = await useReprise(words, { environment: { REPRISE_BACKEND: `fs:${directory}` } });
    expect([words, stdout]).toEqual([words, ""]);
    expect(code).toBeGreaterThan(1);
    expect(stderr).toMatch(/^reprise: [A-Z_]+: [^\n]*\n$/u);
  }
  expect(await readdir(directory)).toEqual(["letter.txt"]);
});
