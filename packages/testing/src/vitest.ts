// Suites for authors of backends: each registers vitest cases
export { artifactBackendSuite } from "./artifact-backend-suite/artifact-backend-suite.ts";
export { stateBackendSuite } from "./state-backend-suite/state-backend-suite.ts";
export type { ArtifactBackendSuiteOptions } from "./artifact-backend-suite/artifact-suite-context.ts";
export type { StateBackendSuiteOptions } from "./state-backend-suite/suite-context.ts";
