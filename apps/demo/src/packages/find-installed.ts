import type { Dirent } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import type { BrokenPackage, Discovery, InstalledPackage } from "./installed-package.ts";
import { readManifest } from "./read-manifest.ts";

// Folders with a `node_modules` of their own (apps/demo, packages/core) are looked for this deep.
const deepestProject = 3;

/**
 * Every package installed in a folder: npm's flat and nested `node_modules`, scopes, pnpm's `.pnpm` store, and the
 * folders of workspace members. Links are followed to what they point at, and each real folder is visited once; a link to
 * a workspace member is the user's own code and no installed package.
 */
export async function findInstalled(directory: string, signal?: AbortSignal): Promise<Discovery> {
  const root = await realpath(directory);
  const folders = new Set<string>();
  const pending = await nodeModulesBelow(root, deepestProject);
  const visited = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal?.throwIfAborted();
    if (visited.has(next)) continue;
    visited.add(next);
    const found = await readNodeModules(next);
    for (const folder of found.packages) folders.add(folder);
    pending.push(...found.nested);
  }
  return describe(root, [...folders].toSorted());
}

interface NodeModules {
  /** Real paths of packages. */
  readonly packages: readonly string[];
  /** Real paths of further `node_modules`. */
  readonly nested: readonly string[];
}

async function readNodeModules(folder: string): Promise<NodeModules> {
  const packages: string[] = [];
  const nested: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name === ".pnpm") nested.push(...(await pnpmStore(join(folder, ".pnpm"))));
    if (entry.name.startsWith(".") || entry.isFile()) continue;
    const names = entry.name.startsWith("@")
      ? (await entriesOf(join(folder, entry.name))).filter((scoped) => !scoped.isFile() && !scoped.name.startsWith(".")).map((scoped) => join(entry.name, scoped.name))
      : [entry.name];
    for (const name of names) {
      const real = await realPathIfAny(join(folder, name));
      if (real === undefined || !isInstalled(real)) continue;
      packages.push(real);
      nested.push(join(real, "node_modules"));
      // Beside a package in pnpm's store lie the links to its dependencies.
      const parent = dirname(real);
      nested.push(basename(parent).startsWith("@") ? dirname(parent) : parent);
    }
  }
  return { packages, nested };
}

/** `.pnpm/zod@4.6.7/node_modules` for each entry. */
async function pnpmStore(store: string): Promise<string[]> {
  const entries = await entriesOf(store);
  return entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules").map((entry) => join(store, entry.name, "node_modules"));
}

function isInstalled(folder: string): boolean {
  return folder.split(sep).includes("node_modules");
}

async function nodeModulesBelow(folder: string, levels: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.name === "node_modules") found.push(path);
    else if (levels > 0) found.push(...(await nodeModulesBelow(path, levels - 1)));
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Most packages have no node_modules of their own, and a folder nobody may read holds nothing anybody can run.
    if (["ENOENT", "ENOTDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

async function realPathIfAny(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // a dangling link
    throw error;
  }
}

async function describe(root: string, folders: readonly string[]): Promise<Discovery> {
  const packages = new Map<string, InstalledPackage>();
  const broken: BrokenPackage[] = [];
  for (const folder of folders) {
    const path = relative(root, folder).split(sep).join("/");
    try {
      const { name, version } = await readManifest(folder);
      const id = `${name}@${version}`;
      const known = packages.get(id);
      packages.set(id, known ? { ...known, copies: known.copies + 1 } : { id, name, version, path, copies: 1 });
    } catch (error) {
      broken.push({ path, reason: (error as Error).message });
    }
  }
  return { packages: [...packages.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)), broken };
}
