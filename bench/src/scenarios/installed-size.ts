import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scenario } from "../scenario.ts";

/** What somebody installs to have what a contestant shows. */
const packages: Readonly<Record<string, readonly string[]>> = {
  "p-retry": ["p-retry"],
  "Reprise, memory": ["@reprise/core", "@reprise/backend-memory"],
  "Reprise, fs power": ["@reprise/core", "@reprise/backend-fs"],
  "Reprise, sqlite power": ["@reprise/core", "@reprise/backend-sqlite"],
  "Effect workflow, memory": ["effect"],
  "Resonate, local": ["@resonatehq/sdk"],
  "LangGraph functional, memory": ["@langchain/langgraph", "@langchain/core"],
  "LangGraph functional, sqlite FULL": ["@langchain/langgraph", "@langchain/core", "@langchain/langgraph-checkpoint-sqlite"],
  "DBOS, synchronous_commit on": ["@dbos-inc/dbos-sdk"],
};
const places = { reprise: fileURLToPath(new URL("../..", import.meta.url)), peers: fileURLToPath(new URL("../../peers", import.meta.url)) };

/** The files of what is installed with a contestant, its dependencies included, in bytes, and the number of packages. */
export const installedSize: Scenario = {
  name: "installed-size",
  sizes: [0],
  repetitions: () => 1,
  includes: ({ name }) => name in packages,
  async measure({ contestant: { name, kind, load } }) {
    await load();
    const found = new Set<string>();
    for (const wanted of packages[name] ?? []) addWithDependencies(wanted, kind === "reprise" ? places.reprise : places.peers, found);
    return { bytes: [...found].reduce((bytes, folder) => bytes + bytesIn(folder), 0), packages: found.size };
  },
};

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

function addWithDependencies(name: string, from: string, found: Set<string>): void {
  const folder = folderOf(name, from);
  if (found.has(folder)) return;
  found.add(folder);
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const peers = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
  for (const dependency of [...Object.keys(dependencies), ...peers]) addWithDependencies(dependency, folder, found);
}

/** Where Node finds a package that is imported below `from`. */
function folderOf(name: string, from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(candidate)) return realpathSync(candidate);
  }
  throw new Error(`${name} is not installed for ${from}`);
}

/** Without what is installed below, and without what a package of this workspace does not publish. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && name !== "test" && !/\.tsbuildinfo$|\.test(?:-d)?\.ts$/u.test(name))
    .reduce((bytes, entry) => bytes + (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : statSync(join(folder, entry.name)).size), 0);
}
