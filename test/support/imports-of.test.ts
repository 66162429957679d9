import { describe, expect, test } from "vitest";
import { importsOf, packageOf } from "./imports-of.ts";
import { scanSource } from "./scan-source.ts";

const specifiers = (text: string): readonly (string | undefined)[] => importsOf(text).map((found) => found.specifier);

describe("an import is found however it is written", () => {
  test.each([
    ['import { a } from "x";', ["x"]],
    ["import { a } from 'x';", ["x"]],
    ['import a, { b as c } from "x";', ["x"]],
    ['import * as a from "x";', ["x"]],
    ['import type { A } from "x";', ["x"]],
    ['import { type A,\n  b } from\n  "x";', ["x"]],
    ['import{a}from"x";', ["x"]],
    ['import "x";', ["x"]],
    ['import data from "./data.json" with { type: "json" };', ["./data.json"]],
    ['export { a } from "x";', ["x"]],
    ['export * from "x";', ["x"]],
    ['export * as a from "x";', ["x"]],
    ['export type { A } from "x";', ["x"]],
    ['const a = await import("x");', ["x"]],
    ["const a = await import(`x`);", ["x"]],
    ['const a = lazy(() => import(/* why */ "x"));', ["x"]],
    ['type A = import("x").A;', ["x"]],
    ['let a: import("x").A | undefined;', ["x"]],
    ['const a = require("x");', ["x"]],
    ['// a comment\nimport a from "x"; // another\n/* one more */ import b from "y";', ["x", "y"]],
    ['const re = /["\'`]/; import a from "x";', ["x"]],
    ['const a = 4 / 2; import b from "x"; const c = 1 / 3;', ["x"]],
    ['const a = `${`${1}`}`; import b from "x";', ["x"]],
    ['const a = `${{ b: "}" }}`; import b from "x";', ["x"]],
    ['const a = `${await import("x")}`;', ["x"]],
    ['const a = "\\""; import b from "x";', ["x"]],
  ])("%s", (text, expected) => {
    expect(specifiers(text)).toEqual(expected);
  });

  test("a computed one is reported as unknown", () => {
    expect(specifiers("await import(name);")).toEqual([undefined]);
    expect(specifiers("await import(`x/${name}`);")).toEqual([undefined]);
    expect(specifiers("const load = (name: string) => import(name);")).toEqual([undefined]);
  });

  test("it knows its line", () => {
    expect(importsOf('\n\nimport a from "x";')).toEqual([{ specifier: "x", line: 3 }]);
  });
});

describe("what only looks like an import is not one", () => {
  test.each([
    '// import a from "x";',
    '/* import a from "x"; */',
    '/**\n * import a from "x";\n */',
    "const a = 'import b from \"x\"';",
    'const a = `import b from "x"`;',
    'const a = /import "x"/;',
    'const a = f(/[/]import "x"/);',
    "import.meta.url;",
    'reprise.import("x");',
    "interface Reprise { import(file: Uint8Array): Promise<string>; export(id: string): Promise<Uint8Array> }",
    "const reprise = { a: 1, import(file) { return file; } };",
    "const reprise = { async import(file) { return file; } };",
    'const important = "x";',
    'interface Range { from: "x"; to: "y" }',
    'const unrelated = exportFrom("x");',
  ])("%s", (text) => {
    expect(specifiers(text)).toEqual([]);
  });
});

test("blanked code is as long as its text, line by line", () => {
  const text = 'const a = `b\n${c /* d */}`; // e\nconst f = "g" / 1;\n';
  expect(scanSource(text).code.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
});

test("a specifier belongs to a package, or to none", () => {
  expect(["mitt", "zod/v4", "@reprise/core", "@reprise/core/spi", "./a.ts", "../a.ts", "node:fs"].map((text) => packageOf(text))).toEqual([
    "mitt",
    "zod",
    "@reprise/core",
    "@reprise/core",
    undefined,
    undefined,
    undefined,
  ]);
});
