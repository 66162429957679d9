import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "rolldown";

// For `rolldown -c ../../rolldown.config.ts` in a package whose `dist` is to be few files, after `tsc -b` has written its declarations.
// Why: docs/decisions/0031-published-code-in-few-files.md.

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly "@reprise/source": string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The sources of the package's entries, by their names in `dist`. */
function entriesOf({ exports }: Manifest): Record<string, string> {
  const sources = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [] : [entry["@reprise/source"]]));
  return Object.fromEntries(sources.map((source) => [source.replace(/^\.\/src\/(.*)\.ts$/u, "$1"), source]));
}

/** What is imported from another package, or from Node, and not made part of this one. */
function othersOf({ dependencies, peerDependencies }: Manifest): (id: string) => boolean {
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  return (id) => id.startsWith("node:") || names.some((name) => id === name || id.startsWith(`${name}/`));
}

/** Whatever an earlier build wrote and this one did not would be published. */
const removeOthers: Plugin = {
  name: "remove-others",
  writeBundle: ({ dir = "dist" }, written) => {
    for (const file of readdirSync(dir, { recursive: true, encoding: "utf8" })) if (/\.js(?:\.map)?$/u.test(file) && !(file in written)) rmSync(join(dir, file));
  },
};

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;

export default defineConfig({
  input: entriesOf(manifest),
  external: othersOf(manifest),
  platform: "neutral",
  // As in tsconfig.base.json: `await using` is none of what Node 20 knows.
  transform: { target: "es2023" },
  plugins: [removeOthers],
  output: { dir: "dist", format: "esm", sourcemap: true, chunkFileNames: "shared.js", sourcemapExcludeSources: true },
});
