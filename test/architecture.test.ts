import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  hiddenImports,
  longSources,
  rulesDefinedIn,
  rulesNotBuilt,
  rulesTested,
  starExports,
  strayEffects,
  strayModules,
  unexplainedDependencies,
  unknownRules,
  wrongDependencies,
  wrongDirections,
  type PackageRule,
} from "./support/architecture-rules.ts";
import { readRootManifest, readWorkspace, sourceFile, type Manifest, type WorkspacePackage } from "./support/workspace.ts";

/**
 * Who imports whom, and where each package touches the world. No package's src imports `@reprise/testing`.
 *
 *     retry                                              a leaf
 *     core        <-  backend-memory, backend-fs, backend-sqlite, printer    through core's spi only
 *     core        <-  http                               web standards, no runtime of its own
 *     core, retry <-  flow, testing
 *     all         <-  cli, apps/demo
 *     reliability                                        private: a runner that imports none of them; its tests import all
 *     apps/site                                          private: reads the sources of all, imports none
 *     core, backends, printer <-  bench                  private: measures them, and their peers, which it loads where they are installed
 */
const picture: { readonly [folder: string]: PackageRule } = {
  "packages/retry": { entries: [], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: [] } },
  "packages/core": { entries: [], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: [] } },
  "packages/backend-memory": { entries: ["@reprise/core/spi"], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: [] } },
  "packages/backend-fs": {
    entries: ["@reprise/core/spi"],
    edges: ["src/system.ts", "src/real-io.ts"],
    modules: { pattern: /^node:fs(?:\/|$)/, only: ["src/real-io.ts"] },
  },
  "packages/backend-sqlite": {
    entries: ["@reprise/core/spi"],
    edges: ["src/system.ts", "src/node-sqlite.ts", "src/real-files.ts", "src/real-processes.ts"],
    modules: { pattern: /^node:(?:fs(?:\/|$)|sqlite)/, only: ["src/node-sqlite.ts", "src/real-files.ts", "src/real-processes.ts"] },
  },
  "packages/printer": { entries: ["@reprise/core/spi"], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: ["src/system.ts"] } },
  "packages/cli": {
    entries: ["@reprise/core", "@reprise/core/spi", "@reprise/backend-fs", "@reprise/backend-sqlite", "@reprise/printer", "@reprise/printer/text"],
    edges: ["src/system.ts", "src/bin.ts"],
    modules: { pattern: /^node:readline/, only: ["src/system.ts"] },
    loaders: ["src/load-config.ts"],
  },
  "packages/flow": { entries: ["@reprise/core", "@reprise/core/spi", "@reprise/retry"], edges: [], modules: { pattern: /^node:/, only: [] } },
  "packages/http": { entries: ["@reprise/core", "@reprise/core/spi"], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: [] } },
  "packages/testing": { entries: ["@reprise/core", "@reprise/core/spi", "@reprise/retry"], edges: [] },
  "packages/reliability": { entries: [], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: ["src/system.ts"] }, loaders: ["test/mutants/simulate.ts"] },
  bench: {
    entries: ["@reprise/core", "@reprise/backend-memory", "@reprise/backend-fs", "@reprise/backend-sqlite", "@reprise/printer"],
    edges: ["src/system.ts"],
    loaders: ["src/peers/load-peer.ts"],
  },
  "apps/site": { entries: [], edges: ["src/system.ts"] },
  "apps/demo": {
    entries: ["@reprise/flow", "@reprise/core", "@reprise/core/spi", "@reprise/retry", "@reprise/backend-memory", "@reprise/backend-fs", "@reprise/printer"],
    edges: [],
  },
};
/** Packages that need another Node than the rest; their READMEs say why. */
const ownEngines: { readonly [folder: string]: Manifest["engines"] } = {
  "packages/backend-sqlite": { node: "^22.13.0 || >=23.4.0" },
};
/** Packages whose work is to be fast, slow, late or random on purpose, and programs. */
const worldly = ["packages/testing", "apps/demo"];

const workspace = readWorkspace();
const tools = Object.keys(readRootManifest().devDependencies ?? {});
const rulesDocument = readFileSync(new URL("../docs/rules.md", import.meta.url), "utf8");
const rules = rulesDefinedIn(rulesDocument);
const ruleFor = (pack: WorkspacePackage): PackageRule => picture[pack.folder] ?? { entries: [], edges: [] };

describe.each(workspace)("$folder", (pack) => {
  test("imports only what the picture shows", () => {
    expect(wrongDirections(pack, picture[pack.folder])).toEqual([]);
  });
  test("imports packages through their entries, by name", () => {
    expect(hiddenImports(pack, workspace, ruleFor(pack))).toEqual([]);
  });
  test("depends on exactly what it imports", () => {
    expect(wrongDependencies(pack, tools)).toEqual([]);
  });
  test("touches clock, chance, timers, environment and console at its edge only", () => {
    expect(worldly.includes(pack.folder) ? [] : strayEffects(pack, ruleFor(pack))).toEqual([]);
    expect(strayModules(pack, ruleFor(pack))).toEqual([]);
  });
  test("has no source above 300 lines", () => {
    expect(longSources(pack)).toEqual([]);
  });
  test("names no rule that docs/rules.md does not have", () => {
    expect(unknownRules(pack, rules)).toEqual([]);
  });
  test("says in its entries what is public", () => {
    expect(starExports(pack)).toEqual([]);
  });
});

const published = workspace.filter(({ manifest }) => manifest.private !== true);

describe.each(published)("$folder as a package", (pack) => {
  const { manifest } = pack;

  test("names each runtime dependency in its README", () => {
    expect(unexplainedDependencies(pack)).toEqual([]);
  });
  test("publishes the entries of the workspace, without their sources", () => {
    expect(manifest.publishConfig?.exports).toEqual(withoutSources(manifest));
    expect(Object.keys(manifest.exports ?? {})).toContain("./package.json");
  });
  test("is shaped like its siblings", () => {
    const { type, license, sideEffects, files, ...sibling } = published[0]?.manifest ?? manifest;
    const engines = ownEngines[pack.folder] ?? sibling.engines;
    expect(manifest).toMatchObject({ type, license, sideEffects, engines, files });
    expect(manifest).toMatchObject({ type: "module", license: "MIT", sideEffects: false });
  });
});

function withoutSources({ exports = {} }: Manifest): Manifest["exports"] {
  return Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => [
      entry,
      typeof target === "string" ? target : Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== "@reprise/source")),
    ]),
  );
}

test("every rule is written down once", () => {
  expect(rules.length).toBeGreaterThan(50);
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
});

test("every rule is tested by its number, or said not to be built yet", () => {
  const tested = rulesTested(workspace);
  const notBuilt = rulesNotBuilt(rulesDocument);
  expect(rules.filter((rule) => !tested.has(rule))).toEqual(rules.filter((rule) => notBuilt.includes(rule)));
});

describe("each check can fail", () => {
  const bad = (files: { readonly [path: string]: string }, manifest: Partial<Manifest> = {}, readme?: string): WorkspacePackage => ({
    folder: "packages/bad",
    manifest: { name: "@reprise/bad", version: "0.0.0", ...manifest },
    readme,
    files: Object.entries(files).map(([path, text]) => sourceFile(path, text)),
  });
  const leaf: PackageRule = { entries: [], edges: ["src/system.ts"], modules: { pattern: /^node:/, only: [] } };
  const backend: PackageRule = {
    entries: ["@reprise/core/spi"],
    edges: ["src/system.ts", "src/real-io.ts"],
    modules: { pattern: /^node:fs(?:\/|$)/, only: ["src/real-io.ts"] },
  };

  test.each([
    ["a leaf that imports core", leaf, 'import { a } from "@reprise/core";'],
    ["a leaf that borrows a type", leaf, 'import type { A } from "@reprise/core/spi";'],
    ["a backend that imports core's main entry", backend, 'import { a } from "@reprise/core";'],
    ["a backend that imports another", backend, 'export { a } from "@reprise/backend-fs";'],
    ["a source that imports testing", backend, 'const a = await import("@reprise/testing");'],
    ["a package nobody has drawn", undefined, ""],
  ])("directions: %s", (_, rule, text) => {
    expect(wrongDirections(bad({ "src/a.ts": text }), rule)).toHaveLength(1);
  });

  test.each([
    ["a deep import", "src/a.ts", 'import { a } from "@reprise/core/src/system.ts";'],
    ["a relative import of a sibling", "src/a.ts", 'import { a } from "../../core/src/system.ts";'],
    ["the same from a deeper test", "test/b/a.test.ts", 'import { a } from "../../../core/src/system.ts";'],
    ["a computed import", "src/a.ts", "await import(name);"],
  ])("entries: %s", (_, path, text) => {
    expect(hiddenImports(bad({ [path]: text }), workspace)).toHaveLength(1);
    expect(hiddenImports(bad({ "src/b/a.ts": 'import { a } from "../c.ts"; import { b } from "@reprise/core/spi";' }), workspace)).toEqual([]);
  });

  test.each<readonly [string, { readonly [path: string]: string }, Partial<Manifest>]>([
    ["an undeclared import", { "src/a.ts": 'import "mitt";' }, {}],
    ["an import declared for development only", { "src/a.ts": 'import "mitt";', "src/a.test.ts": 'import "mitt";' }, { devDependencies: { mitt: "1" } }],
    ["a dependency nobody imports", { "src/a.ts": "" }, { dependencies: { mitt: "1" } }],
    ["a dependency only tests import", { "src/a.test.ts": 'import "mitt";' }, { dependencies: { mitt: "1" } }],
    ["a test's undeclared import", { "src/a.test.ts": 'import "mitt"; import "vitest";' }, {}],
    ["a development dependency nobody imports", { "src/a.ts": "" }, { devDependencies: { mitt: "1" } }],
  ])("manifests: %s", (_, files, manifest) => {
    expect(wrongDependencies(bad(files, manifest), ["vitest"])).toHaveLength(1);
  });

  test.each([
    "const a = Date.now();",
    "const a = new Date();",
    "const a = new Date;",
    "const a = Math.random();",
    "const a = globalThis.crypto.randomUUID();",
    "const a = performance.now();",
    "setTimeout(f, 1);",
    "globalThis.setTimeout(f, 1);",
    "const a = AbortSignal.timeout(1);",
    "console.log(1);",
    'const a = process.env["HOME"];',
    "const a = globalThis.process?.pid;",
    'const a = p.getBuiltinModule("node:fs");',
  ])("effects: %s", (text) => {
    expect(strayEffects(bad({ "src/a.ts": text }), leaf)).not.toEqual([]);
    expect(strayEffects(bad({ "src/system.ts": text, "src/a.test.ts": text }), leaf)).toEqual([]);
  });

  test.each(["const a = new Date(1);", "const a = b instanceof Date;", "system.setTimer(1, f);", '// Date.now()\nconst a = "process.env";', "state.random();"])(
    "effects: %s is fine",
    (text) => {
      expect(strayEffects(bad({ "src/a.ts": text }), leaf)).toEqual([]);
    },
  );

  test("modules: only the edge opens files, and core imports nothing of Node", () => {
    const text = 'import { open } from "node:fs/promises"; import { join } from "node:path";';
    expect(strayModules(bad({ "src/a.ts": text, "src/system.ts": text, "src/real-io.ts": text }), backend)).toHaveLength(2);
    expect(strayModules(bad({ "src/system.ts": text }), leaf)).toHaveLength(2);
  });

  test("length: 301 lines are one too many", () => {
    expect(longSources(bad({ "src/a.ts": "\n".repeat(301), "src/b.ts": "\n".repeat(300), "src/c.test.ts": "\n".repeat(999) }))).toHaveLength(1);
  });

  test.each(['test("R2: a", f);', 'test("H4, Z9: a", f);', 'describe("A1 and Z9: a", f);', "// see rule Z9\n", "/** Rules of time (rules H5 and Z9). */"])(
    "rule names: %s",
    (text) => {
      expect(unknownRules(bad({ "src/a.test.ts": text }), ["A1", "H4", "H5"])).toHaveLength(1);
    },
  );

  test("README: a dependency without a reason, or no README at all", () => {
    expect(unexplainedDependencies(bad({}, { dependencies: { mitt: "1" } }, "# bad"))).toHaveLength(1);
    expect(unexplainedDependencies(bad({}, { dependencies: { mitt: "1" } }, "- `mitt`: events"))).toEqual([]);
    expect(unexplainedDependencies(bad({}))).toHaveLength(1);
  });

  test("entries: a star hides what is public", () => {
    const exports = { ".": { "@reprise/source": "./src/index.ts" } };
    expect(starExports(bad({ "src/index.ts": 'export * from "./a.ts"; export * as b from "./b.ts";', "src/a.ts": 'export * from "./c.ts";' }, { exports }))).toHaveLength(1);
  });
});

test("decisions are numbered one after the other, in their names and titles alike", () => {
  const names = readdirSync(new URL("../docs/decisions/", import.meta.url)).filter((name) => name.endsWith(".md")).toSorted();
  const titles = names.map((name) => readFileSync(new URL(`../docs/decisions/${name}`, import.meta.url), "utf8").split("\n")[0]);
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  expect(titles.map((title) => /^# (?<number>\d+)\. /u.exec(title ?? "")?.groups?.["number"])).toEqual(names.map((_, index) => String(index + 1)));
});
