import { join } from "node:path";
import { expect, test } from "vitest";
import { storeKinds } from "./support/actors.ts";
import type { Finished } from "./support/run-reprise.ts";
import { newDirectory, runKilledWhilePaying } from "./support/stores.ts";
import { useReprise } from "./support/use-reprise.ts";

test.each(storeKinds)("S4: on $kind a run that says it runs is dead where its process has died, and left where it was given back: handed off, or imported", { timeout: 120_000 }, async (kind) => {
  const directory = await newDirectory();
  const store = `${kind.kind}:${kind.place(directory)}`;
  const elsewhere = `${kind.kind}:${kind.place(await newDirectory())}`;
  const file = join(directory, "moved.reprise");
  const reprise = (...words: readonly string[]): Promise<Finished> => useReprise(words, { environment: { REPRISE_BACKEND: store } });
  await runKilledWhilePaying(store, "moved");
  expect(await reprise("list")).toMatchObject({ stdout: expect.stringMatching(/^moved +dead /mu) });
  expect(await reprise("show", "moved")).toMatchObject({ stderr: "nobody is at this run: it goes on when it is resumed, by your program or by reprise wake\n" });
  expect(await reprise("export", "moved", "--hand-off", "laptop", "--yes", "--out", file)).toMatchObject({ code: 0 });
  expect(await reprise("list")).toMatchObject({ stdout: expect.stringMatching(/^moved +left /mu) });
  expect(JSON.parse((await reprise("list", "--json")).stdout)).toMatchObject({ runs: [{ stateId: "moved", status: "left", lease: "none" }] });
  const unlessMoved = { code: 0, stderr: expect.stringMatching(/^nobody is at this run: [^\n]* unless it was handed off[^\n]*\n$/u) };
  expect(await reprise("show", "moved")).toMatchObject(unlessMoved);
  expect(await reprise("tail", "moved")).toMatchObject(unlessMoved);
  expect(await useReprise(["import", file, "--backend", elsewhere])).toMatchObject({ code: 0 });
  expect(await useReprise(["list", "--backend", elsewhere])).toMatchObject({ stdout: expect.stringMatching(/^moved +left /mu) });
});
