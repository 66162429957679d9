import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

// The package whose copy the tests are to use, also where they are another package's.
const copy = process.env["REPRISE_MUTATED"] ?? "";
const { name } = JSON.parse(readFileSync(`${copy}/package.json`, "utf8")) as { readonly name: string };

export default defineConfig({
  resolve: { alias: { [name]: `${copy}/src/index.ts` } },
  ssr: { resolve: { conditions: ["@reprise/source", "module", "node", "development|production"] } },
  test: { include: ["src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 20_000, maxWorkers: 1 },
});
