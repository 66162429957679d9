import { describe, test } from "vitest";
import { artifactSuiteContext, checkArtifactSuiteOptions, type ArtifactBackendSuiteOptions, type ArtifactCase } from "./artifact-suite-context.ts";
import { claimCases } from "./claim-cases.ts";
import { collectCases } from "./collect-cases.ts";
import { contentCases } from "./content-cases.ts";
import { damageCases } from "./damage-cases.ts";

/** Every case, for those who want to run them otherwise than with {@link artifactBackendSuite}. */
export const artifactCases: readonly ArtifactCase[] = [...contentCases, ...damageCases, ...collectCases, ...claimCases];

/**
 * Registers vitest cases for the contract of `ArtifactBackend`, guarantee G12. Call it at the top level of a test file. Power
 * losses are for the backend's own tests. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { memoryArtifacts, type MemoryArtifacts } from "@reprise/backend-memory";
 * import { artifactBackendSuite } from "@reprise/testing/vitest";
 *
 * artifactBackendSuite("memoryArtifacts", {
 *   open: () => memoryArtifacts(),
 *   damage: (artifacts, id, bytes) => (artifacts as MemoryArtifacts).damage(id, bytes),
 * });
 * ```
 */
export function artifactBackendSuite(name: string, options: ArtifactBackendSuiteOptions): void {
  checkArtifactSuiteOptions(options);
  describe(`artifactBackendSuite: ${name}`, () => {
    for (const { name: sentence, needs, run } of artifactCases) {
      if (needs === undefined || options[needs] !== undefined) test(sentence, () => run(artifactSuiteContext(options)));
    }
  });
}
