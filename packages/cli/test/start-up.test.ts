import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createReprise } from "@reprise/core";
import { beforeAll, describe, expect, test } from "vitest";
import { fetchPage, storeKinds } from "./support/actors.ts";
import { runReprise } from "./support/run-reprise.ts";
import { filledStore, newDirectory } from "./support/stores.ts";

// A command is to be there in less than 150 ms. How long it takes is a matter of the machine; what it loads for it is not.

const noteLoads = fileURLToPath(new URL("./support/note-loads.ts", import.meta.url));

/** The packages, and of core the folders, whose modules a command loads. */
async function loadedFor(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<{ readonly parts: ReadonlySet<string>; readonly modules: number; readonly stdout: string }> {
  const file = join(await newDirectory(), "loads");
  const { code, stdout, stderr } = await runReprise(words, { environment: { ...environment, REPRISE_TEST_LOADS: file }, node: ["--import", noteLoads] });
  expect([code, stderr]).toEqual([0, ""]);
  const urls = (await readFile(file, "utf8")).trim().split("\n");
  const ours = urls.filter((url) => !url.startsWith("node:") && !url.endsWith("/note-loads.ts"));
  return { parts: new Set(ours.map(partOf)), modules: ours.length, stdout };
}

function partOf(url: string): string {
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(url)?.[1];
  return dependency ?? /\/packages\/(core\/src\/[^/]+|[^/]+)/u.exec(url)?.[1] ?? url;
}

const heavy = ["zod", "core/src/index.ts", "core/src/engine", "core/src/journal", "core/src/transfer", "string-width"];

test.concurrent.each(["--help", "--version"])("%s loads what parses words, and nothing else", { timeout: 60_000 }, async (word) => {
  const { parts } = await loadedFor([word]);
  expect([...parts].toSorted()).toEqual(["cli", "commander"]);
});

test.concurrent("the help of one command opens nothing", { timeout: 60_000 }, async () => {
  const { parts } = await loadedFor(["list", "--help"]);
  for (const part of [...heavy, "backend-fs", "backend-sqlite"]) expect(parts).not.toContain(part);
});

describe.each(storeKinds)("list on $kind", { timeout: 60_000 }, (kind) => {
  let store = "";
  beforeAll(async () => {
    store = await filledStore(kind);
  });

  test("loads no engine, no schemas, no drawing and no other backend", async () => {
    for (const words of [["list"], ["list", "--json"]]) {
      const { parts, modules, stdout } = await loadedFor(words, { REPRISE_BACKEND: store });
      expect(stdout).toContain("asked");
      expect(parts).toContain(`backend-${kind.kind}`);
      for (const part of [...heavy, kind.kind === "fs" ? "backend-sqlite" : "backend-fs"]) expect(parts).not.toContain(part);
      // With the engine and its schemas they are more than 400.
      expect(modules).toBeLessThan(200);
    }
  });

  test("measures other scripts where there are some", async () => {
    const place = kind.place(await newDirectory());
    const reprise = createReprise({ backend: kind.open(place) });
    await reprise.execute(fetchPage, "home", { stateId: "wide", metadata: { pipelineName: "日本語", tags: ["web"] } });
    await reprise.execute(fetchPage, "home", { stateId: "narrow", metadata: { pipelineName: "pages", tags: ["web"] } });
    await reprise.close();
    const { parts, stdout } = await loadedFor(["list"], { REPRISE_BACKEND: `${kind.kind}:${place}` });
    expect(parts).toContain("string-width");
    const [title = "", ...rows] = stdout.trimEnd().split("\n");
    const column = title.indexOf("CHANGED");
    for (const row of rows) expect(row.replace("日本語", "日本語...").slice(column)).toMatch(/^[\d<]/u);
  });
});
