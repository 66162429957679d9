import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/** Closes the run with `N passed, N failed, N skipped`; counts what vitest's own summary leaves out: files that did not load and stray errors. */
const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failedHere += 1;
        else skipped += 1;
      }
      failed += failedHere === 0 && module.state() === "failed" ? 1 : failedHere;
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  },
};

/** Projects in the order in which they begin, those with long files first; one that is not named has only short ones. */
const longestFirst = ["reliability", "demo", "cli", "workspace", "bench", "backend-sqlite", "backend-fs", "site", "testing"];

/** Left to itself vitest goes by the names of projects, and by the sizes of files that it does not know: the last long one keeps all others waiting. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      // The properties of all programs: short files that take longest of all.
      if (moduleId.includes("/replay-equivalence/replay-")) return -1;
      const found = longestFirst.indexOf(project.name);
      return found === -1 ? longestFirst.length : found;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's, of files
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

/**
 * Projects whose files run one after the other in a worker and share what it has loaded: loading all of it anew for each of them is a second of
 * processor time a file. Their modules keep nothing that a test could see, and what tests replace, they put back. In the others a process is what is
 * tested, or hooks belong to a module that files share.
 */
const sharing = new Set(["backend-memory", "core", "flow", "http", "printer", "retry", "testing"]);

// Workers and the processes that tests start inherit it: compiling what each of them loads, and stripping its types, would be most of their time.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

const workspaceFolders = [
  ...["packages", "apps"].flatMap((parent) =>
    readdirSync(new URL(parent, import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => ({ name: entry.name, root: `./${parent}/${entry.name}` })),
  ),
  { name: "bench", root: "./bench" },
];

export default defineConfig({
  ssr: { resolve: { conditions: ["@reprise/source", "module", "node", "development|production"] } },
  test: {
    reporters: ["default", closingLine],
    // Every core: left to itself vitest keeps one free, which on two of them doubles the time.
    maxWorkers: "100%",
    // Patience for busy machines; what a test waits for is said by the test.
    testTimeout: 20_000,
    sequence: { sequencer: LongestFirst },
    coverage: { provider: "v8", include: ["packages/*/src/**/*.ts"], reporter: ["text-summary", "json-summary"] },
    projects: [
      { extends: true as const, root: ".", test: { name: "workspace", include: ["test/**/*.test.ts"], exclude: ["test/packed.test.ts"] } },
      {
        extends: true as const,
        root: ".",
        // It builds: in a group of its own, so that no other test reads a dist that is being written.
        test: { name: "packed", include: ["test/packed.test.ts"], testTimeout: 60_000, sequence: { groupOrder: 1 } },
      },
      ...workspaceFolders.map(({ name, root }) => ({
        extends: true as const,
        root,
        test: {
          name,
          isolate: !sharing.has(name),
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          typecheck: {
            enabled: true,
            include: ["src/**/*.test-d.ts", "test/**/*.test-d.ts"],
            tsconfig: "./tsconfig.test.json",
            build: true, // What `pnpm typecheck` has found out is read, not found out once more.
            ignoreSourceErrors: true, // `pnpm typecheck` reports those of other files, each once
          },
        },
      })),
    ],
  },
});
