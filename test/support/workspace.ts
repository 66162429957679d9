import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { importsOf, type SourceImport } from "./imports-of.ts";
import { scanSource, type ScannedSource } from "./scan-source.ts";

/** The fields of a package.json that the tests look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly exports?: { readonly [entry: string]: string | { readonly [condition: string]: string } };
  readonly publishConfig?: { readonly exports?: Manifest["exports"] };
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
  readonly peerDependencies?: { readonly [name: string]: string };
}

/** A TypeScript file of a package. */
export interface SourceFile extends ScannedSource {
  /** With forward slashes, relative to the package: `src/values/codec.ts`. */
  readonly path: string;
  readonly kind: "source" | "test";
  readonly text: string;
  readonly imports: readonly SourceImport[];
}

/** A folder of `packages/` or `apps/`, or `bench`. */
export interface WorkspacePackage {
  /** `packages/core` */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly readme: string | undefined;
  readonly files: readonly SourceFile[];
}

/** The workspace's top folder. */
export const workspaceRoot = fileURLToPath(new URL("../..", import.meta.url));

/** Reads every package and app, and the benchmarks: manifest, README and all TypeScript files outside `dist`. */
export function readWorkspace(): readonly WorkspacePackage[] {
  const folders = ["packages", "apps"]
    .flatMap((parent) => readdirSync(join(workspaceRoot, parent), { withFileTypes: true }).map((entry) => ({ parent, entry })))
    .filter(({ parent, entry }) => entry.isDirectory() && existsSync(join(workspaceRoot, parent, entry.name, "package.json")))
    .map(({ parent, entry }) => `${parent}/${entry.name}`);
  return [...folders, "bench"].map(readPackage);
}

/** The manifest of the workspace itself. */
export function readRootManifest(): Manifest {
  return readManifest(join(workspaceRoot, "package.json"));
}

function readPackage(folder: string): WorkspacePackage {
  const top = join(workspaceRoot, folder);
  const readme = join(top, "README.md");
  return {
    folder,
    manifest: readManifest(join(top, "package.json")),
    readme: existsSync(readme) ? readFileSync(readme, "utf8") : undefined,
    files: ["src", "test", "bench"]
      .filter((name) => existsSync(join(top, name)))
      .flatMap((name) => readdirSync(join(top, name), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => sourceFile(relative(top, path).split(sep).join("/"), readFileSync(path, "utf8"))),
  };
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

/** A file as {@link readWorkspace} reads it. */
export function sourceFile(path: string, text: string): SourceFile {
  const scanned = scanSource(text);
  const kind = path.startsWith("src/") && !/\.test(?:-d)?\.ts$/.test(path) ? "source" : "test";
  return { path, kind, text, ...scanned, imports: importsOf(scanned) };
}
