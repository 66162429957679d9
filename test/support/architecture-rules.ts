import { packageOf } from "./imports-of.ts";
import type { SourceFile, WorkspacePackage } from "./workspace.ts";

/** What the sources of one package may reach. */
export interface PackageRule {
  /** Entries of other packages of the workspace: `@reprise/core/spi`. */
  readonly entries: readonly string[];
  /** Files that talk to the surroundings: clock, chance, timers, environment, console. */
  readonly edges: readonly string[];
  /** Modules that only these files may import. */
  readonly modules?: { readonly pattern: RegExp; readonly only: readonly string[] };
  /** Files that import what the user names. */
  readonly loaders?: readonly string[];
}

const sourcesOf = (pack: WorkspacePackage): readonly SourceFile[] => pack.files.filter((file) => file.kind === "source");

/** Imports of the workspace's packages that the picture does not show. */
export function wrongDirections(pack: WorkspacePackage, rule: PackageRule | undefined): readonly string[] {
  if (!rule) return [`${pack.folder}: is not in the picture of who imports whom; draw it there first`];
  return sourcesOf(pack).flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier?.startsWith("@reprise/") === true && !rule.entries.includes(specifier))
      .map(({ specifier, line }) => `${pack.folder}/${file.path}:${line} imports ${specifier}; it may import ${rule.entries.join(", ") || "no other package"}`),
  );
}

/** Imports that go around a package's entries, and imports nobody can check because they are computed. */
export function hiddenImports(pack: WorkspacePackage, workspace: readonly WorkspacePackage[], { loaders = [] }: Pick<PackageRule, "loaders"> = {}): readonly string[] {
  const entries = new Set(workspace.flatMap(({ manifest }) => Object.keys(manifest.exports ?? {}).map((entry) => manifest.name + entry.slice(1))));
  return pack.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const at = `${pack.folder}/${file.path}:${line}`;
      if (specifier === undefined) return loaders.includes(file.path) ? [] : [`${at} computes what it imports; name it`];
      if (specifier.startsWith("@reprise/") && !entries.has(specifier)) return [`${at} imports ${specifier}, which is no entry of that package`];
      if (specifier.startsWith(".") && leavesPackage(file.path, specifier)) return [`${at} imports ${specifier}, a file of another package`];
      return [];
    }),
  );
}

function leavesPackage(path: string, specifier: string): boolean {
  const folders = path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === ".." && folders.pop() === undefined) return true;
    if (part !== "." && part !== "..") folders.push(part);
  }
  return false;
}

/** Differences between what a manifest promises to install and what the package imports. */
export function wrongDependencies(pack: WorkspacePackage, rootDevDependencies: readonly string[]): readonly string[] {
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = pack.manifest;
  const runtime = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  const development = Object.keys(devDependencies);
  const bySource = packagesImportedBy(pack, "source");
  const byTests = packagesImportedBy(pack, "test");
  return [
    ...bySource.filter((name) => !runtime.includes(name)).map((name) => `src imports ${name}, which is not in dependencies`),
    ...runtime.filter((name) => !bySource.includes(name)).map((name) => `dependencies name ${name}, which src does not import`),
    ...byTests
      .filter((name) => ![...runtime, ...development, ...rootDevDependencies].includes(name))
      .map((name) => `tests import ${name}, which is not in devDependencies`),
    ...development.filter((name) => !byTests.includes(name)).map((name) => `devDependencies name ${name}, which no test imports`),
  ].map((problem) => `${pack.folder}/package.json: ${problem}`);
}

function packagesImportedBy(pack: WorkspacePackage, kind: SourceFile["kind"]): readonly string[] {
  const names = pack.files
    .filter((file) => file.kind === kind)
    .flatMap((file) => file.imports.map(({ specifier }) => packageOf(specifier ?? ".")))
    .filter((name) => name !== undefined);
  return [...new Set(names)].filter((name) => name !== pack.manifest.name);
}

/** Runtime dependencies that the package's README does not give a reason for. */
export function unexplainedDependencies(pack: WorkspacePackage): readonly string[] {
  const { readme } = pack;
  if (readme === undefined) return [`${pack.folder}: has no README.md; write one that names each runtime dependency and why it is there`];
  return Object.keys(pack.manifest.dependencies ?? {})
    .filter((name) => !readme.includes(`\`${name}\``))
    .map((name) => `${pack.folder}/README.md does not name the runtime dependency \`${name}\``);
}

const surroundings: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["the clock", /(?<![.\w$])(?:Date\.now\b|Date\s*\(\s*\)|performance\b(?!\s*\??:))/g],
  ["the clock", /\bnew\s+Date(?:\s*\(\s*\)|(?!\s*\())(?!\w)/g],
  ["randomness", /\bMath\.random\b|\bcrypto\s*\.\s*(?:randomUUID|getRandomValues)\b/g],
  ["timers", /(?<![.\w$])(?:setTimeout|setInterval|setImmediate)\b(?!\s*\??:)|\bglobalThis\.(?:setTimeout|setInterval|setImmediate)\b|\bAbortSignal\.timeout\b/g],
  ["the console", /(?<![.\w$])(?:globalThis\.)?console\s*\./g],
  ["the process", /(?<![.\w$])(?:globalThis\.)?process\s*\??\.|\bimport\.meta\.env\b|\bgetBuiltinModule\b/g],
];

/** Uses of clock, chance, timers, environment and console outside the files that are there for it. */
export function strayEffects(pack: WorkspacePackage, rule: PackageRule): readonly string[] {
  return sourcesOf(pack)
    .filter((file) => !rule.edges.includes(file.path))
    .flatMap((file) =>
      surroundings.flatMap(([name, pattern]) =>
        [...file.code.matchAll(pattern)].map(
          (match) => `${pack.folder}/${file.path}:${lineOf(file, match.index)} uses ${name} (${match[0]}); only ${rule.edges.join(", ") || "its caller"} may`,
        ),
      ),
    );
}

/** Imports of modules that are kept to a few files of the package. */
export function strayModules(pack: WorkspacePackage, rule: PackageRule): readonly string[] {
  const { modules } = rule;
  if (!modules) return [];
  return sourcesOf(pack)
    .filter((file) => !modules.only.includes(file.path))
    .flatMap((file) =>
      file.imports
        .filter(({ specifier }) => specifier !== undefined && modules.pattern.test(specifier))
        .map(({ specifier, line }) => `${pack.folder}/${file.path}:${line} imports ${specifier}; ${modules.only.length > 0 ? `only ${modules.only.join(", ")} may` : "no file may"}`),
    );
}

const longestSource = 300;

/** Sources that hold more than one concept, by their length. */
export function longSources(pack: WorkspacePackage): readonly string[] {
  return sourcesOf(pack)
    .map((file) => ({ file, lines: file.text.replace(/\n$/, "").split("\n").length }))
    .filter(({ lines }) => lines > longestSource)
    .map(({ file, lines }) => `${pack.folder}/${file.path} has ${lines} lines; split it by concept (at most ${longestSource})`);
}

/** `**A1**` at the beginning of a paragraph or list item defines a rule. */
export function rulesDefinedIn(document: string): readonly string[] {
  return [...document.matchAll(/^(?:- )?\*\*([A-Z]\d{1,2})\b/gm)].map((match) => match[1] ?? "");
}

/** `Decided and not built yet: F1, F2, G11.` in the rules' introduction. */
export function rulesNotBuilt(document: string): readonly string[] {
  return /^Decided and not built yet: (?<rules>[^.]*)\./mu.exec(document)?.groups?.["rules"]?.split(", ") ?? [];
}

/** Rules that the title of some test begins with, or a group of tests. */
export function rulesTested(packages: readonly WorkspacePackage[]): ReadonlySet<string> {
  const suites = (file: SourceFile): boolean => file.kind === "test" || file.path.includes("-suite/");
  return new Set(packages.flatMap((pack) => pack.files.filter(suites).flatMap(rulesNamedBy)));
}

/** Rules that a file names: in titles of tests (`"R2, H4: …"`) and in comments (`rule R8`, `rules R4 and T7`). */
export function rulesNamedBy(file: SourceFile): readonly string[] {
  const titles = [...file.strings.values()].map((text) => /^((?:[A-Z]\d{1,2}(?:, ?| and |\/| ?\+ ?)?)+):/.exec(text)?.[1]);
  const comments = [...file.text.matchAll(/\brules? ((?:[A-Z]\d{1,2}(?:, | and | or )?)+)/g)].map((match) => match[1]);
  return [...new Set([...titles, ...comments].flatMap((found) => found?.match(/[A-Z]\d{1,2}/g) ?? []))];
}

/** Rules that are named but not written down. */
export function unknownRules(pack: WorkspacePackage, defined: readonly string[]): readonly string[] {
  return pack.files.flatMap((file) =>
    rulesNamedBy(file)
      .filter((rule) => !defined.includes(rule))
      .map((rule) => `${pack.folder}/${file.path} names rule ${rule}, which docs/rules.md does not have`),
  );
}

/** Entries of a package that export everything of some file, so that nobody sees what is public. */
export function starExports(pack: WorkspacePackage): readonly string[] {
  const entries = Object.values(pack.manifest.exports ?? {}).map((target) => (typeof target === "string" ? target : target["@reprise/source"]));
  return sourcesOf(pack)
    .filter((file) => entries.includes(`./${file.path}`))
    .flatMap((file) =>
      [...file.code.matchAll(/(?<![.\w$])export\s*\*(?!\s*as\b)/g)].map((match) => `${pack.folder}/${file.path}:${lineOf(file, match.index)} exports everything; name what is public`),
    );
}

function lineOf(file: SourceFile, position: number): number {
  return file.text.slice(0, position).split("\n").length;
}
